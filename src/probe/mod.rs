//! Probes endpoints, one layer at a time, at the brokers that the manifests name.
//!
//! [`Subject`] is what is probed, [`Means`] what with. `way` comes as far as a connection that can be spoken on;
//! `mqtt`, `kafka` and `https` go on from there. Each stage finds facts and [`Fault`]s, and [`Climb`] makes a ladder of
//! them. What the protocols are is for `transport`, who logs in for `access`, how it is told for
//! [`report::probe`](crate::report::probe).
//!
//! Rules of conduct: no credential over a connection whose TLS verdict is bad, nor in clear where the manifest asks for
//! TLS; no client id, consumer group or shared subscription of a dataflow; nothing written unless it is asked for; nothing
//! left behind.

mod beforehand;
mod climb;
mod complaints;
mod discretion;
mod fault;
mod https;
mod kafka;
mod mqtt;
mod subject;
mod way;

pub use climb::Climb;
pub use fault::{Fault, Line};
pub use subject::{DestinationUse, SourceUse, Subject, Uses, subjects, uses_default};

use crate::access::{End, Given, LoginError, Manifests, Proof, Reach, address, login, trust, wire};
use crate::diag::Severity;
use crate::message::Wire;
use crate::model::{EndpointType, FarEnd};
use crate::report::probe::{Ladder, Stage};
use crate::transport::net::Target;
use crate::transport::tls::TlsOptions;
use crate::transport::ws::WebSocketOptions;
use discretion::Sent;
use futures_util::future::join_all;
use std::time::SystemTime;
use tokio::sync::{Mutex, Semaphore};

/// What endpoints are probed with.
#[derive(Debug, Clone, Copy)]
pub struct Means<'a> {
    /// The files, for Secrets, ConfigMaps and what lint knows.
    pub manifests: &'a Manifests,
    /// Routes, trust, sources of credentials.
    pub reach: &'a Reach,
    /// A login that a person gives in place of the manifest's.
    pub given: &'a Given,
    /// Whether a single endpoint is probed, which then gets that login whatever its method is.
    pub alone: bool,
    /// Whether messages may be sent to find out whether they are taken.
    pub write: bool,
    /// Bytes of the largest message that dataflows will carry, if a person says so.
    pub message_size: Option<usize>,
    /// Certificates that end within so many days are told.
    pub warn_days: u32,
    /// The moment that dates are held against.
    pub now: SystemTime,
    /// The variable of the environment that names a proxy, where none is used.
    pub unused_proxy: Option<&'static str>,
}

/// How to connect to an endpoint: everything but who logs in.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Host and port of the manifest.
    pub target: Target,
    /// TLS; `None` where the manifest switches it off. The client certificate is in it.
    pub tls: Option<TlsOptions>,
    /// WebSocket below MQTT.
    pub websocket: Option<WebSocketOptions>,
}

/// Probes `subject`. Never fails: whatever goes wrong is in the ladder.
pub async fn probe(subject: &Subject, means: &Means<'_>) -> Ladder {
    let (mut climb, mut sent) = (Climb::new(subject, means), Sent::default());
    match subject.end.summary.kind {
        Some(EndpointType::LocalStorage) => {
            climb.note("a volume of the cluster has nothing that could be connected to")
        }
        None => climb.note("the type of the endpoint is not known, so nothing can be probed"),
        Some(_) => climb_up(&mut climb, &mut sent).await,
    }
    let mut ladder = climb.finish();
    sent.hide(&mut ladder);
    ladder
}

async fn climb_up(climb: &mut Climb<'_>, sent: &mut Sent) {
    let (subject, means) = (climb.subject(), climb.means());
    let end = &subject.end;
    let target = match address::target(end) {
        Ok(target) => target,
        Err(error) => return climb.stop(no_target(subject, means, &error), None, Vec::new()),
    };
    climb.address(&target);
    if !beforehand::tell(climb) {
        return;
    }
    // Known before anybody is dialled; told at the stage where it would matter.
    let as_is = Given::default();
    let given = if is_for(means, end) { means.given } else { &as_is };
    let mut proof = login::prove(end, means.manifests, means.reach, given).await;
    sent.learn(&proof, means.reach);
    if let Ok(proof) = &proof {
        climb.identity(&proof.words);
        proof.notes.iter().for_each(|note| climb.note(note));
    }
    let known = complaints::judge(subject, means, &mut proof);
    let tls = if address::encrypted(end) {
        match trust::of(end, means.manifests, means.reach) {
            Ok(trust) => Some(TlsOptions {
                trust,
                identity: known.identity(&proof),
                server_name: means.reach.server_name.clone(),
                ..TlsOptions::default()
            }),
            Err(error) => return climb.stop(fault::of_login(Stage::Tls, &error), None, Vec::new()),
        }
    } else {
        None
    };
    known.remarks.into_iter().for_each(|fault| climb.fault(fault));
    let websocket = address::websocket(end).then(WebSocketOptions::default);
    let opening = Opening { target, tls, websocket };
    let opened = way::open(climb, &opening).await;
    let mut wrong = known.tls.into_iter();
    if let Some(fault) = wrong.next() {
        if climb.reached(Stage::Tls) {
            climb.revoke(fault)
        } else {
            climb.fault(fault)
        }
        return wrong.for_each(|fault| climb.fault(fault));
    }
    if let Some(opened) = opened {
        speak(climb, &opening, opened, proof).await;
    }
}

/// Whether the login that a person gives is for `end`. Among several endpoints only a client certificate can be, for those
/// that log in by one: a password must not go to brokers that it was not meant for.
fn is_for(means: &Means<'_>, end: &End) -> bool {
    means.alone || (means.given.client_cert.is_some() && login::method(end).starts_with("x509"))
}

/// There is nowhere to go: because of the manifest, or because a placeholder is still to be filled in.
fn no_target(subject: &Subject, means: &Means<'_>, error: &LoginError) -> Fault {
    let summary = &subject.end.summary;
    let fault = fault::of_login(Stage::Dns, error);
    let file = means.manifests.sources.read(summary.host_place.file).ok();
    let span = summary.host_place.span;
    let written = file.as_ref().and_then(|text| text.content.get(span.start as usize..span.end as usize));
    let is_placeholder = written.is_some_and(|text| ["${", "{{", "<"].iter().any(|sign| text.contains(sign)));
    if summary.host.is_none() && is_placeholder {
        let fault = Fault { message: "a placeholder decides `host`".to_owned(), ..fault };
        return fault.help("fill it in, and probe what is applied").severity(Severity::Warning).inconclusive();
    }
    fault
}

/// Speaks the protocol of the endpoint on a connection that is open.
async fn speak(climb: &mut Climb<'_>, opening: &Opening, opened: way::Opened, proof: Result<Proof, LoginError>) {
    match wire(&climb.subject().end) {
        Some(Wire::Mqtt) => mqtt::climb(climb, opening, opened, proof).await,
        Some(Wire::Kafka) => kafka::climb(climb, opening, opened, proof).await,
        None => https::climb(climb, opening, opened).await,
    }
}

/// Probes `subjects`, `jobs` of them side by side, and returns the ladders in the same order; `done` hears of each as it
/// ends. Endpoints of one Event Grid host wait for each other: an authentication name may have one session only (Event
/// Grid MQTT support page).
pub async fn all(subjects: &[Subject], means: &Means<'_>, jobs: usize, done: &dyn Fn(&str)) -> Vec<Ladder> {
    let gate = Semaphore::new(jobs);
    let hosts: Vec<(String, Mutex<()>)> =
        subjects.iter().filter_map(single).map(|host| (host, Mutex::default())).collect();
    let climbs = subjects.iter().map(|subject| async {
        let turn = single(subject).and_then(|host| hosts.iter().find(|(of, _)| *of == host));
        let _turn = match turn {
            Some((_, turn)) => Some(turn.lock().await),
            None => None,
        };
        // The gate is never closed.
        let _place = gate.acquire().await.ok();
        let ladder = probe(subject, means).await;
        done(&ladder.endpoint);
        ladder
    });
    join_all(climbs).await
}

/// The host that takes one session at a time.
fn single(subject: &Subject) -> Option<String> {
    let is_event_grid = subject.end.summary.far_end == FarEnd::EventGrid;
    let host = subject.end.summary.host.as_ref().filter(|_| is_event_grid)?;
    Some(host.value.to_ascii_lowercase())
}
