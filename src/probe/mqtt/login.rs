//! Protocol and login: one CONNECT with the login of the manifest, and what comes back.

use super::plan::Plan;
use super::who::{Spoken, who_meanwhile};
use super::{Link, door, reason, stop};
use crate::policy::probe::{login, mqtt, network};
use crate::probe::climb::{detail, fact};
use crate::probe::fault::{Fault, Line};
use crate::probe::{Climb, Opening};
use crate::report::probe::{Fact, Stage};
use crate::transport::Stream;
use crate::transport::mqtt::{
    ConnAck, ConnectOptions, Connection, ConnectionError, Credentials, Dialogue, HandshakeError, log_in as connect,
};
use std::future::pending;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Connects and logs in, and says on the ladder how far that came.
pub async fn log_in(
    climb: &mut Climb<'_>,
    opening: &Opening,
    plan: &Plan,
    stream: Box<dyn Stream>,
    link: Link,
) -> Option<(Dialogue<Box<dyn Stream>>, ConnAck)> {
    let options = plan.first();
    if matches!(options.credentials, Credentials::Password { .. }) {
        climb.note("no dataflow can send a user name and password in MQTT: this tells something about the broker only");
    }
    let mut connection = Connection::new(stream, options.maximum_packet_size);
    let started = Instant::now();
    let (answer, heard) = exchange(climb, opening, &mut connection, &options, link).await;
    let took = started.elapsed();
    let error = match answer {
        Ok(connack) => {
            passed(climb, plan, &options, &connack, took);
            let dialogue = Dialogue::new(connection, &connack);
            return Some((dialogue, connack));
        }
        Err(error) => error,
    };
    drop(connection);
    if let Some(fault) = door::no_connack(climb, opening, &error, heard, link).await {
        if fault.stage > Stage::Protocol {
            climb.pass(Stage::Protocol, took, "MQTT 5", Vec::new());
            in_clear(climb, plan, opening);
        }
        stop(climb, fault, Some(took));
        return None;
    }
    climb.pass(Stage::Protocol, took, "MQTT 5", Vec::new());
    in_clear(climb, plan, opening);
    let (fault, facts) = refused(climb, plan, &error);
    climb.stop(fault, Some(took), facts);
    None
}

/// Logs in. Where the broker is quiet it is asked meanwhile what else may be spoken there, and that comes back, too; an
/// answer that is no MQTT ends the waiting.
async fn exchange(
    climb: &Climb<'_>,
    opening: &Opening,
    connection: &mut Connection<Box<dyn Stream>>,
    options: &ConnectOptions,
    link: Link,
) -> (Result<ConnAck, HandshakeError>, Option<Spoken>) {
    let mut heard = None;
    let doubt = async {
        sleep(link.quiet).await;
        heard = who_meanwhile(climb, opening, link.meanwhile()).await;
        // What has no name may be this very broker's way to answer a stranger.
        if heard.as_ref().is_none_or(|spoken| matches!(spoken, Spoken::Mqtt5 | Spoken::Other(_))) {
            // A broker may take its time over a login.
            pending::<()>().await;
        }
    };
    let answer = tokio::select! {
        biased;
        answer = connect(connection, options) => answer,
        () = doubt => Err(ConnectionError::Silent { what: "CONNACK", limit: link.quiet }.into()),
    };
    (answer, heard)
}

fn passed(climb: &mut Climb<'_>, plan: &Plan, options: &ConnectOptions, connack: &ConnAck, took: Duration) {
    climb.pass(Stage::Protocol, took, "MQTT 5", Vec::new());
    let mut facts = vec![fact("sent", plan.sent.clone()), detail("client-id", options.client_id.clone())];
    facts.extend(told(connack));
    climb.pass(Stage::Login, took, format!("let in as {}", plan.words), facts);
    if options.tls.is_none() {
        clear_text(climb, plan);
    }
    if !plan.credentials().repeated_by(connack) {
        let method = plan.method().unwrap_or_default();
        let message = format!("the broker took the login, and did not repeat the authentication method `{method}`");
        climb.fault(
            Fault::new(Stage::Login, &mqtt::MQTT_METHOD_NOT_REPEATED, Line::Method, message)
                .note("a broker that has never heard of the method and lets everybody in looks the same"),
        );
    }
}

/// What CONNACK says about the login.
fn told(connack: &ConnAck) -> Vec<Fact> {
    let mut facts = vec![detail("session-present", if connack.session_present { "yes" } else { "no" })];
    let texts = [
        ("assigned-client-identifier", &connack.assigned_client_id),
        ("authentication-method", &connack.authentication_method),
        ("reason-string", &connack.reason_string),
        ("server-reference", &connack.server_reference),
    ];
    let told = |(name, text): (_, &Option<String>)| Some(fact(name, shown(text.as_ref()?)));
    facts.extend(texts.into_iter().filter_map(told));
    facts
}

/// A text from a broker, without control characters and bounded.
pub fn shown(text: &str) -> String {
    let kept: String = text.chars().take(200).collect();
    let more = if kept.len() < text.len() { "…" } else { "" };
    format!("{}{more}", kept.escape_debug())
}

fn in_clear(climb: &mut Climb<'_>, plan: &Plan, opening: &Opening) {
    if opening.tls.is_none() {
        clear_text(climb, plan);
    }
}

fn clear_text(climb: &mut Climb<'_>, plan: &Plan) {
    if plan.is_secret {
        let message = format!("`tls.mode` is `Disabled`: whoever is on the way reads {}", plan.sent);
        climb.note(message.clone());
        let fault = Fault::new(Stage::Login, &login::CREDENTIAL_IN_CLEAR, Line::Tls, message);
        climb.fault(fault.help("write `tls: { mode: Enabled }`, with the port of the broker's TLS listener"));
    }
}

/// The fault of a broker of MQTT 5 that does not let this client in.
fn refused(climb: &Climb<'_>, plan: &Plan, error: &HandshakeError) -> (Fault, Vec<Fact>) {
    let mut facts = vec![fact("sent", plan.sent.clone())];
    let message = format!("{error}; sent: {}", plan.sent);
    let fault = match error {
        HandshakeError::Refused(connack) => {
            facts.extend(told(connack));
            reason::fault(climb, plan, Stage::Login, connack.reason, message)
        }
        HandshakeError::Connection(ConnectionError::Disconnected { reason, .. }) => {
            reason::fault(climb, plan, Stage::Login, *reason, message)
        }
        HandshakeError::Challenge { .. } => {
            Fault::new(Stage::Login, &mqtt::MQTT_REAUTHENTICATION, Line::Method, message)
                .help("the methods of dataflows have one step: let the broker take the login of CONNECT")
        }
        HandshakeError::Unsendable(_) => {
            Fault::new(Stage::Login, &login::CREDENTIAL_UNUSABLE, Line::Method, format!("nothing was sent: {error}"))
        }
        _ => Fault::new(Stage::Login, &network::PEER_CLOSED, Line::Host, message),
    };
    (fault.note(format!("logged in as {}", plan.words)), facts)
}
