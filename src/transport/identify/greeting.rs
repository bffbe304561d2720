//! What is said to find out what is spoken: the first message of a client, for each protocol.

use super::Spoken;
use crate::transport::net::Target;
use crate::transport::tls;
use std::hash::{BuildHasher, RandomState};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greeting {
    Tls,
    Mqtt5,
    Mqtt311,
    Kafka3,
    Kafka0,
    Http,
}

/// Marks the answer of a Kafka broker: it repeats this number behind the length.
pub(super) const CORRELATION: [u8; 4] = *b"flow";

/// ApiVersions v3, as brokers since Kafka 2.4 know it (`ApiVersionsRequest.json`): length 23, key 18, version 3, the
/// correlation id, no client id, no tagged fields (request header v2); then the name and version of the software as
/// compact strings (length + 1), no tagged fields.
const API_VERSIONS_3: &[u8] = b"\x00\x00\x00\x17\x00\x12\x00\x03flow\xFF\xFF\x00\x09flowgate\x020\x00";

/// ApiVersions v0, for brokers that close a connection when they see a version that they do not know: length 10, key
/// 18, version 0, the correlation id, no client id (request header v1). It has no body.
const API_VERSIONS_0: &[u8] = b"\x00\x00\x00\x0A\x00\x12\x00\x00flow\xFF\xFF";

/// DISCONNECT: the same two bytes in MQTT 3.1.1 and 5.
const DISCONNECT: &[u8] = &[0xE0, 0];

impl Greeting {
    pub(super) const ALL: [Self; 6] = [Self::Tls, Self::Mqtt5, Self::Mqtt311, Self::Kafka3, Self::Kafka0, Self::Http];

    /// The protocol that it belongs to.
    pub(super) const fn protocol(self) -> Spoken {
        match self {
            Self::Tls => Spoken::Tls,
            Self::Mqtt5 => Spoken::Mqtt5,
            Self::Mqtt311 => Spoken::Mqtt311,
            Self::Kafka3 | Self::Kafka0 => Spoken::Kafka,
            Self::Http => Spoken::Http { status: 0, server: None },
        }
    }

    /// What is sent; `None` if it cannot be made.
    pub(super) fn bytes(self, port: u16, server_name: &str) -> Option<Vec<u8>> {
        match self {
            Self::Tls => tls::client_hello(server_name),
            Self::Mqtt5 => Some(connect(5)),
            Self::Mqtt311 => Some(connect(4)),
            Self::Kafka3 => Some(API_VERSIONS_3.to_vec()),
            Self::Kafka0 => Some(API_VERSIONS_0.to_vec()),
            Self::Http => Some(get(port, server_name)),
        }
    }

    /// What a server that let this client in is told at the end.
    pub(super) fn good_bye(self, answered: &Spoken) -> Option<&'static [u8]> {
        let entered = matches!((self, answered), (Self::Mqtt5, Spoken::Mqtt5) | (Self::Mqtt311, Spoken::Mqtt311));
        entered.then_some(DISCONNECT)
    }
}

/// CONNECT without a login, with a clean session that ends with the connection, and a client id that nobody else has
/// (MQTT 3.1.1 and 5, section 3.1).
fn connect(level: u8) -> Vec<u8> {
    let id = format!("flowgate{:014x}", RandomState::new().hash_one(level) >> 8);
    let mut body = b"\x00\x04MQTT".to_vec();
    // Clean start; 30 seconds of keep-alive.
    body.extend([level, 0x02, 0, 30]);
    if level == 5 {
        // No properties; the Session Expiry Interval is then 0.
        body.push(0);
    }
    // 22 characters: servers of 3.1.1 have to take 23.
    body.extend([0, u8::try_from(id.len()).unwrap_or(0)]);
    body.extend(id.bytes());
    let mut packet = vec![0x10, u8::try_from(body.len()).unwrap_or(0)];
    packet.append(&mut body);
    packet
}

fn get(port: u16, server_name: &str) -> Vec<u8> {
    // A name is text of a manifest, and must not become a header of its own.
    let name = if server_name.chars().all(|char| char.is_ascii_graphic()) { server_name } else { "localhost" };
    let host = Target::new(name, port);
    format!("GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: flowgate\r\nConnection: close\r\n\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_right() {
        for request in [API_VERSIONS_3, API_VERSIONS_0] {
            let length = u32::from_be_bytes(request[..4].try_into().unwrap());
            assert_eq!(length as usize, request.len() - 4);
        }
        for level in [4, 5] {
            let packet = connect(level);
            assert_eq!(usize::from(packet[1]), packet.len() - 2);
            assert_ne!(packet, connect(level), "the client id is another each time");
        }
    }

    #[test]
    fn a_name_cannot_become_a_header() {
        let request = String::from_utf8(get(80, "a\r\nX: y")).unwrap();
        assert!(request.contains("\r\nHost: localhost:80\r\n"), "{request}");
        let request = String::from_utf8(get(80, "::1")).unwrap();
        assert!(request.contains("\r\nHost: [::1]:80\r\n"), "{request}");
    }
}
