//! The login stage: SASL, or none where the manifest has none.

use super::super::climb::{detail, fact};
use super::super::fault::{self, Fault, Line};
use super::super::way::{Kind, reach_out};
use super::super::{Climb, Means, Opening};
use super::protocol::{Greeted, greet};
use super::sasl::Credential;
use super::{Connection, broken, words};
use crate::access::{LoginError, Proof};
use crate::policy::probe::kafka;
use crate::report::probe::Stage;
use crate::transport::kafka_socket::{KafkaError, Metadata};
use std::time::{Duration, Instant};

/// A refusal that takes longer than that is held back by the broker on purpose (`connection.failed.authentication.delay.ms`).
const HELD_BACK: Duration = Duration::from_millis(50);

/// A broker that takes requests.
pub struct Entered {
    /// The connection.
    pub connection: Connection,
    /// Brokers and topics, where they were asked for to find out whether a login is needed.
    pub metadata: Option<Metadata>,
}

/// The login cannot be tried, because of `error`: says what the listener offers, and ends the climb.
pub async fn not_sent(climb: &mut Climb<'_>, greeted: Greeted, error: &LoginError) {
    let mut connection = greeted.connection;
    let started = Instant::now();
    let mut facts = Vec::new();
    if let Some(offered) = offered(&mut connection).await {
        facts.push(fact("sasl-mechanisms", words::list(offered)));
    }
    let fault = fault::of_login(Stage::Login, error).note("nothing was sent of a login");
    climb.stop(fault, Some(started.elapsed()), facts);
}

/// The SASL mechanisms of a listener, on a connection that nothing else is done with afterwards; `None` if it has no SASL.
async fn offered(connection: &mut Connection) -> Option<Vec<String>> {
    match connection.mechanisms("PLAIN").await {
        Ok(offered) | Err(KafkaError::UnsupportedMechanism { offered, .. }) => Some(offered),
        Err(_) => None,
    }
}

/// Logs in, and says it on the ladder. `None` is the end of the climb.
pub async fn climb(
    climb: &mut Climb<'_>,
    opening: &Opening,
    greeted: Greeted,
    proof: &Proof,
    credential: Option<&Credential<'_>>,
) -> Option<Entered> {
    match credential {
        Some(credential) => by_sasl(climb, opening, greeted, credential).await,
        None => by_nothing(climb, opening, greeted, proof).await,
    }
}

async fn by_sasl(
    climb: &mut Climb<'_>,
    opening: &Opening,
    greeted: Greeted,
    credential: &Credential<'_>,
) -> Option<Entered> {
    let Greeted { mut connection, shown, .. } = greeted;
    let started = Instant::now();
    let result = credential.log_in(&mut connection).await;
    let took = started.elapsed();
    let mut facts = vec![detail("sasl-mechanism", credential.mechanism())];
    if opening.tls.is_none()
        && let Some(fault) = credential.in_clear(result.as_ref().err())
    {
        climb.note(fault.message.clone());
        climb.fault(fault);
    }
    let accepted = match result {
        Ok(accepted) => accepted,
        Err(error) => {
            if let KafkaError::UnsupportedMechanism { offered, .. } = &error {
                facts.push(fact("sasl-mechanisms", words::list(offered)));
            }
            let is_refused = matches!(error, KafkaError::LoginRefused { .. } | KafkaError::UnsupportedMechanism { .. });
            if is_refused && took > HELD_BACK {
                facts.push(fact("server-delay", format!("{} ms: brokers hold a refusal back", took.as_millis())));
            }
            let fault = broken::late_alert(&error, shown);
            let fault = fault.unwrap_or_else(|| credential.refusal(&error, &climb.subject().end));
            super::stop(climb, Stage::Login, fault, took, facts);
            return None;
        }
    };
    facts.push(detail("sasl-mechanisms", words::list(&accepted.offered)));
    if let Some(lifetime) = accepted.lifetime {
        facts.push(fact("session-lifetime", format!("{} s, then the broker wants another login", lifetime.as_secs())));
    }
    let proved = match credential {
        Credential::Scram(..) => ", and the broker proved that it knows the password",
        Credential::Plain(..) | Credential::Bearer(_) => "",
    };
    climb.pass(Stage::Login, took, format!("SASL {}{proved}", credential.mechanism()), facts);
    Some(Entered { connection, metadata: None })
}

/// Without SASL it is a first request that shows whether the listener demands it.
async fn by_nothing(climb: &mut Climb<'_>, opening: &Opening, greeted: Greeted, proof: &Proof) -> Option<Entered> {
    let Greeted { mut connection, shown, .. } = greeted;
    let started = Instant::now();
    let topics = super::topics(climb.subject());
    let error = match connection.metadata(&topics).await {
        Ok(metadata) => {
            let summary = if shown { "no SASL: the client certificate counts" } else { "no SASL: anonymous" };
            climb.pass(Stage::Login, started.elapsed(), summary, Vec::new());
            if proof.identity.is_some() && !shown && opening.tls.is_some() {
                climb.note("the client certificate was not asked for, so the broker takes this for an anonymous login");
            }
            return Some(Entered { connection, metadata: Some(metadata) });
        }
        Err(error) => error,
    };
    let took = started.elapsed();
    if let Some(fault) = broken::late_alert(&error, shown) {
        super::stop(climb, Stage::Login, fault, took, Vec::new());
        return None;
    }
    if broken::is_login_demanded(&error)
        && let Some(offered) = afresh(climb.means(), opening).await
    {
        let facts = vec![fact("sasl-mechanisms", words::list(&offered))];
        climb.stop(demanded(&offered), Some(took), facts);
        return None;
    }
    climb.stop(broken::of(Stage::Login, &error), Some(took), Vec::new());
    None
}

fn demanded(offered: &[String]) -> Fault {
    let message = format!("the listener demands a login by SASL: {}", words::list(offered));
    Fault::new(Stage::Login, &kafka::KAFKA_SASL_REQUIRED, Line::Method, message).help(
        "use `method: Sasl` with one of these mechanisms, or a managed identity for OAUTHBEARER; a listener without SASL \
         has a port of its own",
    )
}

/// The mechanisms of the listener, on a connection of its own.
async fn afresh(means: &Means<'_>, opening: &Opening) -> Option<Vec<String>> {
    let opened = reach_out(means, opening, Kind::default()).await.result.ok()?;
    let mut greeted = greet(means, opening, opened).await.ok()?;
    offered(&mut greeted.connection).await
}
