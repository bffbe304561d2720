//! What a broker's reason code means for the manifest: which verdict, which line, what to do.

use super::plan::{Plan, login_help};
use crate::diag::Entry;
use crate::policy::probe::mqtt;
use crate::probe::fault::{Fault, Line};
use crate::probe::{Climb, Subject};
use crate::report::probe::Stage;
use crate::transport::mqtt::{PacketKind, Reason};

/// 0x84 Unsupported Protocol Version.
pub const UNSUPPORTED_VERSION: u8 = 0x84;
/// 0x87 Not authorized.
pub const NOT_AUTHORIZED: u8 = 0x87;
/// 0x95 Packet too large.
pub const PACKET_TOO_LARGE: u8 = 0x95;
/// 0x97 Quota exceeded.
pub const QUOTA: u8 = 0x97;
/// 0x9A Retain not supported.
pub const RETAIN: u8 = 0x9A;
/// 0x9B QoS not supported.
pub const QOS: u8 = 0x9B;
/// 0x9E Shared Subscriptions not supported.
pub const SHARED: u8 = 0x9E;
/// 0xA2 Wildcard Subscriptions not supported.
pub const WILDCARDS: u8 = 0xA2;

/// The fault of a CONNACK or DISCONNECT with `reason`; `message` has it in words already.
pub fn fault(climb: &Climb<'_>, plan: &Plan, stage: Stage, reason: Reason, message: String) -> Fault {
    let (entry, line) = verdict(climb.subject(), plan, reason);
    let fault = Fault::new(stage, entry, line, message);
    match help(climb.subject(), plan, reason) {
        Some(help) => fault.help(help),
        None => fault,
    }
}

fn verdict(subject: &Subject, plan: &Plan, reason: Reason) -> (&'static Entry, Line) {
    let who = if plan.has_certificate && !subject.end.summary.secrets.is_empty() { Line::Secret } else { Line::Method };
    match reason.code {
        0x18 | 0x19 | 0xA0 => (&mqtt::MQTT_REAUTHENTICATION, Line::Method),
        0x85 => (&mqtt::MQTT_CLIENT_ID_REFUSED, Line::Setting("clientIdPrefix")),
        0x86 => (&mqtt::MQTT_BAD_CREDENTIALS, who),
        NOT_AUTHORIZED => (&mqtt::MQTT_NOT_AUTHORIZED, who),
        0x88 | 0x8B => (&mqtt::MQTT_SERVER_UNAVAILABLE, Line::Host),
        0x89 => (&mqtt::MQTT_SERVER_BUSY, Line::Host),
        0x8C => (&mqtt::MQTT_AUTH_METHOD, Line::Method),
        0x8E => (&mqtt::MQTT_SESSION_TAKEN_OVER, Line::Setting("clientIdPrefix")),
        PACKET_TOO_LARGE => (&mqtt::MQTT_PACKET_TOO_LARGE, Line::Host),
        0x96 | QUOTA | 0x9F => (&mqtt::MQTT_QUOTA, Line::Host),
        RETAIN => (&mqtt::MQTT_RETAIN_UNAVAILABLE, Line::Setting("retain")),
        QOS => (&mqtt::MQTT_MAXIMUM_QOS, Line::Setting("qos")),
        0x9C | 0x9D => (&mqtt::MQTT_SERVER_MOVED, Line::Host),
        _ if reason.packet == PacketKind::ConnAck => (&mqtt::MQTT_CONNECT_REFUSED, Line::Host),
        _ => (&mqtt::MQTT_DISCONNECTED, Line::Host),
    }
}

fn help(subject: &Subject, plan: &Plan, reason: Reason) -> Option<String> {
    let far_end = subject.end.summary.far_end;
    Some(match reason.code {
        0x86 | NOT_AUTHORIZED => login_help(far_end, plan).to_owned(),
        0x8C => match plan.method() {
            Some(method) => format!(
                "write another `authentication.method`, or let the broker take `{method}` on this listener; a user name and password are nothing that a dataflow can send"
            ),
            None => "the broker wants an enhanced authentication: write the `authentication.method` for it".to_owned(),
        },
        0x85 => {
            "the probe's client id is `flowgate-probe-` and twelve digits: let the broker take client ids of any form, or look at its rule for them before you trust the dataflow's".to_owned()
        }
        0x88 | 0x89 | 0x8B => "try again later, and look at the broker's log if it stays".to_owned(),
        0x8A => "ask whoever runs the broker to lift the ban".to_owned(),
        0x8E => "look for another client that uses the same client id".to_owned(),
        QUOTA | 0x9F => {
            "wait, or raise the quota: sessions, connections and messages are counted for the account and for each authentication name".to_owned()
        }
        0x9C | 0x9D => "write the host that the broker names, if it names one".to_owned(),
        0xA0 => "let the login last longer at the broker; a dataflow connects anew and goes on".to_owned(),
        _ => return None,
    })
}
