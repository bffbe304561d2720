//! A scripted server, for what no broker here does.

use rumqttc::v5::mqttbytes::v5::Packet;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// CONNACK, success, without properties.
pub const CONNACK: &[u8] = &[0x20, 3, 0, 0, 0];

/// Listens once, and hands the connection to `script`. Returns the port.
pub async fn peer<F, R>(script: F) -> u16
where
    F: FnOnce(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        script(stream).await;
    });
    port
}

/// Listens as long as the runtime lives, and hands every connection to `script`. Returns the port.
pub async fn peers<F, R>(script: F) -> u16
where
    F: Fn(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(script(stream));
        }
    });
    port
}

/// Answers the first bytes with `answer`, and stays.
pub async fn answering(answer: &'static [u8]) -> u16 {
    peer(move |mut stream| async move {
        frame(&mut stream).await;
        stream.write_all(answer).await.unwrap();
        frame(&mut stream).await;
    })
    .await
}

/// The next packet as bytes, or nothing at the end of the stream. Lengths of up to two bytes.
pub async fn frame(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut length, mut shift) = (0, 0);
    loop {
        match stream.read_u8().await {
            Ok(byte) => bytes.push(byte),
            Err(_) => return bytes,
        }
        if bytes.len() > 1 {
            length |= usize::from(bytes.last().unwrap() & 0x7F) << shift;
            shift += 7;
            if bytes.last().unwrap() & 0x80 == 0 {
                break;
            }
        }
    }
    let start = bytes.len();
    bytes.resize(start + length, 0);
    stream.read_exact(&mut bytes[start..]).await.unwrap();
    bytes
}

/// The next packet, read by rumqttc.
pub async fn packet(stream: &mut TcpStream) -> Packet {
    let mut bytes = bytes::BytesMut::from(&frame(stream).await[..]);
    Packet::read(&mut bytes, None).unwrap()
}
