//! A broker that says what it is told to: for what no real one can be made to say.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// CONNACK, success, without properties.
pub const CONNACK: &[u8] = &[0x20, 3, 0, 0, 0];

/// Listens until the test process ends, and hands each connection to `script` in a thread of its own. Returns the port.
pub fn peer(script: impl Fn(TcpStream) + Send + Sync + Clone + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let script = script.clone();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            std::thread::spawn(move || script(stream));
        }
    });
    port
}

/// A broker of MQTT 5 that answers packet by packet: `answer` gets the type of a packet (the upper half of its first byte)
/// and its bytes, and says what comes back; `None` closes the connection. It closes on everything that is no MQTT 5.
pub fn broker(answer: impl Fn(u8, &[u8]) -> Option<Vec<u8>> + Send + Sync + Clone + 'static) -> u16 {
    peer(move |mut stream| {
        let mut connected = false;
        while let Some(packet) = packet(&mut stream) {
            let kind = packet[0] >> 4;
            // CONNECT of level 5, after the length and the name of the protocol.
            let (header, _) = length(&packet);
            let is_connect = packet.get(header + 2..header + 7) == Some(b"MQTT\x05");
            if (!connected && !is_connect) || kind == 14 {
                return;
            }
            connected = true;
            match answer(kind, &packet) {
                Some(bytes) => stream.write_all(&bytes).unwrap_or(()),
                None => return,
            }
        }
    })
}

/// A broker that answers CONNECT with `connack` and takes everything else well.
pub fn lets_in(connack: &'static [u8]) -> u16 {
    broker(move |kind, packet| Some(usual(kind, packet).unwrap_or_else(|| connack.to_vec())))
}

/// A broker that answers CONNECT with `answer`, and nothing else.
pub fn answers(answer: &'static [u8]) -> u16 {
    broker(move |_, _| Some(answer.to_vec()))
}

/// A success for everything but CONNECT.
pub fn usual(kind: u8, packet: &[u8]) -> Option<Vec<u8>> {
    match kind {
        1 => None,
        3 => Some(puback(packet, 0)),
        8 => Some(suback(packet, 1)),
        12 => Some(vec![0xD0, 0]),
        _ => Some(Vec::new()),
    }
}

/// SUBACK with `code` for the one filter of `packet`.
pub fn suback(packet: &[u8], code: u8) -> Vec<u8> {
    let (header, _) = length(packet);
    vec![0x90, 4, packet[header], packet[header + 1], 0, code]
}

/// PUBACK with `code`.
pub fn puback(packet: &[u8], code: u8) -> Vec<u8> {
    let (header, _) = length(packet);
    let topic = usize::from(u16::from_be_bytes([packet[header], packet[header + 1]]));
    let id = header + 2 + topic;
    vec![0x40, 3, packet[id], packet[id + 1], code]
}

/// How long the fixed header is, and what it says about the rest.
fn length(packet: &[u8]) -> (usize, usize) {
    let mut value = 0;
    for (index, byte) in packet.iter().skip(1).take(4).enumerate() {
        value |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return (index + 2, value);
        }
    }
    (5, value)
}

/// The next packet, nothing at the end.
pub fn packet(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 2];
    stream.read_exact(&mut bytes).ok()?;
    while bytes.last()? & 0x80 != 0 && bytes.len() < 5 {
        let mut next = [0];
        stream.read_exact(&mut next).ok()?;
        bytes.push(next[0]);
    }
    let (header, rest) = length(&bytes);
    let mut bytes = bytes[..header].to_vec();
    bytes.resize(header + rest, 0);
    stream.read_exact(&mut bytes[header..]).ok()?;
    Some(bytes)
}
