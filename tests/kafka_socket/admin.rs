//! What an administrator does to the real Kafka, by requests of Kafka's own schemas on the listener that lets everybody do
//! everything.

use super::peer::text;
use crate::brokers::kafka::SHARED;
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::create_acls_request::AclCreation;
use kafka_protocol::messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use kafka_protocol::messages::{CreateAclsRequest, IncrementalAlterConfigsRequest, RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Request};
use std::io::{Read, Write};
use std::net::TcpStream;

/// One request in `version`, and its answer.
fn ask<R: Request>(version: i16, request: &R) -> R::Response {
    let mut frame = BytesMut::new();
    let header = RequestHeader::default().with_request_api_key(R::KEY).with_request_api_version(version);
    header.encode(&mut frame, R::header_version(version)).unwrap();
    request.encode(&mut frame, version).unwrap();
    let mut length = BytesMut::new();
    length.put_u32(u32::try_from(frame.len()).unwrap());
    let mut stream = TcpStream::connect(("127.0.0.1", SHARED.ports.plain)).unwrap();
    stream.write_all(&[&length[..], &frame].concat()).unwrap();
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut answer).unwrap();
    let mut answer = Bytes::from(answer);
    ResponseHeader::decode(&mut answer, R::Response::header_version(version)).unwrap();
    R::Response::decode(&mut answer, version).unwrap()
}

/// Of `ResourceType` and `AclOperation`.
pub const TOPIC: i8 = 2;
pub const GROUP: i8 = 3;
pub const READ: i8 = 3;
pub const WRITE: i8 = 4;
pub const DESCRIBE: i8 = 8;
pub const DESCRIBE_CONFIGS: i8 = 10;

/// Allows `user` an operation on a resource.
pub fn allow(user: &str, operation: i8, resource: i8, name: &str) {
    let rule = AclCreation::default()
        .with_resource_type(resource)
        .with_resource_name(text(name))
        // Literally that name.
        .with_resource_pattern_type(3)
        .with_principal(text(&format!("User:{user}")))
        .with_host(text("*"))
        .with_operation(operation)
        .with_permission_type(3);
    let answer = ask(3, &CreateAclsRequest::default().with_creations(vec![rule]));
    assert_eq!(answer.results[0].error_code, 0, "{answer:?}");
}

/// Sets a setting of a topic.
pub fn set(topic: &str, name: &str, value: &str) {
    let setting = AlterableConfig::default().with_name(text(name)).with_value(Some(text(value)));
    let topic = AlterConfigsResource::default()
        .with_resource_type(TOPIC)
        .with_resource_name(text(topic))
        .with_configs(vec![setting]);
    let answer = ask(1, &IncrementalAlterConfigsRequest::default().with_resources(vec![topic]));
    assert_eq!(answer.responses[0].error_code, 0, "{answer:?}");
}
