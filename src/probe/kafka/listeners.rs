//! The listeners stage: every address that a broker advertises, by its own name, connection, TLS and login.
//!
//! A client takes the endpoint's address only to ask for these, so that an endpoint that answers may still be of no use.

use super::super::climb::detail;
use super::super::fault::{Fault, Line};
use super::super::way::{Kind, reach_out};
use super::super::{Climb, Means, Opening};
use super::limits::Cluster;
use super::sasl::Credential;
use super::{Connection, advertised, broken, protocol, words};
use crate::diag::Severity;
use crate::policy::probe::kafka;
use crate::report::probe::{Branch, Fact, Outcome, Rung, Stage};
use crate::transport::kafka_socket::{Broker, KafkaError, Metadata};
use crate::transport::net::Target;
use futures_util::stream::{self, StreamExt};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Listeners that are dialled side by side.
const SIDE_BY_SIDE: usize = 16;
/// Listeners that are dialled at all: a hostile server could name a million.
const MOST: usize = 100;

/// Listeners that are told of one by one when they fail; all are on the ladder.
const FINDINGS: usize = 12;

/// A cluster whose brokers can be asked.
pub struct Reached {
    /// Brokers and topics.
    pub metadata: Metadata,
    /// A connection to each broker, by its number.
    pub brokers: BTreeMap<i32, Connection>,
}

/// How a listener was found.
struct Visit {
    id: i32,
    branch: Branch,
    remarks: Vec<Fault>,
    result: Result<Connection, Fault>,
}

/// What listeners are dialled with.
#[derive(Clone, Copy)]
struct Visitor<'a> {
    means: &'a Means<'a>,
    opening: &'a Opening,
    kind: Kind,
    credential: Option<&'a Credential<'a>>,
    metadata: &'a Metadata,
    bootstrap: IpAddr,
}

/// Dials every listener, and says it on the ladder. `None` is the end of the climb.
pub async fn climb(
    climb: &mut Climb<'_>,
    opening: &Opening,
    cluster: Cluster,
    credential: Option<&Credential<'_>>,
) -> Option<Reached> {
    let Cluster { metadata, mut connection, address } = cluster;
    let started = Instant::now();
    let visitor = Visitor {
        means: climb.means(),
        opening,
        kind: Kind::of(climb.subject(), climb.means()),
        credential,
        metadata: &metadata,
        bootstrap: address.ip(),
    };
    let mut visits = Vec::new();
    for broker in metadata.brokers.iter().take(MOST) {
        let own = advertised::target(broker).is_some_and(|target| is_same(&target, &opening.target));
        visits.push((broker, if own { connection.take() } else { None }));
    }
    let visits = stream::iter(visits).map(|(broker, connected)| visitor.visit(broker, connected));
    let visits: Vec<Visit> = visits.buffered(SIDE_BY_SIDE).collect().await;
    let brokers = tell(climb, visits, &metadata, started.elapsed());
    if let Some(fault) = shared(&metadata) {
        climb.fault(fault);
    }
    let Some(brokers) = brokers else {
        climb.skip(Stage::Permission, "not reached: dataflows need every advertised listener");
        return None;
    };
    Some(Reached { metadata, brokers })
}

/// Says on the ladder how the listeners were found. The connections, if all of them can be used.
fn tell(
    climb: &mut Climb<'_>,
    visits: Vec<Visit>,
    metadata: &Metadata,
    took: Duration,
) -> Option<BTreeMap<i32, Connection>> {
    let (mut branches, mut brokers) = (Vec::new(), BTreeMap::new());
    let (mut remarks, mut faults) = (Vec::new(), Vec::new());
    for visit in visits {
        remarks.extend(visit.remarks.into_iter().map(|remark| (visit.branch.name.clone(), remark)));
        branches.push(visit.branch);
        match visit.result {
            Ok(connection) => drop(brokers.insert(visit.id, connection)),
            Err(fault) => faults.push(fault),
        }
    }
    let all = words::count(branches.len(), "advertised listener");
    let summary = match (faults.len(), branches.len()) {
        (0, 1) => format!("{all} takes this client"),
        (0, _) => format!("{all} take this client"),
        (_, 1) => format!("{all}, which cannot be used"),
        (failed, _) => format!("{failed} of {all} cannot be used"),
    };
    climb.pass(Stage::Listeners, took, summary, facts(metadata));
    climb.branches(Stage::Listeners, branches);
    for (name, mut remark) in remarks {
        // Brokers share certificates.
        if !climb.has_said(&remark) {
            remark.message = format!("{name}: {}", remark.message);
            remark.stage = Stage::Listeners;
            climb.fault(remark);
        }
    }
    let is_good = faults.is_empty();
    let more = faults.len().saturating_sub(FINDINGS);
    for (index, fault) in faults.into_iter().take(FINDINGS).enumerate() {
        let is_last = index + 1 == FINDINGS && more > 0;
        climb.fault(if is_last { fault.note(format!("{more} more listeners fail as well")) } else { fault });
    }
    is_good.then_some(brokers)
}

fn facts(metadata: &Metadata) -> Vec<Fact> {
    let mut facts: Vec<Fact> = metadata
        .brokers
        .iter()
        .take(MOST)
        .map(|broker| {
            let rack = broker.rack.as_ref().map_or_else(String::new, |rack| format!(", rack {}", words::quoted(rack)));
            detail("advertised", format!("{}{rack}", advertised::name(broker)))
        })
        .collect();
    if let Some(more) = metadata.brokers.len().checked_sub(MOST).filter(|more| *more > 0) {
        facts.push(Fact::not_tested(format!("{more} more brokers, {MOST} were dialled")));
    }
    facts
}

/// Brokers that advertise one address: whoever asks one of them may get to another.
fn shared(metadata: &Metadata) -> Option<Fault> {
    let of = |broker: &Broker| (broker.host.to_ascii_lowercase(), broker.port);
    let mut by_address: BTreeMap<(String, i32), Vec<i32>> = BTreeMap::new();
    for broker in metadata.brokers.iter().filter(|broker| advertised::target(broker).is_some()) {
        by_address.entry(of(broker)).or_default().push(broker.id);
    }
    let ((host, port), ids) = by_address.into_iter().find(|(_, ids)| ids.len() > 1)?;
    let host = words::shown(&host);
    let message =
        format!("brokers {} all advertise `{host}:{port}`, expected an address for each", words::numbers(ids));
    Some(
        Fault::new(Stage::Listeners, &kafka::KAFKA_LISTENER_FAILED, Line::Host, message)
            .severity(Severity::Warning)
            .help("set `advertised.listeners` of each broker to an address of its own, not to that of a load balancer"),
    )
}

fn is_same(target: &Target, other: &Target) -> bool {
    target.port == other.port && target.host.eq_ignore_ascii_case(&other.host)
}

fn rung(stage: Stage, outcome: Outcome, took: Option<Duration>, summary: impl Into<String>) -> Rung {
    Rung { stage, outcome, took, summary: summary.into(), facts: Vec::new(), branches: Vec::new() }
}

impl Visitor<'_> {
    /// Dials the listener of `broker`, unless it is the address of the endpoint, which is `connected`.
    async fn visit(self, broker: &Broker, connected: Option<Connection>) -> Visit {
        let mut branch = Branch { name: advertised::name(broker), rungs: Vec::new() };
        let mut remarks = Vec::new();
        let result = match connected {
            Some(connection) => {
                let summary = "the address of the endpoint, which is connected and logged in";
                branch.rungs.push(rung(Stage::Tcp, Outcome::Passed, None, summary));
                Ok(connection)
            }
            None => self.dial(broker, &mut branch.rungs, &mut remarks).await,
        };
        Visit { id: broker.id, branch, remarks, result }
    }

    async fn dial(self, broker: &Broker, rungs: &mut Vec<Rung>, remarks: &mut Vec<Fault>) -> Result<Connection, Fault> {
        let Some(target) = advertised::target(broker) else {
            let fault = advertised::nowhere(broker);
            rungs.push(rung(Stage::Dns, Outcome::Failed, None, fault.message.clone()));
            return Err(fault);
        };
        let led = advertised::led(broker, self.metadata);
        self.connect(&target, rungs, remarks)
            .await
            .map_err(|cause| advertised::fault(broker, &target, self.opening, self.bootstrap, &cause, &led))
    }

    /// From the name to the login.
    async fn connect(
        self,
        target: &Target,
        rungs: &mut Vec<Rung>,
        remarks: &mut Vec<Fault>,
    ) -> Result<Connection, Fault> {
        let mut opening = Opening { target: target.clone(), ..self.opening.clone() };
        if let Some(tls) = &mut opening.tls {
            // A name that a person gives is that of the endpoint.
            tls.server_name = None;
        }
        let way = reach_out(self.means, &opening, self.kind).await;
        rungs.extend(way.rungs);
        remarks.extend(way.remarks.into_iter().filter(|fault| fault.gravity() >= Severity::Warning));
        let started = Instant::now();
        let greeted = protocol::greet(self.means, &opening, way.result?).await.inspect_err(|fault| {
            rungs.retain(|rung| rung.stage < fault.stage);
            rungs.push(rung(fault.stage, Outcome::Failed, Some(started.elapsed()), fault.message.clone()));
        })?;
        rungs.push(rung(Stage::Protocol, Outcome::Passed, Some(greeted.took), "Kafka"));
        let mut connection = greeted.connection;
        let started = Instant::now();
        let result = match self.credential {
            Some(credential) => {
                credential.log_in(&mut connection).await.map(|_| format!("SASL {}", credential.mechanism()))
            }
            // A listener that demands SASL takes no other request before.
            None => connection.metadata(&[]).await.map(|_| "no SASL".to_owned()),
        };
        match result {
            Ok(summary) => rungs.push(rung(Stage::Login, Outcome::Passed, Some(started.elapsed()), summary)),
            Err(error) => {
                let fault = broken::late_alert(&error, greeted.shown);
                let fault = fault.unwrap_or_else(|| self.not_logged_in(&error));
                rungs.retain(|rung| rung.stage < fault.stage);
                rungs.push(rung(fault.stage, Outcome::Failed, Some(started.elapsed()), fault.message.clone()));
                return Err(fault);
            }
        }
        Ok(connection)
    }

    fn not_logged_in(self, error: &KafkaError) -> Fault {
        let mut fault = broken::of(Stage::Login, error);
        if self.credential.is_none() && broken::is_login_demanded(error) {
            fault.message =
                "it ends the connection at the first request, as a listener does that demands a login".to_owned();
        }
        fault
    }
}
