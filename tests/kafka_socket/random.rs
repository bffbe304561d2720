//! Arbitrary answers to every request: an answer, or an error, and no panic.

use super::block;
use super::peer::{Peer, pair};
use flowgate::message::Record;
use flowgate::transport::kafka_socket::{Acks, Api, Compression, Connection, KafkaError, Scram};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

async fn ask(connection: &mut Connection<DuplexStream>, api: Api) -> Result<(), KafkaError> {
    let record = Record { topic: "t".to_owned(), ..Record::default() };
    let secret = "secret".to_owned().into();
    match api {
        Api::Produce => connection.produce(0, &record, Acks::All, Compression::None).await.map(drop),
        Api::Fetch | Api::ListOffsets => connection.peek("t", 0).await.map(drop),
        Api::Metadata => connection.metadata(&["t"]).await.map(drop),
        Api::OffsetFetch => connection.committed("g", "t", &[0]).await.map(drop),
        Api::FindCoordinator => connection.coordinator("g").await.map(drop),
        Api::Heartbeat => connection.may_read_group("g").await.map(drop),
        Api::DescribeGroups => connection.group("g").await.map(drop),
        Api::SaslHandshake => connection.mechanisms("PLAIN").await.map(drop),
        Api::ApiVersions => connection.versions().await.map(drop),
        Api::DescribeConfigs => connection.topic_limits("t").await.map(drop),
        Api::SaslAuthenticate => {
            connection.scram(Scram::Sha256, "u", &secret).await.map(drop)?;
            connection.bearer(&secret).await.map(drop)
        }
    }
}

/// Answers each request with the next of `bodies`, and closes; the near end may be gone before that.
async fn answer(mut peer: Peer, bodies: &[Vec<u8>]) -> std::io::Result<()> {
    for body in bodies {
        let mut request = vec![0; peer.0.read_u32().await? as usize];
        peer.0.read_exact(&mut request).await?;
        let length = u32::try_from(body.len() + 4).unwrap();
        peer.0.write_all(&[&length.to_be_bytes(), &request[4..8], body].concat()).await?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_answer_to_any_request_is_survived(
        api in proptest::sample::select(Api::ALL),
        version in 0..13i16,
        // Small numbers are what lengths are made of.
        bodies in proptest::collection::vec(
            proptest::collection::vec(prop_oneof![0..4u8, any::<u8>()], 0..120), 1..3),
    ) {
        let (mut connection, mut peer) = pair();
        block(async {
            let version = version.clamp(api.spoken().min, api.spoken().max);
            let keys = [api, Api::ListOffsets].map(|api| api.key());
            let listed = [(keys[0], version, version), (keys[1], 1, 6)];
            let (versions, ()) = tokio::join!(connection.versions(), peer.versions(&listed));
            versions.unwrap();
            let near = async move {
                let answered = ask(&mut connection, api).await;
                drop(connection);
                answered
            };
            let (answered, _) = tokio::join!(near, answer(peer, &bodies));
            if let Err(error) = answered {
                assert!(error.to_string().len() < 4000, "{error}");
            }
        });
    }

    #[test]
    fn any_first_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let (mut connection, mut peer) = pair();
        block(async {
            let far = async {
                peer.bytes().await;
                peer.raw(&bytes).await;
                drop(peer);
            };
            let (versions, ()) = tokio::join!(connection.versions(), far);
            prop_assert!(versions.is_err() || bytes.starts_with(&[0]));
            Ok(())
        })?;
    }
}
