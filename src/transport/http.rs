//! HTTP/1.1, one request and its answer on a connection that is closed afterwards (RFC 9110, RFC 9112).
//!
//! Head, body and time have limits, whatever the server sends. Redirections, cookies and compression are left out; what an
//! answer means is the caller's. A proxy in between is in `proxy`.

use super::net::Target;
use super::tls::TlsOptions;
use super::{OpenError, net::Route, open, words};
use crate::redact::Secret;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// The most bytes that a head may have.
const LARGEST_HEAD: usize = 16 * 1024;
/// The most headers that an answer may have.
const MOST_HEADERS: usize = 64;
/// The most answers of the kind `100 Continue` before the real one.
const MOST_INTERIM: usize = 8;
/// The longest line with the size of a chunk.
const LONGEST_CHUNK_LINE: usize = 256;
/// What is kept of a phrase or of the value of a header.
const LONGEST_TEXT: usize = 1024;

/// Where something is: `http` or `https`, host, port, path with query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// Whether it is `https`.
    pub secure: bool,
    /// Host and port.
    pub target: Target,
    /// Path and query, from the slash on.
    pub path: String,
}

/// A text that is no URL of HTTP. It is not repeated, since it may hold a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not `http://HOST[:PORT][/PATH]` or `https://HOST[:PORT][/PATH]`")]
pub struct BadUrl;

impl FromStr for Url {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text.split_once("://").ok_or(BadUrl)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(BadUrl),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let default = if secure { 443 } else { 80 };
        let is_address = authority.starts_with('[') && authority.ends_with(']');
        let has_port = !is_address && authority.contains(':');
        let target = match has_port {
            true => authority.to_owned(),
            false => format!("{authority}:{default}"),
        };
        let path = match path.strip_prefix('?') {
            Some(query) => format!("/?{query}"),
            None if path.is_empty() => "/".to_owned(),
            None => path.to_owned(),
        };
        let path_is_bad = path.contains('#') || !is_visible(&path);
        let target = target.parse().map_err(|_| BadUrl)?;
        if path_is_bad || !is_visible(authority) { Err(BadUrl) } else { Ok(Self { secure, target, path }) }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http{}://{}{}", if self.secure { "s" } else { "" }, self.target, self.path)
    }
}

impl Url {
    /// The same host with another path.
    pub fn with_path(&self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self.clone() }
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        let host = &self.target.host;
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A request. Values of headers and the body may be credentials, and are not shown.
#[derive(Debug, Clone)]
pub struct Request {
    method: &'static str,
    headers: Vec<(&'static str, Secret<String>)>,
    body: Option<Secret<Vec<u8>>>,
}

impl Request {
    /// `GET`.
    pub const fn get() -> Self {
        Self { method: "GET", headers: Vec::new(), body: None }
    }

    /// `HEAD`.
    pub const fn head() -> Self {
        Self { method: "HEAD", headers: Vec::new(), body: None }
    }

    /// `POST` of `body`, which is of the media type `kind`.
    pub fn post(kind: &'static str, body: Secret<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type", Secret::new(kind.to_owned()))];
        Self { method: "POST", headers, body: Some(body) }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, Secret::new(value.into())));
        self
    }

    /// The request as it is sent.
    pub(super) fn wire(&self, host: &str, path: &str) -> Result<Vec<u8>, HttpError> {
        let is_value = |text: &str| text.bytes().all(|byte| byte == b' ' || byte == b'\t' || byte.is_ascii_graphic());
        let values = self.headers.iter().all(|(_, value)| is_value(value.expose()));
        if !values || !is_visible(host) || !is_visible(path) || !path.starts_with('/') {
            return Err(HttpError::Request);
        }
        let mut head = format!("{} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n", self.method);
        head.push_str(concat!("User-Agent: flowgate/", env!("CARGO_PKG_VERSION"), "\r\nAccept: */*\r\n"));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {}\r\n", value.expose()));
        }
        if let Some(body) = &self.body {
            head.push_str(&format!("Content-Length: {}\r\n", body.expose().len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(self.body.as_ref().map_or(&[][..], |body| body.expose()));
        Ok(bytes)
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Its phrase, without control characters, shortened.
    pub phrase: String,
    /// The headers as they were sent, without control characters, shortened.
    pub headers: Vec<(String, String)>,
    /// The body, which may hold a credential.
    pub body: Secret<Vec<u8>>,
    /// Whether the body is not all of it: it was too long, or the connection ended.
    pub cut: bool,
}

impl Answer {
    /// The first header `name`, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(is, _)| is.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// No answer of HTTP.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// A request that cannot be written.
    #[error("the HTTP request cannot be written: its path or a header has characters that do not belong there")]
    Request,
    /// What answers is no HTTP server.
    #[error("what answers there speaks no HTTP{}", .speaks.map_or_else(String::new, |name| format!(", but {name}")))]
    NotHttp {
        /// What it speaks, if it could be told.
        speaks: Option<&'static str>,
    },
    /// The answer begins as one of HTTP and goes on as none.
    #[error("the HTTP answer cannot be read: {0}")]
    Malformed(&'static str),
    /// The connection ended before the answer.
    #[error("{0}")]
    Ended(String),
    /// No answer in time.
    #[error("no HTTP answer within {} ms", .0.as_millis())]
    Silent(Duration),
}

/// Nothing could be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// There is no connection.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is no answer.
    #[error(transparent)]
    Http(#[from] HttpError),
}

/// Fetches `url` on a connection of its own; `tls` counts where it is `https`. At most `largest` bytes of the body are kept.
///
/// # Errors
/// If a layer below HTTP fails, or there is no answer within the route's step limit.
pub async fn fetch(
    url: &Url,
    route: &Route,
    tls: &TlsOptions,
    request: &Request,
    largest: usize,
) -> Result<Answer, FetchError> {
    let (stream, _) = open(&url.target, route, url.secure.then_some(tls), None).await?;
    let host = host_header(&url.target, url.secure);
    Ok(exchange(stream, &host, &url.path, request, route.step_timeout, largest).await?)
}

/// The value of `Host` for `target`: the port only where it is not that of the scheme.
pub fn host_header(target: &Target, secure: bool) -> String {
    let text = target.to_string();
    let default = if secure { ":443" } else { ":80" };
    text.strip_suffix(default).map_or_else(|| text.clone(), str::to_owned)
}

/// Sends `request` for `path` at `host` over `stream` and reads the answer, at most `largest` bytes of its body.
///
/// # Errors
/// If what answers is no HTTP, or not within `limit`.
pub async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    host: &str,
    path: &str,
    request: &Request,
    limit: Duration,
    largest: usize,
) -> Result<Answer, HttpError> {
    let bytes = request.wire(host, path)?;
    let mut reader = Reader { stream, bytes: Vec::new(), ended: false };
    let work = async {
        // A server may answer before it has read everything, and close.
        let sent = match reader.stream.write_all(&bytes).await {
            Ok(()) => reader.stream.flush().await,
            Err(error) => Err(error),
        };
        let answer = reader.answer(request.method, largest).await;
        match (answer, sent) {
            (Err(HttpError::Ended(_)), Err(error)) => Err(HttpError::Ended(words::io(&error))),
            (answer, _) => answer,
        }
    };
    timeout(limit, work).await.unwrap_or(Err(HttpError::Silent(limit)))
}

/// How the end of a body is told (RFC 9112, 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Length(u64),
    Chunked,
    Close,
}

struct Reader<S> {
    stream: S,
    /// What has come and is not used yet.
    bytes: Vec<u8>,
    ended: bool,
}

impl<S: AsyncRead + Unpin> Reader<S> {
    /// Waits for more; nothing comes after the end.
    async fn more(&mut self) -> Result<(), HttpError> {
        if self.ended {
            return Ok(());
        }
        let mut part = [0; 8 * 1024];
        let count = match self.stream.read(&mut part).await {
            Ok(count) => count,
            // An end without a good-bye of TLS; the framing of HTTP tells whether something is missing.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => 0,
            Err(error) if self.bytes.is_empty() => return Err(HttpError::Ended(words::io(&error))),
            Err(_) => 0,
        };
        self.ended = count == 0;
        self.bytes.extend_from_slice(part.get(..count).unwrap_or_default());
        Ok(())
    }

    async fn answer(&mut self, method: &str, largest: usize) -> Result<Answer, HttpError> {
        for _ in 0..=MOST_INTERIM {
            let (mut answer, framing) = self.head().await?;
            if (100..200).contains(&answer.status) && answer.status != 101 {
                continue;
            }
            let none = method == "HEAD" || matches!(answer.status, 101 | 204 | 304);
            let (body, cut) = match framing {
                _ if none => (Vec::new(), false),
                Framing::Length(length) => self.counted(length, largest).await?,
                Framing::Chunked => self.chunked(largest).await?,
                Framing::Close => self.rest(largest).await?,
            };
            (answer.body, answer.cut) = (Secret::new(body), cut);
            return Ok(answer);
        }
        Err(HttpError::Malformed("interim answers do not end"))
    }

    async fn head(&mut self) -> Result<(Answer, Framing), HttpError> {
        loop {
            let is_http = self.bytes.iter().zip(b"HTTP/").all(|(is, should)| is == should);
            if !is_http {
                return Err(HttpError::NotHttp { speaks: words::plain(&self.bytes).or(words::speaks(&self.bytes)) });
            }
            if let Some(end) = end_of_head(&self.bytes) {
                let rest = self.bytes.split_off(end);
                let head = std::mem::replace(&mut self.bytes, rest);
                return parse(&head);
            }
            match (self.bytes.len(), self.ended) {
                (0, true) => {
                    return Err(HttpError::Ended("the other end closed the connection without an answer".to_owned()));
                }
                (_, true) => return Err(HttpError::Malformed("it ends within the head")),
                (LARGEST_HEAD.., _) => return Err(HttpError::Malformed("the head is too long")),
                _ => self.more().await?,
            }
        }
    }

    /// A body of `length` bytes.
    async fn counted(&mut self, length: u64, largest: usize) -> Result<(Vec<u8>, bool), HttpError> {
        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
        while self.bytes.len() < wanted.min(largest) && !self.ended {
            self.more().await?;
        }
        let mut body = std::mem::take(&mut self.bytes);
        body.truncate(wanted.min(largest));
        let cut = body.len() < wanted;
        Ok((body, cut))
    }

    /// A body up to the end of the connection.
    async fn rest(&mut self, largest: usize) -> Result<(Vec<u8>, bool), HttpError> {
        while self.bytes.len() <= largest && !self.ended {
            self.more().await?;
        }
        let mut body = std::mem::take(&mut self.bytes);
        let cut = body.len() > largest;
        body.truncate(largest);
        Ok((body, cut))
    }

    /// A body in chunks; what comes after the last one is left.
    async fn chunked(&mut self, largest: usize) -> Result<(Vec<u8>, bool), HttpError> {
        let mut body = Vec::new();
        loop {
            let Some(size) = self.chunk_size().await? else { return Ok((body, true)) };
            if size == 0 {
                return Ok((body, false));
            }
            let room = largest.saturating_sub(body.len());
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            while self.bytes.len() < size.min(room) && !self.ended {
                self.more().await?;
            }
            let part = self.take(size.min(room));
            body.extend_from_slice(&part);
            if part.len() < size {
                return Ok((body, true));
            }
            while self.bytes.len() < 2 && !self.ended {
                self.more().await?;
            }
            match self.take(2).as_slice() {
                b"\r\n" => {}
                b"" => return Ok((body, true)),
                _ => return Err(HttpError::Malformed("a chunk has another length than it says")),
            }
        }
    }

    /// The size of the next chunk; `None` where the connection ended.
    async fn chunk_size(&mut self) -> Result<Option<u64>, HttpError> {
        const WRONG: HttpError = HttpError::Malformed("a chunk has no size");
        loop {
            match httparse::parse_chunk_size(&self.bytes) {
                Ok(httparse::Status::Complete((end, size))) => {
                    self.take(end);
                    return Ok(Some(size));
                }
                Ok(httparse::Status::Partial) if self.ended => return Ok(None),
                Ok(httparse::Status::Partial) if self.bytes.len() < LONGEST_CHUNK_LINE => self.more().await?,
                Ok(httparse::Status::Partial) | Err(_) => return Err(WRONG),
            }
        }
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let rest = self.bytes.split_off(count.min(self.bytes.len()));
        std::mem::replace(&mut self.bytes, rest)
    }
}

/// Where a head ends: behind the first empty line.
fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let ends = |end: &[u8]| bytes.windows(end.len()).position(|part| part == end).map(|at| at + end.len());
    match (ends(b"\r\n\r\n"), ends(b"\n\n")) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn parse(head: &[u8]) -> Result<(Answer, Framing), HttpError> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err(HttpError::Malformed("it ends within the head")),
        Err(httparse::Error::TooManyHeaders) => return Err(HttpError::Malformed("it has too many headers")),
        Err(httparse::Error::Version) => return Err(HttpError::Malformed("it is of another version than HTTP/1")),
        Err(_) => return Err(HttpError::Malformed("the head is damaged")),
    }
    let framing = framing(response.headers)?;
    let headers = response.headers.iter().map(|header| (shown(header.name.as_bytes()), shown(header.value))).collect();
    let answer = Answer {
        status: response.code.unwrap_or_default(),
        phrase: shown(response.reason.unwrap_or_default().as_bytes()),
        headers,
        body: Secret::new(Vec::new()),
        cut: false,
    };
    Ok((answer, framing))
}

fn framing(headers: &[httparse::Header<'_>]) -> Result<Framing, HttpError> {
    let named = |name: &'static str| headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
    let last = named("Transfer-Encoding").next_back().map(|header| header.value.to_ascii_lowercase());
    if let Some(encoding) = last {
        return Ok(if encoding.ends_with(b"chunked") { Framing::Chunked } else { Framing::Close });
    }
    let mut length = None;
    for header in named("Content-Length") {
        let is = std::str::from_utf8(header.value).ok().and_then(|text| text.trim().parse::<u64>().ok());
        match (is, length) {
            (None, _) => return Err(HttpError::Malformed("`Content-Length` is no number")),
            (Some(is), Some(was)) if is != was => {
                return Err(HttpError::Malformed("`Content-Length` says two things"));
            }
            (Some(is), _) => length = Some(is),
        }
    }
    Ok(length.map_or(Framing::Close, Framing::Length))
}

/// What a server wrote, as it can be shown.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let plain = |char: char| if char.is_control() { '\u{FFFD}' } else { char };
    text.trim().chars().take(LONGEST_TEXT).map(plain).collect()
}
