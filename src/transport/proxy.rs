//! HTTP CONNECT: asks a proxy for a connection (RFC 9110, 9.3.6).

use super::net::Target;
use super::words;
use crate::redact::Secret;
use base64::Engine;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A proxy, as `--proxy` names it.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// Where it listens.
    pub target: Target,
    /// The value of `Proxy-Authorization`.
    authorization: Option<Secret<String>>,
}

/// A proxy that cannot be read. The text is not repeated, since it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadProxy {
    /// Another scheme.
    #[error("the proxy has the scheme `{0}`, but only `http://` is spoken to a proxy")]
    Scheme(String),
    /// No host and port.
    #[error("the proxy is not `http://[USER:PASSWORD@]HOST:PORT`")]
    Form,
}

impl std::str::FromStr for Proxy {
    type Err = BadProxy;

    /// `http://[USER:PASSWORD@]HOST:PORT`, the scheme may be left away. A percent sign is no escape.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                return Err(BadProxy::Scheme(scheme.to_owned()));
            }
            Some(_) => return Err(BadProxy::Form),
            None => text,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (login, target) = rest.rsplit_once('@').map_or((None, rest), |(login, target)| (Some(login), target));
        let basic = |login| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(login));
        Ok(Self {
            target: target.parse().map_err(|_| BadProxy::Form)?,
            authorization: login.map(|login| Secret::new(basic(login))),
        })
    }
}

/// What a proxy made of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("proxy `{proxy}`: {cause}")]
pub struct ProxyError {
    /// The proxy.
    pub proxy: Target,
    /// Why.
    pub cause: ProxyCause,
}

/// Why a proxy gave no connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyCause {
    /// It cannot be reached itself.
    #[error("{0}")]
    Unreachable(String),
    /// It wants a login, or another one.
    #[error("it wants a login (HTTP 407)")]
    Login,
    /// It refuses or could not connect.
    #[error("it answered HTTP {status} {phrase} to CONNECT `{to}`")]
    Refused {
        /// The status.
        status: u16,
        /// Its phrase.
        phrase: String,
        /// What it was asked for.
        to: Target,
    },
    /// It speaks something else.
    #[error("what answers there is no HTTP proxy")]
    NotHttp,
    /// It closed the connection or the network did.
    #[error("{0}")]
    Ended(String),
    /// It did not answer in time.
    #[error("no answer to CONNECT within {} ms", .0.as_millis())]
    Silent(Duration),
}

/// A head of an answer has no reason to be longer.
const LONGEST_HEAD: usize = 8 * 1024;

impl Proxy {
    /// What is sent as `Proxy-Authorization`, if anything is.
    pub const fn authorization(&self) -> Option<&Secret<String>> {
        self.authorization.as_ref()
    }

    pub(super) fn unreachable(&self, why: String) -> ProxyError {
        self.error(ProxyCause::Unreachable(why))
    }

    fn error(&self, cause: ProxyCause) -> ProxyError {
        ProxyError { proxy: self.target.clone(), cause }
    }

    /// Asks for a connection to `to` on a fresh connection to the proxy. After it `stream` is that connection.
    ///
    /// # Errors
    /// If the proxy does not give one within `limit`.
    pub async fn ask(&self, stream: &mut TcpStream, to: &Target, limit: Duration) -> Result<(), ProxyError> {
        match timeout(limit, self.converse(stream, to)).await {
            Ok(answer) => answer.map_err(|cause| self.error(cause)),
            Err(_) => Err(self.error(ProxyCause::Silent(limit))),
        }
    }

    async fn converse(&self, stream: &mut TcpStream, to: &Target) -> Result<(), ProxyCause> {
        let ended = |error: std::io::Error| ProxyCause::Ended(words::io(&error));
        let mut request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n");
        if let Some(authorization) = &self.authorization {
            request.push_str(&format!("Proxy-Authorization: {}\r\n", authorization.expose()));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).await.map_err(ended)?;
        // Byte by byte, so that nothing of what the broker says is taken.
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.map_err(ended)?);
            let http = head.iter().zip(b"HTTP/1.").all(|(is, should)| is == should);
            if !http || head.len() > LONGEST_HEAD {
                return Err(ProxyCause::NotHttp);
            }
        }
        let head = String::from_utf8_lossy(&head);
        let mut line = head.lines().next().unwrap_or_default().splitn(3, ' ').skip(1);
        let status = line.next().and_then(|status| status.parse::<u16>().ok()).ok_or(ProxyCause::NotHttp)?;
        match status {
            200..=299 => Ok(()),
            407 => Err(ProxyCause::Login),
            _ => {
                let phrase = line.next().unwrap_or_default().escape_debug().to_string();
                Err(ProxyCause::Refused { status, phrase, to: to.clone() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_read_and_its_password_is_not_shown() {
        let proxy: Proxy = "http://me:hunter2@proxy.example:3128/".parse().unwrap();
        assert_eq!(proxy.target, Target::new("proxy.example", 3128));
        assert_eq!(proxy.authorization.as_ref().unwrap().expose(), "Basic bWU6aHVudGVyMg==");
        assert!(!format!("{proxy:?}").contains("hunter2"));
        assert!("proxy:3128".parse::<Proxy>().unwrap().authorization.is_none());
        assert_eq!("socks5://a:1".parse::<Proxy>().unwrap_err(), BadProxy::Scheme("socks5".to_owned()));
        assert_eq!("http://hunter2@".parse::<Proxy>().unwrap_err(), BadProxy::Form);
        assert_eq!("me:hunter2://a:1".parse::<Proxy>().unwrap_err(), BadProxy::Form);
    }
}
