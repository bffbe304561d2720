//! Every request in every version that is spoken: the far end reads it, and writes its answer, by Kafka's own schemas.

use super::block;
use super::peer::{Peer, pair, text};
use flowgate::message::{Header, Record};
use flowgate::transport::kafka_socket::{
    Acks, Allowed, Api, Code, Committed, Compression, Connection, Group, KafkaError, Partition, Placed, Range, Topic,
};
use kafka_protocol::messages::{self as kafka, BrokerId, GroupId, TopicName};
use kafka_protocol::records::{Compression as Codec, RecordBatchDecoder};
use tokio::io::DuplexStream;

fn topic(name: &str) -> TopicName {
    TopicName(text(name))
}

/// Runs `near` and `far` once for each version of `api`, with that version agreed on.
async fn each_version(
    api: Api,
    near: impl AsyncFn(&mut Connection<DuplexStream>, i16),
    far: impl AsyncFn(&mut Peer, i16),
) {
    for version in api.spoken().min..=api.spoken().max {
        let (mut connection, mut peer) = pair();
        let ours = async {
            let versions = connection.versions().await.unwrap();
            assert_eq!(versions.of(api), Some(Range { min: version, max: version }));
            assert!(versions.take(api));
            near(&mut connection, version).await;
        };
        let theirs = async {
            peer.versions(&[(api.key(), version, version), (7, 0, 3)]).await;
            far(&mut peer, version).await;
        };
        tokio::join!(ours, theirs);
    }
}

#[test]
fn metadata() {
    block(each_version(
        Api::Metadata,
        async |connection, version| {
            let metadata = connection.metadata(&["a", "b"]).await.unwrap();
            assert_eq!(metadata.cluster.as_deref(), (version >= 2).then_some("the cluster"));
            assert_eq!(metadata.controller, Some(2));
            let brokers: Vec<_> =
                metadata.brokers.iter().map(|b| (b.id, b.host.as_str(), b.port, b.rack.as_deref())).collect();
            assert_eq!(brokers, [(1, "one", 9092, None), (2, "two", 9093, Some("rack"))]);
            if version < 4 {
                assert_eq!(metadata.topics, None);
                return;
            }
            let told = version >= 8;
            let partition =
                Partition { index: 0, error: None, leader: Some(1), replicas: vec![1, 2], in_sync: vec![1] };
            let unled = Partition { index: 1, error: Code::of(5), leader: None, replicas: vec![], in_sync: vec![] };
            let allowed =
                Allowed { read: told.then_some(true), write: told.then_some(false), describe: told.then_some(true) };
            let topics = [
                Topic { name: "a".to_owned(), error: None, partitions: vec![partition, unled], allowed },
                Topic { name: "b".to_owned(), error: Code::of(3), partitions: vec![], allowed: Allowed::default() },
            ];
            assert_eq!(metadata.topics.as_deref(), Some(&topics[..]));
            assert_eq!(metadata.topic("b"), Some(&topics[1]));
        },
        async |peer, version| {
            use kafka::metadata_response as m;
            let request = peer
                .answer(|_: &kafka::MetadataRequest| {
                    let broker = |id: i32, host: &str, port| {
                        m::MetadataResponseBroker::default()
                            .with_node_id(BrokerId(id))
                            .with_host(text(host))
                            .with_port(port)
                    };
                    let led = m::MetadataResponsePartition::default()
                        .with_leader_id(BrokerId(1))
                        .with_replica_nodes(vec![BrokerId(1), BrokerId(2)])
                        .with_isr_nodes(vec![BrokerId(1)])
                        .with_offline_replicas(if version >= 5 { vec![BrokerId(2)] } else { vec![] });
                    let unled = m::MetadataResponsePartition::default()
                        .with_partition_index(1)
                        .with_error_code(5)
                        .with_leader_id(BrokerId(-1));
                    let mut good = m::MetadataResponseTopic::default()
                        .with_name(Some(topic("a")))
                        .with_partitions(vec![led, unled]);
                    if version >= 8 {
                        good = good.with_topic_authorized_operations(1 << 3 | 1 << 8);
                    }
                    let bad = m::MetadataResponseTopic::default().with_name(Some(topic("b"))).with_error_code(3);
                    let topics = if version < 4 { vec![] } else { vec![good, bad] };
                    kafka::MetadataResponse::default()
                        .with_brokers(vec![
                            broker(1, "one", 9092),
                            broker(2, "two", 9093).with_rack(Some(text("rack"))),
                        ])
                        .with_cluster_id(Some(text("the cluster")))
                        .with_controller_id(BrokerId(2))
                        .with_topics(topics)
                })
                .await;
            // Never every topic, and never one that is made by being asked for.
            let names: Vec<_> =
                request.topics.unwrap().into_iter().map(|topic| topic.name.unwrap().to_string()).collect();
            if version < 4 {
                assert!(names.is_empty());
            } else {
                assert_eq!(names, ["a", "b"]);
                assert!(!request.allow_auto_topic_creation);
            }
            assert_eq!(request.include_topic_authorized_operations, version >= 8);
        },
    ));
}

#[test]
fn logins() {
    block(each_version(
        Api::SaslAuthenticate,
        async |connection, version| {
            let session = connection.plain("user", &"pass".to_owned().into()).await.unwrap();
            assert_eq!(session.lifetime.map(|lifetime| lifetime.as_millis()), (version >= 1).then_some(1500));
            let error = connection.plain("user", &"pass".to_owned().into()).await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "the broker refuses the login: SASL_AUTHENTICATION_FAILED (58); it says: `no \\u{1b} *** here`"
            );
        },
        async |peer, version| {
            let lifetime = if version >= 1 { 1500 } else { 0 };
            let answer = kafka::SaslAuthenticateResponse::default();
            let request = peer
                .answer(|_: &kafka::SaslAuthenticateRequest| answer.clone().with_session_lifetime_ms(lifetime))
                .await;
            assert_eq!(&request.auth_bytes[..], b"\0user\0pass");
            let says = Some(text("no \u{1b} pass here"));
            peer.answer(|_: &kafka::SaslAuthenticateRequest| answer.with_error_code(58).with_error_message(says)).await;
        },
    ));
}

#[test]
fn mechanisms() {
    block(each_version(
        Api::SaslHandshake,
        async |connection, _| {
            assert_eq!(connection.mechanisms("PLAIN").await.unwrap(), ["PLAIN", "OTHER"]);
            let error = connection.mechanisms("PLAIN").await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "the broker does not offer the SASL mechanism `PLAIN`, but `OTHER`, `A\\u{7}B`"
            );
        },
        async |peer, _| {
            for (code, offered) in [(0, ["PLAIN", "OTHER"]), (33, ["OTHER", "A\u{7}B"])] {
                let request = peer
                    .answer(|_: &kafka::SaslHandshakeRequest| {
                        kafka::SaslHandshakeResponse::default()
                            .with_error_code(code)
                            .with_mechanisms(offered.map(text).to_vec())
                    })
                    .await;
                assert_eq!(&*request.mechanism, "PLAIN");
            }
        },
    ));
}

#[test]
fn coordinators() {
    block(each_version(
        Api::FindCoordinator,
        async |connection, version| {
            let broker = connection.coordinator("g").await.unwrap();
            assert_eq!((broker.id, broker.host.as_str(), broker.port), (3, "three", 9));
            let error = connection.coordinator("g").await.unwrap_err();
            let says = if version >= 1 { "; it says: `not you`" } else { "" };
            let expected = format!("the broker refuses FindCoordinator: GROUP_AUTHORIZATION_FAILED (30){says}");
            assert_eq!(error.to_string(), expected);
        },
        async |peer, version| {
            for code in [0, 30] {
                let says = (code != 0 && version >= 1).then(|| text("not you"));
                let request = peer
                    .answer(|_: &kafka::FindCoordinatorRequest| {
                        kafka::FindCoordinatorResponse::default()
                            .with_error_code(code)
                            .with_error_message(says)
                            .with_node_id(BrokerId(3))
                            .with_host(text("three"))
                            .with_port(9)
                    })
                    .await;
                assert_eq!((&*request.key, request.key_type), ("g", 0));
            }
        },
    ));
}

#[test]
fn committed_offsets() {
    block(each_version(
        Api::OffsetFetch,
        async |connection, version| {
            let committed = connection.committed("g", "t", &[0, 1, 2]).await.unwrap();
            let of = |partition, offset, error| Committed { partition, offset, error };
            assert_eq!(committed, [of(0, Some(42), None), of(1, None, None), of(2, None, Code::of(29))]);
            if version >= 2 {
                let error = connection.committed("g", "t", &[0]).await.unwrap_err();
                assert_eq!(error.code(), Some(Code::NOT_COORDINATOR));
            }
        },
        async |peer, version| {
            use kafka::offset_fetch_response as o;
            let request = peer
                .answer(|_: &kafka::OffsetFetchRequest| {
                    let partitions = [(0, 42, 0), (1, -1, 0), (2, -1, 29)].map(|(index, offset, code)| {
                        o::OffsetFetchResponsePartition::default()
                            .with_partition_index(index)
                            .with_committed_offset(offset)
                            .with_error_code(code)
                            .with_metadata(Some(text("m")))
                    });
                    let topic = o::OffsetFetchResponseTopic::default()
                        .with_name(topic("t"))
                        .with_partitions(partitions.to_vec());
                    kafka::OffsetFetchResponse::default().with_topics(vec![topic])
                })
                .await;
            assert_eq!(request.group_id, GroupId(text("g")));
            assert_eq!(request.topics.unwrap()[0].partition_indexes, [0, 1, 2]);
            if version >= 2 {
                let refusal = kafka::OffsetFetchResponse::default().with_error_code(16);
                peer.answer(|_: &kafka::OffsetFetchRequest| refusal).await;
            }
        },
    ));
}

#[test]
fn heartbeats() {
    let answers =
        [(30, Some(false)), (25, Some(true)), (22, Some(true)), (69, Some(true)), (27, Some(true)), (16, None)];
    block(each_version(
        Api::Heartbeat,
        async |connection, _| {
            for (_, expected) in answers {
                assert_eq!(connection.may_read_group("g").await.ok(), expected);
            }
        },
        async |peer, _| {
            for (code, _) in answers {
                let answer = kafka::HeartbeatResponse::default().with_error_code(code);
                let request = peer.answer(|_: &kafka::HeartbeatRequest| answer).await;
                assert_eq!(request.group_id, GroupId(text("g")));
            }
        },
    ));
}

#[test]
fn groups() {
    block(each_version(
        Api::DescribeGroups,
        async |connection, version| {
            let group = connection.group("g").await.unwrap();
            let told = version >= 3;
            let expected = Group {
                state: "Stable".to_owned(),
                kind: "consumer".to_owned(),
                members: vec!["one".to_owned(), "two".to_owned()],
                allowed: Allowed {
                    read: told.then_some(true),
                    write: told.then_some(false),
                    describe: told.then_some(false),
                },
            };
            assert_eq!(group, expected);
            let error = connection.group("g").await.unwrap_err();
            assert_eq!(error.code(), Some(Code::GROUP_AUTHORIZATION_FAILED));
        },
        async |peer, version| {
            use kafka::describe_groups_response as d;
            let member = |client: &str| {
                let member = d::DescribedGroupMember::default()
                    .with_member_id(text("id"))
                    .with_client_id(text(client))
                    .with_client_host(text("/127.0.0.1"))
                    .with_member_metadata(vec![1, 2, 3].into())
                    .with_member_assignment(vec![4].into());
                if version >= 4 { member.with_group_instance_id(Some(text("static"))) } else { member }
            };
            let group = d::DescribedGroup::default().with_group_id(GroupId(text("g")));
            let mut good = group
                .clone()
                .with_group_state(text("Stable"))
                .with_protocol_type(text("consumer"))
                .with_protocol_data(text("range"))
                .with_members(vec![member("one"), member("two")]);
            if version >= 3 {
                good = good.with_authorized_operations(1 << 3);
            }
            for group in [good, group.with_error_code(30)] {
                let answer = kafka::DescribeGroupsResponse::default().with_groups(vec![group]);
                let request = peer.answer(|_: &kafka::DescribeGroupsRequest| answer).await;
                assert_eq!(request.groups, [GroupId(text("g"))]);
                assert_eq!(request.include_authorized_operations, version >= 3);
            }
        },
    ));
}

/// ListOffsets in its newest version, answered with `next`.
async fn ends(peer: &mut Peer, next: i64) {
    use kafka::list_offsets_response as l;
    let partition =
        l::ListOffsetsPartitionResponse::default().with_partition_index(4).with_offset(next).with_leader_epoch(-1);
    let topic = l::ListOffsetsTopicResponse::default().with_name(topic("t")).with_partitions(vec![partition]);
    let request = peer
        .answer(|_: &kafka::ListOffsetsRequest| kafka::ListOffsetsResponse::default().with_topics(vec![topic]))
        .await;
    let asked = &request.topics[0].partitions[0];
    assert_eq!((asked.partition_index, asked.timestamp, asked.current_leader_epoch), (4, -1, -1));
    assert_eq!(request.replica_id, BrokerId(-1));
}

#[test]
fn offsets_and_reads() {
    for old in [Api::ListOffsets, Api::Fetch] {
        for version in old.spoken().min..=old.spoken().max {
            let (mut connection, mut peer) = pair();
            let fetch = if old == Api::Fetch { version } else { 12 };
            let ours = async {
                connection.versions().await.unwrap();
                let ends = connection.peek("t", 4).await.unwrap();
                assert_eq!((ends.first, ends.next), ((fetch >= 5).then_some(7), 11));
                let error = connection.peek("t", 4).await.unwrap_err();
                let expected = "the broker refuses Fetch: TOPIC_AUTHORIZATION_FAILED (29)";
                assert_eq!(error.to_string(), expected);
            };
            let theirs = async {
                let of = |api: Api| if api == old { version } else { api.spoken().max };
                let listed = [Api::ListOffsets, Api::Fetch].map(|api| (api.key(), of(api), of(api)));
                peer.versions(&listed).await;
                for code in [0, 29] {
                    ends(&mut peer, 11).await;
                    fetched(&mut peer, fetch, code).await;
                }
            };
            block(async { tokio::join!(ours, theirs) });
        }
    }
}

async fn fetched(peer: &mut Peer, version: i16, code: i16) {
    use kafka::fetch_response as f;
    let aborted = f::AbortedTransaction::default().with_first_offset(1);
    let mut partition = f::PartitionData::default()
        .with_partition_index(4)
        .with_error_code(code)
        .with_aborted_transactions(Some(vec![aborted]))
        .with_records(Some(vec![0; 9].into()));
    if version >= 5 {
        partition = partition.with_log_start_offset(7);
    }
    let answer = f::FetchableTopicResponse::default().with_topic(topic("t")).with_partitions(vec![partition]);
    let answer = kafka::FetchResponse::default().with_responses(vec![answer]);
    let request = peer.answer(|_: &kafka::FetchRequest| answer).await;
    assert_eq!((request.max_wait_ms, request.min_bytes, request.max_bytes), (0, 0, 1));
    assert_eq!((request.session_id, request.isolation_level, request.replica_id), (0, 0, BrokerId(-1)));
    assert_eq!(request.topics[0].partitions[0].fetch_offset, 11);
}

#[test]
fn settings_of_topics() {
    block(each_version(
        Api::DescribeConfigs,
        async |connection, _| {
            let limits = connection.topic_limits("t").await.unwrap();
            assert_eq!((limits.message_bytes, limits.broker_message_bytes), (Some(1000), Some(2000)));
            assert_eq!((limits.compression.as_deref(), limits.timestamp), (Some("gzip"), None));
            let limits = connection.topic_limits("t").await.unwrap();
            assert_eq!((limits.refused, limits.message_bytes), (Some(Code::TOPIC_AUTHORIZATION_FAILED), None));
        },
        async |peer, _| {
            use kafka::describe_configs_response as d;
            let synonym = |name: &str, value: &str| {
                d::DescribeConfigsSynonym::default().with_name(text(name)).with_value(Some(text(value)))
            };
            let setting = |name: &str, value: Option<&str>| {
                d::DescribeConfigsResourceResult::default().with_name(text(name)).with_value(value.map(text))
            };
            let bytes = setting("max.message.bytes", Some("1000"))
                .with_synonyms(vec![synonym("max.message.bytes", "1"), synonym("message.max.bytes", "2000")]);
            let configs =
                vec![bytes, setting("compression.type", Some("gzip")), setting("message.timestamp.type", None)];
            for (code, configs) in [(0, configs), (29, vec![])] {
                let result = d::DescribeConfigsResult::default()
                    .with_error_code(code)
                    .with_resource_type(2)
                    .with_resource_name(text("t"))
                    .with_configs(configs);
                let answer = kafka::DescribeConfigsResponse::default().with_results(vec![result]);
                let request = peer.answer(|_: &kafka::DescribeConfigsRequest| answer).await;
                assert_eq!((request.resources[0].resource_type, &*request.resources[0].resource_name), (2, "t"));
            }
        },
    ));
}

fn record() -> Record {
    Record {
        topic: "t".to_owned(),
        key: Some(b"key".to_vec()),
        value: Some(vec![b'v'; 300]),
        headers: vec![Header::text("a", "1"), Header { key: b"none".to_vec(), value: None }],
        timestamp: Some(1_700_000_000_123),
        ..Record::default()
    }
}

#[test]
fn records() {
    block(each_version(
        Api::Produce,
        async |connection, version| {
            let placed = connection.produce(4, &record(), Acks::All, Compression::None).await.unwrap();
            assert_eq!(placed, Placed { partition: 4, offset: Some(77) });
            let error = connection.produce(4, &record(), Acks::One, Compression::None).await.unwrap_err();
            let says = if version >= 8 { "; it says: `too long`" } else { "" };
            assert_eq!(error.to_string(), format!("the broker refuses Produce: MESSAGE_TOO_LARGE (10){says}"));
            let placed = connection.produce(4, &record(), Acks::Zero, Compression::None).await.unwrap();
            assert_eq!(placed.offset, None);
        },
        async |peer, version| {
            use kafka::produce_response as p;
            for (code, acks) in [(0, -1), (10, 1)] {
                let mut partition =
                    p::PartitionProduceResponse::default().with_index(4).with_error_code(code).with_base_offset(77);
                if code != 0 && version >= 8 {
                    let of_record =
                        p::BatchIndexAndErrorMessage::default().with_batch_index_error_message(Some(text("too long")));
                    partition = partition.with_record_errors(vec![of_record]);
                }
                let topic =
                    p::TopicProduceResponse::default().with_name(topic("t")).with_partition_responses(vec![partition]);
                let answer = kafka::ProduceResponse::default().with_responses(vec![topic]);
                let request = peer.answer(|_: &kafka::ProduceRequest| answer).await;
                assert_eq!((request.acks, request.timeout_ms), (acks, 20_000));
                check(request);
            }
            let (_, request) = peer.request::<kafka::ProduceRequest>().await;
            assert_eq!(request.acks, 0);
            check(request);
        },
    ));
}

/// The batch of a request holds [`record`], checksum included.
fn check(request: kafka::ProduceRequest) {
    let data = &request.topic_data[0].partition_data[0];
    assert_eq!((&*request.topic_data[0].name.0, data.index), ("t", 4));
    let batch = RecordBatchDecoder::decode(&mut data.records.clone().unwrap()).unwrap();
    assert_eq!((batch.compression, batch.records.len()), (Codec::None, 1));
    let (read, sent) = (&batch.records[0], record());
    assert_eq!(read.key.as_deref(), sent.key.as_deref());
    assert_eq!(read.value.as_deref(), sent.value.as_deref());
    assert_eq!(read.timestamp, 1_700_000_000_123);
    assert_eq!((read.producer_id, read.producer_epoch, read.transactional), (-1, -1, false));
    let headers: Vec<_> = read.headers.iter().map(|(key, value)| (&**key, value.as_deref())).collect();
    assert_eq!(headers, [("a", Some(&b"1"[..])), ("none", None)]);
}

#[test]
fn before_the_versions_are_known_the_oldest_are_used() {
    let (mut connection, mut peer) = pair();
    block(async {
        let theirs = async {
            let (header, _) = peer.request::<kafka::HeartbeatRequest>().await;
            assert_eq!(header.request_api_version, 0);
            peer.respond(&header, &kafka::HeartbeatResponse::default().with_error_code(25)).await;
        };
        let (read, ()) = tokio::join!(connection.may_read_group("g"), theirs);
        assert!(read.unwrap());
    });
}

#[test]
fn a_name_that_no_request_can_hold_is_not_sent() {
    let (mut connection, _peer) = pair();
    let long = "x".repeat(40_000);
    let error = block(connection.coordinator(&long)).unwrap_err();
    assert!(matches!(error, KafkaError::Unsendable { api: Api::FindCoordinator, .. }), "{error}");
}
