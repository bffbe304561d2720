//! A scripted broker that reads requests and writes answers by Kafka's own schemas.

use super::LIMIT;
use bytes::{Buf, BufMut, Bytes, BytesMut};
use flowgate::transport::kafka_socket::Connection;
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse, RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Encodable, HeaderVersion, Request, StrBytes, decode_request_header_from_buffer};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

/// A text of the schemas.
pub fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

/// The far end of a connection.
pub struct Peer(pub DuplexStream);

impl Peer {
    /// The next request as bytes, without its length.
    pub async fn bytes(&mut self) -> Bytes {
        let length = self.0.read_u32().await.unwrap();
        let mut frame = vec![0; length as usize];
        self.0.read_exact(&mut frame).await.unwrap();
        Bytes::from(frame)
    }

    /// The next request, which has to be `R` to its last byte.
    pub async fn request<R: Request>(&mut self) -> (RequestHeader, R) {
        let mut frame = self.bytes().await;
        let header = decode_request_header_from_buffer(&mut frame).unwrap();
        assert_eq!(header.request_api_key, R::KEY);
        assert_eq!(header.client_id.as_deref(), Some("tester"));
        let request = R::decode(&mut frame, header.request_api_version).unwrap();
        assert!(!frame.has_remaining(), "the request is longer than its schema");
        (header, request)
    }

    /// The next request, answered by `response`.
    pub async fn answer<R: Request>(&mut self, response: impl FnOnce(&R) -> R::Response) -> R {
        let (header, request) = self.request::<R>().await;
        self.respond(&header, &response(&request)).await;
        request
    }

    /// Answers a request.
    pub async fn respond<A: Encodable + HeaderVersion>(&mut self, header: &RequestHeader, response: &A) {
        let version = header.request_api_version;
        let mut frame = BytesMut::new();
        let answer = ResponseHeader::default().with_correlation_id(header.correlation_id);
        answer.encode(&mut frame, A::header_version(version)).unwrap();
        response.encode(&mut frame, version).unwrap();
        self.frame(&frame).await;
    }

    /// Sends a frame around `body`.
    pub async fn frame(&mut self, body: &[u8]) {
        let mut frame = BytesMut::new();
        frame.put_u32(u32::try_from(body.len()).unwrap());
        frame.put_slice(body);
        self.raw(&frame).await;
    }

    /// Sends bytes.
    pub async fn raw(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// Answers ApiVersions with exactly these versions.
    pub async fn versions(&mut self, listed: &[(i16, i16, i16)]) {
        let keys = listed.iter().map(|(key, min, max)| {
            ApiVersion::default().with_api_key(*key).with_min_version(*min).with_max_version(*max)
        });
        let keys = keys.collect();
        self.answer::<ApiVersionsRequest>(|_| ApiVersionsResponse::default().with_api_keys(keys)).await;
    }
}

/// A connection and its far end.
pub fn pair() -> (Connection<DuplexStream>, Peer) {
    pair_with(LIMIT)
}

/// A connection that waits for `limit`, and its far end.
pub fn pair_with(limit: Duration) -> (Connection<DuplexStream>, Peer) {
    let (near, far) = tokio::io::duplex(1 << 20);
    (Connection::new(near, "tester", limit), Peer(far))
}
