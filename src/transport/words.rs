//! Errors of sockets and of TLS in words, and what else than expected answers at a port.

use std::io;
use tokio_rustls::rustls;

/// An I/O error in words, a TLS alert inside it included.
pub fn io(error: &io::Error) -> String {
    if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return super::tls::words(inner);
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused: nothing listens there".to_owned(),
        io::ErrorKind::ConnectionReset => "the other end reset the connection".to_owned(),
        io::ErrorKind::ConnectionAborted => "the connection was aborted".to_owned(),
        io::ErrorKind::BrokenPipe => "the other end has closed the connection".to_owned(),
        io::ErrorKind::UnexpectedEof => "the other end closed the connection without a good-bye".to_owned(),
        io::ErrorKind::TimedOut => "no answer from there".to_owned(),
        io::ErrorKind::HostUnreachable => "no route to the host".to_owned(),
        io::ErrorKind::NetworkUnreachable => "no route to the network".to_owned(),
        _ => error.to_string(),
    }
}

/// The protocol whose answer starts with `bytes`, if it is none of MQTT or Kafka.
pub fn speaks(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'H', b'T', b'T', b'P', b'/', ..] => Some("HTTP"),
        [0x15 | 0x16, 3, 0..=4, ..] => Some("TLS"),
        [b'S', b'S', b'H', b'-', ..] => Some("SSH"),
        _ => None,
    }
}

/// The protocol that a plain server speaks, by the first bytes that it sent where TLS was expected.
pub fn plain(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        // CONNACK and DISCONNECT with their lengths: what a broker sends a client whose greeting it cannot read.
        [0x20, 2..=0x7F, ..] | [0xE0, 0..=0x7F, ..] => Some("MQTT"),
        _ => speaks(bytes).filter(|name| *name != "TLS"),
    }
}

/// The start of what a server sent, escaped, for people.
pub fn start(bytes: &[u8]) -> String {
    const SHOWN: usize = 24;
    let shown = bytes.iter().take(SHOWN).copied().flat_map(std::ascii::escape_default);
    shown.map(char::from).collect()
}

/// The protocol that a server speaks, by the first bytes that it sent where Kafka was expected.
pub fn not_kafka(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'H', b'T', b'T', b'P', ..] => Some("HTTP"),
        [b'A', b'M', b'Q', b'P', ..] => Some("AMQP"),
        _ => plain(bytes).or_else(|| speaks(bytes)),
    }
}
