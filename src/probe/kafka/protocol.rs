//! The protocol stage: whether Kafka answers, and in which versions.

use super::super::climb::{detail, fact};
use super::super::fault::{Fault, Line};
use super::super::way::{Heard, Kind, Opened, hedged, reach_out, who};
use super::super::{Climb, Means, Opening, Uses};
use super::{CLIENT_ID, Connection, broken, door, words};
use crate::access::Proof;
use crate::policy::probe::tls as entries;
use crate::report::probe::{Fact, Stage};
use crate::transport::identify::Spoken;
use crate::transport::kafka_socket::{Api, KafkaError, Versions};
use crate::transport::tls::TlsFacts;
use std::time::{Duration, Instant};

/// How long it is asked what else is spoken where a connection was ended at once.
const ASKING: Duration = Duration::from_secs(2);

/// A broker that has said which versions it takes.
pub struct Greeted {
    /// The connection.
    pub connection: Connection,
    /// The versions.
    pub versions: Versions,
    /// How long the answer took.
    pub took: Duration,
    /// Whether a client certificate was shown in TLS.
    pub shown: bool,
    /// Whether it answered only to the oldest form of the question, on a second connection.
    pub only_oldest: bool,
}

/// Asks which versions the broker takes, and says it on the ladder. `None` is the end of the climb.
pub async fn climb(climb: &mut Climb<'_>, opening: &Opening, opened: Opened, proof: Option<&Proof>) -> Option<Greeted> {
    let started = Instant::now();
    let greeted = match greet(climb.means(), opening, opened).await {
        Ok(greeted) => greeted,
        Err(fault) => {
            super::stop(climb, Stage::Protocol, fault, started.elapsed(), Vec::new());
            return None;
        }
    };
    let mut facts: Vec<Fact> = Api::ALL.iter().filter_map(|api| range(&greeted.versions, *api)).collect();
    if greeted.only_oldest {
        facts.push(fact(
            "api-versions",
            "asked in version 0, since the broker ends a connection that asks in version 3",
        ));
    }
    let logs_in = proof.is_some_and(|proof| proof.user.is_some() || proof.token.is_some());
    let mut lacking = lacking(&greeted.versions, &climb.subject().uses, logs_in).into_iter();
    if let Some(error) = lacking.next() {
        let mut fault = broken::of(Stage::Protocol, &error);
        fault.notes.extend(lacking.map(|error| error.to_string()));
        let help = "dataflows speak Kafka as it has been since version 1.0: update the broker";
        climb.stop(if fault.help.is_some() { fault } else { fault.help(help) }, Some(greeted.took), facts);
        return None;
    }
    let summary = format!("Kafka, {} requests", greeted.versions.listed.len());
    climb.pass(Stage::Protocol, greeted.took, summary, facts);
    Some(greeted)
}

fn range(versions: &Versions, api: Api) -> Option<Fact> {
    let range = versions.of(api)?;
    Some(detail("request", format!("{api} in versions {range}")))
}

/// The requests that this login or a dataflow needs, and that the broker takes in no version that is spoken here.
fn lacking(versions: &Versions, uses: &Uses, logs_in: bool) -> Vec<KafkaError> {
    let mut needed = vec![Api::Metadata];
    // A listener that does not know the handshake has no SASL at all: a matter of the login.
    if logs_in && versions.of(Api::SaslHandshake).is_some() {
        needed.extend([Api::SaslHandshake, Api::SaslAuthenticate]);
    }
    if !uses.sources.is_empty() {
        needed.extend([Api::ListOffsets, Api::Fetch, Api::FindCoordinator, Api::OffsetFetch, Api::Heartbeat]);
    }
    if !uses.destinations.is_empty() {
        needed.push(Api::Produce);
    }
    needed.retain(|api| !versions.take(*api));
    let unsupported = |api: Api| KafkaError::Unsupported { api, wanted: api.spoken(), offered: versions.of(api) };
    needed.into_iter().map(unsupported).collect()
}

/// Asks the broker at the other end of `opened` which versions it takes.
///
/// # Errors
/// With what is wrong, at the protocol or below.
pub async fn greet(means: &Means<'_>, opening: &Opening, opened: Opened) -> Result<Greeted, Fault> {
    let quiet = opened.quiet();
    let Opened { stream, tls, .. } = opened;
    let shown = tls.as_ref().is_some_and(is_shown);
    let mut connection = Connection::new(stream, CLIENT_ID, means.reach.route.step_timeout);
    let started = Instant::now();
    let is_foreign = |spoken: &Spoken| !matches!(spoken, Spoken::Kafka | Spoken::Other(_));
    let limit = means.reach.route.step_timeout;
    let asking = who(means, opening, limit, Some(Spoken::Kafka));
    let error = match hedged(connection.versions(), quiet, asking, is_foreign).await {
        Heard::Answer(Ok(versions)) => {
            let took = started.elapsed();
            return Ok(Greeted { connection, versions, took, shown, only_oldest: false });
        }
        Heard::Foreign(spoken) => return Err(door::foreign(&spoken, opening)),
        Heard::Answer(Err(error)) => error,
    };
    if let Some(fault) = broken::late_alert(&error, shown) {
        return Err(of_stranger(opening, tls.as_ref()).filter(|_| is_vague(&fault)).unwrap_or(fault));
    }
    if broken::is_closed(&error)
        && let Some(greeted) = again(means, opening).await
    {
        return Ok(greeted);
    }
    // A silence was waited out beside the same question.
    let is_silent = matches!(error, KafkaError::Silent { .. });
    let spoken = if is_silent { None } else { who(means, opening, limit.min(ASKING), Some(Spoken::Kafka)).await };
    if let Some(spoken) = spoken {
        return Err(door::foreign(&spoken, opening));
    }
    if let Some(fault) = tls.as_ref().and_then(|facts| unanswered(&error, facts)) {
        return Err(fault);
    }
    Err(door::by_first_bytes(&error, opening).unwrap_or_else(|| broken::of(Stage::Protocol, &error)))
}

/// The same in the oldest form, which brokers know that end a connection at anything newer: Event Hubs at times.
async fn again(means: &Means<'_>, opening: &Opening) -> Option<Greeted> {
    let opened = reach_out(means, opening, Kind::default()).await.result.ok()?;
    let shown = opened.tls.as_ref().is_some_and(is_shown);
    let mut connection = Connection::new(opened.stream, CLIENT_ID, means.reach.route.step_timeout);
    let started = Instant::now();
    let versions = connection.versions_v0().await.ok()?;
    Some(Greeted { connection, versions, took: started.elapsed(), shown, only_oldest: true })
}

fn is_shown(facts: &TlsFacts) -> bool {
    facts.client_certificate.as_ref().is_some_and(|request| request.answered)
}

/// Whether `fault` says of a client certificate that it is refused, and not why.
fn is_vague(fault: &Fault) -> bool {
    fault.entry.id == entries::CLIENT_CERTIFICATE_REFUSED.id
}

/// A client certificate of an authority that the server does not name among those that it takes. Servers in Java refuse it
/// without saying so.
fn of_stranger(opening: &Opening, facts: Option<&TlsFacts>) -> Option<Fault> {
    let asked = facts?.client_certificate.as_ref()?;
    let chain = opening.tls.as_ref()?.identity.as_ref()?.chain();
    let issuer = &chain.last()?.issuer;
    let is_known = chain.iter().any(|certificate| asked.authorities.contains(&certificate.issuer));
    if asked.authorities.is_empty() || is_known {
        return None;
    }
    let message = format!(
        "the server takes client certificates of {} only, and this one ends in {}",
        words::list(&asked.authorities),
        words::quoted(issuer)
    );
    Some(
        Fault::new(Stage::Tls, &entries::CLIENT_CERTIFICATE_UNKNOWN_CA, Line::Secret, message)
            .help("let the server trust the authority of the certificate, or use one of an authority that it trusts"),
    )
}

/// A server that asked for a client certificate, got none, and ended the connection without saying why.
fn unanswered(error: &KafkaError, facts: &TlsFacts) -> Option<Fault> {
    let asked = facts.client_certificate.as_ref()?;
    (broken::is_closed(error) && !asked.answered).then(|| {
        Fault::new(
            Stage::Tls,
            &entries::CLIENT_CERTIFICATE_REQUIRED,
            Line::Method,
            "the server asked for a client certificate, was shown none, and closed the connection",
        )
        .help("use `method: X509Certificate` with a Secret that holds a certificate for this server")
    })
}
