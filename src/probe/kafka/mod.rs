//! Kafka: protocol, login, limits, every advertised listener and permissions, on a connection that is open.
//!
//! Each stage has a module; what a request that was not answered means where no stage knows better is in `broken`, what
//! else than Kafka answers in `door`. The requests themselves are for
//! [`transport::kafka_socket`](crate::transport::kafka_socket).

mod advertised;
mod broken;
mod door;
mod limits;
mod listeners;
mod login;
mod permission;
mod protocol;
mod sasl;
mod sizes;
mod words;

use super::way::Opened;
use super::{Climb, Fault, Opening, Subject};
use crate::access::{LoginError, Proof};
use crate::report::probe::{Fact, Stage};
use crate::transport::{Stream, kafka_socket};
use sasl::Credential;
use std::time::Duration;

/// A connection that Kafka is spoken on.
type Connection = kafka_socket::Connection<Box<dyn Stream>>;

/// What brokers log this client as. It is the same for all probes: a client id of Kafka evicts nobody.
const CLIENT_ID: &str = "flowgate-probe";

/// Climbs from the protocol to the permissions.
pub async fn climb(climb: &mut Climb<'_>, opening: &Opening, opened: Opened, proof: Result<Proof, LoginError>) {
    let address = opened.address;
    let Some(greeted) = protocol::climb(climb, opening, opened, proof.as_ref().ok()).await else { return };
    let proof = match proof {
        Ok(proof) => proof,
        Err(error) => return login::not_sent(climb, greeted, &error).await,
    };
    let credential = Credential::of(&proof, &climb.subject().end);
    let Some(entered) = login::climb(climb, opening, greeted, &proof, credential.as_ref()).await else { return };
    let Some(cluster) = limits::climb(climb, entered, address).await else { return };
    let Some(cluster) = listeners::climb(climb, opening, cluster, credential.as_ref()).await else { return };
    permission::climb(climb, cluster).await;
}

/// Ends the climb with `fault`; one of a stage that was taken for passed takes that stage back.
fn stop(climb: &mut Climb<'_>, stage: Stage, fault: Fault, took: Duration, facts: Vec<Fact>) {
    if fault.stage < stage { climb.revoke(fault) } else { climb.stop(fault, Some(took), facts) }
}

/// The topics that dataflows read from or write to at `subject`, each once. In Kafka nothing is filled into them.
fn topics(subject: &Subject) -> Vec<&str> {
    let mut topics: Vec<&str> = Vec::new();
    let read = subject.uses.sources.iter().flat_map(|source| &source.topics);
    let written = subject.uses.destinations.iter().filter_map(|destination| destination.topic.as_ref());
    for topic in read.chain(written) {
        if !topics.contains(&&*topic.value) {
            topics.push(&topic.value);
        }
    }
    topics
}
