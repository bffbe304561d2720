//! Peers that say what they are told to: for what no real broker can be made to say.

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use kafka_protocol::messages::{
    ApiKey, ApiVersionsResponse, BrokerId, MetadataRequest, MetadataResponse, ProduceRequest, ProduceResponse,
    ResponseHeader, SaslAuthenticateResponse, SaslHandshakeResponse, TopicName,
};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, StrBytes, decode_request_header_from_buffer};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Listens until the test process ends, and hands each connection to `script` in a thread of its own. Returns the port.
pub fn peer(script: impl Fn(TcpStream) + Send + Sync + Clone + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    serve(listener, script);
    port
}

fn serve(listener: TcpListener, script: impl Fn(TcpStream) + Send + Sync + Clone + 'static) {
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let script = script.clone();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            std::thread::spawn(move || script(stream));
        }
    });
}

/// Answers the first bytes with `answer`, and ends.
pub fn answers(answer: &'static [u8]) -> u16 {
    peer(move |mut stream| {
        let mut some = [0; 1024];
        let _ = stream.read(&mut some);
        let _ = stream.write_all(answer);
    })
}

/// Takes connections, and says nothing.
pub fn silent() -> u16 {
    peer(|mut stream| {
        let mut sink = Vec::new();
        let _ = stream.read_to_end(&mut sink);
    })
}

/// The code that Produce is answered with, and everything that was sent to the broker.
pub type Heard = Arc<Mutex<Vec<(i16, Bytes)>>>;

/// A broker of one node, which says that it is where it listens.
#[derive(Clone)]
pub struct Broker {
    versions: Vec<(i16, i16, i16)>,
    drops_new: bool,
    produce: i16,
    leader: i32,
    /// What a login of SCRAM ends with.
    signature: &'static str,
    /// Further brokers: number, host and port.
    others: Vec<(i32, String, i32)>,
    pub heard: Heard,
}

impl Default for Broker {
    fn default() -> Self {
        let versions = vec![
            (0, 3, 8),
            (1, 4, 11),
            (2, 1, 5),
            (3, 1, 8),
            (9, 1, 5),
            (10, 0, 2),
            (12, 0, 3),
            (17, 0, 1),
            (18, 0, 3),
            (32, 1, 2),
            (36, 0, 1),
        ];
        let heard = Heard::default();
        Self { versions, drops_new: false, produce: 0, leader: 1, signature: "v=AAAA", others: Vec::new(), heard }
    }
}

impl Broker {
    /// Takes these requests in these versions.
    pub fn versions(mut self, versions: &[(i16, i16, i16)]) -> Self {
        self.versions = versions.to_vec();
        self
    }

    /// Ends connections that ask for versions in another version than 0.
    pub fn drops_new(mut self) -> Self {
        self.drops_new = true;
        self
    }

    /// Answers every record with `code`.
    pub fn produce(mut self, code: i16) -> Self {
        self.produce = code;
        self
    }

    /// Says that `leader` leads every partition; -1 is nobody.
    pub fn leader(mut self, leader: i32) -> Self {
        self.leader = leader;
        self
    }

    /// Names another broker as well.
    pub fn and(mut self, id: i32, host: &str, port: i32) -> Self {
        self.others.push((id, host.to_owned(), port));
        self
    }

    /// Listens, and returns the port.
    pub fn start(self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        serve(listener, move |stream| self.speak(stream, port));
        port
    }

    fn speak(&self, mut stream: TcpStream, port: u16) {
        loop {
            let mut length = [0; 4];
            if stream.read_exact(&mut length).is_err() || length[0] != 0 {
                return;
            }
            let mut frame = vec![0; u32::from_be_bytes(length) as usize];
            if stream.read_exact(&mut frame).is_err() {
                return;
            }
            let mut frame = Bytes::from(frame);
            let Ok(header) = decode_request_header_from_buffer(&mut frame) else { return };
            let (key, version) = (header.request_api_key, header.request_api_version);
            self.heard.lock().unwrap().push((key, frame.clone()));
            let Some(body) = self.answer(key, version, frame, port) else { return };
            let mut answer = BytesMut::new();
            let kind = ApiKey::try_from(key).unwrap().response_header_version(version);
            ResponseHeader::default().with_correlation_id(header.correlation_id).encode(&mut answer, kind).unwrap();
            answer.extend_from_slice(&body);
            let length = u32::try_from(answer.len()).unwrap().to_be_bytes();
            if stream.write_all(&[&length[..], &answer].concat()).is_err() {
                return;
            }
        }
    }

    fn answer(&self, key: i16, version: i16, mut body: Bytes, port: u16) -> Option<BytesMut> {
        match ApiKey::try_from(key).ok()? {
            ApiKey::ApiVersions if self.drops_new && version > 0 => None,
            ApiKey::ApiVersions => {
                let listed = self.versions.iter().map(|(key, min, max)| {
                    ApiVersion::default().with_api_key(*key).with_min_version(*min).with_max_version(*max)
                });
                written(&ApiVersionsResponse::default().with_api_keys(listed.collect()), version)
            }
            ApiKey::Metadata => {
                let asked = MetadataRequest::decode(&mut body, version).ok()?;
                written(&self.metadata(&asked, port), version)
            }
            ApiKey::SaslHandshake => {
                let offered = ["PLAIN", "SCRAM-SHA-256"].map(StrBytes::from_static_str).to_vec();
                written(&SaslHandshakeResponse::default().with_mechanisms(offered), version)
            }
            ApiKey::SaslAuthenticate => written(&self.scram(&body), version),
            ApiKey::Produce => {
                let asked = ProduceRequest::decode(&mut body, version).ok()?;
                let topics = asked.topic_data.into_iter().map(|topic| {
                    let placed = PartitionProduceResponse::default().with_error_code(self.produce).with_base_offset(7);
                    TopicProduceResponse::default().with_name(topic.name).with_partition_responses(vec![placed])
                });
                written(&ProduceResponse::default().with_responses(topics.collect()), version)
            }
            _ => None,
        }
    }

    fn metadata(&self, asked: &MetadataRequest, port: u16) -> MetadataResponse {
        let own = (1, "127.0.0.1".to_owned(), i32::from(port));
        let brokers = [own].into_iter().chain(self.others.clone()).map(|(id, host, port)| {
            let broker = MetadataResponseBroker::default().with_node_id(BrokerId(id)).with_port(port);
            broker.with_host(StrBytes::from_string(host))
        });
        let topics = asked.topics.iter().flatten().map(|topic| {
            let partition = MetadataResponsePartition::default()
                .with_leader_id(BrokerId(self.leader))
                .with_error_code(if self.leader < 0 { 5 } else { 0 });
            MetadataResponseTopic::default()
                .with_name(topic.name.clone().map(|name| TopicName(name.0)))
                .with_partitions(vec![partition])
                .with_topic_authorized_operations(i32::MIN)
        });
        MetadataResponse::default().with_brokers(brokers.collect()).with_topics(topics.collect())
    }

    /// Takes any proof of SCRAM, without knowing the password.
    fn scram(&self, body: &Bytes) -> SaslAuthenticateResponse {
        let text = String::from_utf8_lossy(body).into_owned();
        let answer = match text.split_once("n,,n=") {
            Some((_, first)) => {
                let nonce = first.split_once("r=").unwrap().1;
                format!("r={nonce}more,s=c2FsdHNhbHQ=,i=4096")
            }
            None => self.signature.to_owned(),
        };
        SaslAuthenticateResponse::default().with_auth_bytes(Bytes::from(answer))
    }
}

fn written<A: Encodable + HeaderVersion>(answer: &A, version: i16) -> Option<BytesMut> {
    let mut bytes = BytesMut::new();
    answer.encode(&mut bytes, version).unwrap();
    Some(bytes)
}
