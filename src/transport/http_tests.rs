//! HTTP as servers speak it, and what is none.

use super::http::*;
use super::net::Target;
use crate::redact::Secret;
use std::time::Duration;
use tokio::io::{AsyncWriteExt, duplex};

fn block<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// What comes of `bytes`, sent in parts of `part` bytes.
fn read(method: Request, bytes: &[u8], part: usize, largest: usize) -> Result<Answer, HttpError> {
    block(async {
        let (near, mut far) = duplex(64 * 1024);
        let bytes = bytes.to_vec();
        let server = tokio::spawn(async move {
            for part in bytes.chunks(part) {
                if far.write_all(part).await.is_err() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        });
        let answer = exchange(near, "h", "/", &method, Duration::from_secs(10), largest).await;
        server.abort();
        answer
    })
}

fn body(bytes: &[u8]) -> (String, bool) {
    let whole = read(Request::get(), bytes, usize::MAX >> 1, 20).unwrap();
    let parts = read(Request::get(), bytes, 1, 20).unwrap();
    assert_eq!((whole.body.expose(), whole.cut), (parts.body.expose(), parts.cut));
    (String::from_utf8(whole.body.expose().clone()).unwrap(), whole.cut)
}

fn whole(text: &str) -> (String, bool) {
    (text.to_owned(), false)
}

#[test]
fn bodies_end_where_they_say() {
    assert_eq!(body(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef"), whole("abc"));
    assert_eq!(body(b"HTTP/1.1 200 OK\r\n\r\nabc"), whole("abc"));
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, Chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    assert_eq!(body(chunked), whole("abcde"));
    assert_eq!(body(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\nContent-Length: 1\n\nx"), whole("x"));
    assert_eq!(body(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nabcde"), whole(""));
    let head = read(Request::head(), b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 1, 20).unwrap();
    assert_eq!((head.body.expose().len(), head.cut), (0, false));
}

#[test]
fn bodies_are_bounded_and_say_so() {
    let long = "x".repeat(30);
    let cut = ("x".repeat(20), true);
    assert_eq!(body(format!("HTTP/1.1 200 OK\r\n\r\n{long}").as_bytes()), cut);
    assert_eq!(body(format!("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{long}").as_bytes()), cut);
    let endless = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{long}", u64::MAX);
    assert_eq!(body(endless.as_bytes()), cut);
    let chunk = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\n{long}");
    assert_eq!(body(chunk.as_bytes()), cut);
    assert_eq!(body(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"), ("abc".to_owned(), true));
    assert_eq!(body(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"), ("abc".to_owned(), true));
    assert_eq!(body(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), ("a".to_owned(), true));
}

#[test]
fn heads_are_read_and_made_harmless() {
    let bytes = b"HTTP/1.0 401 Not \xff here\r\nWWW-Authenticate: Basic realm=/a\r\nX: a\tb\r\n\r\n";
    let answer = read(Request::get(), bytes, 7, 20).unwrap();
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("www-authenticate"), Some("Basic realm=/a"));
    assert_eq!(answer.header("x"), Some("a\u{FFFD}b"));
    assert_eq!(answer.header("y"), None);
}

#[test]
fn what_is_no_http_is_told() {
    let wrong = |bytes: &[u8]| read(Request::get(), bytes, 4096, 20).unwrap_err();
    assert_eq!(wrong(b"SSH-2.0-x\r\n"), HttpError::NotHttp { speaks: Some("SSH") });
    assert_eq!(wrong(&[0x15, 3, 1, 0, 2, 2, 22]), HttpError::NotHttp { speaks: Some("TLS") });
    assert_eq!(wrong(&[0x20, 2, 0, 1]), HttpError::NotHttp { speaks: Some("MQTT") });
    assert!(matches!(wrong(b""), HttpError::Ended(_)));
    for malformed in [
        "HTTP/1.1 200 OK\r\nContent-".to_owned(),
        "HTTP/2.0 200 OK\r\n\r\n".to_owned(),
        "HTTP/1.1 two OK\r\n\r\n".to_owned(),
        format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "y".repeat(20_000)),
        format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(65)),
        "HTTP/1.1 100 Continue\r\n\r\n".repeat(20),
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab".to_owned(),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n".to_owned(),
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;{}", "x".repeat(600)),
    ] {
        assert!(matches!(wrong(malformed.as_bytes()), HttpError::Malformed(_)), "{malformed:.60}");
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    block(async {
        let (near, _far) = duplex(64 * 1024);
        let limit = Duration::from_millis(50);
        let error = exchange(near, "h", "/", &Request::get(), limit, 20).await.unwrap_err();
        assert_eq!(error, HttpError::Silent(limit));
    });
}

#[test]
fn requests_are_written_and_nothing_is_smuggled_in() {
    let request = Request::post("text/plain", Secret::new(b"body".to_vec())).header("Authorization", "Basic s3cret");
    let text = String::from_utf8(request.wire("h:81", "/a?b").unwrap()).unwrap();
    assert!(text.starts_with("POST /a?b HTTP/1.1\r\nHost: h:81\r\nConnection: close\r\n"), "{text}");
    assert!(text.ends_with("Authorization: Basic s3cret\r\nContent-Length: 4\r\n\r\nbody"), "{text}");
    assert!(!format!("{request:?}").contains("s3cret"));
    let bad = Request::get().header("X", "a\r\nY: b");
    assert_eq!(bad.wire("h", "/"), Err(HttpError::Request));
    assert_eq!(Request::get().wire("h", "/ HTTP/1.1"), Err(HttpError::Request));
    assert_eq!(Request::get().wire("h\r\n", "/"), Err(HttpError::Request));
}

#[test]
fn urls_are_read() {
    let url: Url = "HTTPS://login.example/t/oauth2?x=y".parse().unwrap();
    assert_eq!((url.secure, url.path.as_str()), (true, "/t/oauth2?x=y"));
    assert_eq!(url.target, Target::new("login.example", 443));
    assert_eq!(host_header(&url.target, true), "login.example");
    let url: Url = "http://[::1]:40342".parse().unwrap();
    assert_eq!((url.to_string().as_str(), url.is_loopback()), ("http://[::1]:40342/", true));
    assert_eq!(host_header(&url.target, false), "[::1]:40342");
    assert_eq!("http://[::1]?q".parse::<Url>().unwrap().to_string(), "http://[::1]:80/?q");
    for bad in
        ["", "h", "ftp://h", "http://", "http://u:p@h/", "http://h:0/", "http://h/a b", "http://h/#f", "http://h\n/"]
    {
        assert_eq!(bad.parse::<Url>(), Err(BadUrl), "{bad}");
    }
}
