//! What the broker allows by its CONNACK, held against the manifest and what the dataflows do.

use super::login::shown;
use crate::diag::Severity;
use crate::policy::probe::mqtt;
use crate::probe::climb::{detail, fact};
use crate::probe::fault::{Fault, Line};
use crate::probe::{Climb, Subject, Uses};
use crate::report::probe::{Fact, Stage};
use crate::settings::{Retain, Setting};
use crate::syntax::topic::Filter;
use crate::transport::mqtt::{ConnAck, ConnectOptions};
use std::time::Duration;

/// Says everything that `connack` allows, and which of it is less than the manifest needs. `asked` is what CONNECT asked
/// for.
pub fn judge(climb: &mut Climb<'_>, connack: &ConnAck, asked: &ConnectOptions) {
    let subject = climb.subject();
    let held = Held { subject, connack, message_size: climb.means().message_size };
    let mut faults = Vec::new();
    faults.extend(held.qos());
    faults.extend(held.retain());
    faults.extend(held.shared());
    faults.extend(held.wildcards());
    faults.extend(held.packet_size());
    faults.extend(held.receive_maximum());
    faults.extend(held.keep_alive(asked));
    faults.extend(held.session_expiry(asked));
    let serious = faults.iter().filter(|fault| fault.gravity() >= Severity::Warning).count();
    let summary = match serious {
        0 if !faults.is_empty() => "everything that the manifest writes, less than its defaults".to_owned(),
        0 => "everything that the manifest asks for".to_owned(),
        1 => "less than the manifest asks for in one point".to_owned(),
        count => format!("less than the manifest asks for in {count} points"),
    };
    climb.pass(Stage::Limits, Duration::ZERO, summary, facts(connack, asked));
    faults.into_iter().for_each(|fault| climb.fault(fault));
}

/// User Properties that are shown.
const SHOWN_PROPERTIES: usize = 10;

/// The properties of a CONNACK under their names in MQTT 5 (3.2.2.3); what is not there has the value of the standard.
fn facts(connack: &ConnAck, asked: &ConnectOptions) -> Vec<Fact> {
    let number = |name, value: Option<u64>, otherwise: &str| match value {
        Some(value) => fact(name, value.to_string()),
        None => detail(name, otherwise),
    };
    let is = |name, value: Option<bool>| match value {
        Some(value) => fact(name, if value { "yes" } else { "no" }),
        None => detail(name, "yes (default)"),
    };
    let asked_for = |seconds: u64| format!("{seconds} s (as asked for)");
    let keep_alive = asked_for(asked.keep_alive.into());
    let expiry = asked_for(asked.session_expiry.into());
    let mut facts = vec![
        number("session-expiry-interval", connack.session_expiry.map(u64::from), &expiry),
        number("receive-maximum", connack.receive_maximum.map(u64::from), "65535 (default)"),
        number("maximum-qos", connack.maximum_qos.map(u64::from), "2 (default)"),
        is("retain-available", connack.retain_available),
        number("maximum-packet-size", connack.maximum_packet_size.map(u64::from), "unlimited (default)"),
        number("topic-alias-maximum", connack.topic_alias_maximum.map(u64::from), "0 (default)"),
        is("wildcard-subscription-available", connack.wildcard_subscriptions),
        is("subscription-identifiers-available", connack.subscription_identifiers),
        is("shared-subscription-available", connack.shared_subscriptions),
        number("server-keep-alive", connack.server_keep_alive.map(u64::from), &keep_alive),
    ];
    let texts = [("response-information", &connack.response_information)];
    facts.extend(texts.into_iter().filter_map(|(name, text)| Some(detail(name, shown(text.as_ref()?)))));
    let property =
        |(key, value): &(String, String)| detail("user-property", format!("{}: {}", shown(key), shown(value)));
    facts.extend(connack.user_properties.iter().take(SHOWN_PROPERTIES).map(property));
    // What is in it may be as secret as what was sent.
    facts.extend(connack.authentication_data.as_ref().map(|_| detail("authentication-data", "not shown")));
    facts
}

/// A CONNACK and what it is held against.
struct Held<'a> {
    subject: &'a Subject,
    connack: &'a ConnAck,
    message_size: Option<usize>,
}

impl Uses {
    /// Whether dataflows write there; where none is known, they may.
    pub(super) fn may_write(&self) -> bool {
        !self.destinations.is_empty() || self.sources.is_empty()
    }

    /// Whether dataflows read there; where none is known, they may.
    pub(super) fn may_read(&self) -> bool {
        !self.sources.is_empty() || self.destinations.is_empty()
    }
}

impl Held<'_> {
    /// A fault in the limits, an error only where a dataflow is known that it stops.
    fn of_destination(&self, fault: Fault) -> Fault {
        if self.subject.uses.destinations.is_empty() { fault.severity(Severity::Warning) } else { fault }
    }

    /// What nobody wrote is no promise: a broker that differs from a default is told of, and harms nobody.
    fn of_setting<T: Copy>(fault: Fault, setting: Setting<T>) -> Fault {
        if setting.place().is_none() { fault.severity(Severity::Info) } else { fault }
    }

    fn qos(&self) -> Option<Fault> {
        let wanted = self.subject.end.settings.mqtt.as_ref()?.qos?.value;
        let most = self.connack.maximum_qos.filter(|most| *most < wanted && self.subject.uses.may_write())?;
        let message = format!("the broker takes messages up to QoS {most}, and `qos` is {wanted}");
        let fault = Fault::new(Stage::Limits, &mqtt::MQTT_MAXIMUM_QOS, Line::Setting("qos"), message);
        Some(self.of_destination(fault).help(format!("write `qos: {most}`")))
    }

    fn retain(&self) -> Option<Fault> {
        let setting = self.subject.end.settings.mqtt.as_ref()?.retain?;
        let keep = setting.value == Retain::Keep;
        if !keep || self.connack.retain_available != Some(false) || !self.subject.uses.may_write() {
            return None;
        }
        let message = "the broker takes no retained messages, and `retain` is `Keep`";
        let fault = Fault::new(Stage::Limits, &mqtt::MQTT_RETAIN_UNAVAILABLE, Line::Setting("retain"), message)
            .note("a message that comes in with the retain flag goes out with it, and the broker ends the connection");
        // It matters to messages with the flag, and who wrote `Keep` has them.
        let fault =
            if setting.place().is_none() { fault.severity(Severity::Warning) } else { self.of_destination(fault) };
        Some(fault.help("write `retain: Never`"))
    }

    fn shared(&self) -> Vec<Fault> {
        if self.connack.shared_subscriptions != Some(false) {
            return Vec::new();
        }
        let fault = |line, message: String| {
            Fault::new(Stage::Limits, &mqtt::MQTT_SHARED_SUBSCRIPTIONS_UNAVAILABLE, line, message)
        };
        let mut faults = Vec::new();
        for of in &self.subject.uses.sources {
            let shared = of.topics.iter().filter(|topic| topic.value.starts_with("$share/"));
            faults.extend(shared.map(|topic| {
                let message = format!("the broker has no shared subscriptions, and `{}` is one", topic.value);
                fault(Line::At(topic.place), message).help("write the topic filter without `$share/GROUP/`")
            }));
            if let Some((instances, place)) = of.instances.filter(|(instances, _)| *instances > 1) {
                let message = format!(
                    "the broker has no shared subscriptions, which {instances} instances of dataflow `{}` need",
                    of.dataflow
                );
                faults.push(fault(Line::At(place), message).help("write `instanceCount: 1`"));
            }
        }
        faults
    }

    fn wildcards(&self) -> Vec<Fault> {
        if self.connack.wildcard_subscriptions != Some(false) {
            return Vec::new();
        }
        let topics = self.subject.uses.sources.iter().flat_map(|of| &of.topics);
        let wild = topics.filter(|topic| Filter::parse(&topic.value).is_ok_and(|filter| filter.has_wildcard()));
        wild.map(|topic| {
            let message = format!("the broker has no wildcard subscriptions, and `{}` is one", topic.value);
            Fault::new(Stage::Limits, &mqtt::MQTT_WILDCARDS_UNAVAILABLE, Line::At(topic.place), message)
                .help("list the topics in `dataSources` one by one")
        })
        .collect()
    }

    fn packet_size(&self) -> Option<Fault> {
        let most = self.connack.maximum_packet_size?;
        let size = self.message_size.filter(|_| self.subject.uses.may_write())?;
        let topics = self.subject.uses.destinations.iter().filter_map(|of| of.topic.as_ref());
        let topic =
            topics.filter(|topic| !topic.value.contains("${")).map(|topic| topic.value.len()).max().unwrap_or(1);
        let packet = packet_size(size, topic);
        if packet <= most as usize {
            return None;
        }
        let message = format!(
            "a message of {size} bytes is a packet of {packet} bytes at least, and the broker takes {most} at most"
        );
        let fault = Fault::new(Stage::Limits, &mqtt::MQTT_PACKET_TOO_LARGE, Line::Host, message);
        Some(fault.help("let the broker take larger packets, or send less in one message"))
    }

    fn receive_maximum(&self) -> Option<Fault> {
        let setting = self.subject.end.settings.mqtt.as_ref()?.max_inflight?;
        let wanted = setting.value;
        let most = self.connack.receive_maximum.filter(|most| *most < wanted && self.subject.uses.may_write())?;
        let message = format!("the broker takes {most} messages in flight, and `maxInflightMessages` is {wanted}");
        let line = Line::Setting("maxInflightMessages");
        let fault = Fault::new(Stage::Limits, &mqtt::MQTT_RECEIVE_MAXIMUM, line, message);
        let fault = fault.help(format!("write `maxInflightMessages: {most}`, or expect that much only"));
        Some(Self::of_setting(fault, setting))
    }

    fn keep_alive(&self, asked: &ConnectOptions) -> Option<Fault> {
        let (set, wanted) = (self.connack.server_keep_alive?, asked.keep_alive);
        let setting = self.subject.end.settings.mqtt.as_ref()?.keep_alive?;
        if set == wanted {
            return None;
        }
        let message = format!("the broker sets the keep alive to {set} s, and `keepAliveSeconds` is {wanted}");
        let line = Line::Setting("keepAliveSeconds");
        let fault = Fault::new(Stage::Limits, &mqtt::MQTT_KEEP_ALIVE, line, message);
        let fault = fault.help(format!("write `keepAliveSeconds: {set}`, so that the manifest says what holds"));
        Some(Self::of_setting(fault, setting))
    }

    fn session_expiry(&self, asked: &ConnectOptions) -> Option<Fault> {
        let (set, wanted) = (self.connack.session_expiry?, asked.session_expiry);
        if set >= wanted {
            return None;
        }
        let message = format!("the broker keeps a session for {set} s, and `sessionExpirySeconds` is {wanted}");
        let line = Line::Setting("sessionExpirySeconds");
        let fault = Fault::new(Stage::Limits, &mqtt::MQTT_SESSION_EXPIRY, line, message)
            .note("a dataflow that is away for longer misses what was published meanwhile")
            .help(format!("write `sessionExpirySeconds: {set}`, or let the broker keep sessions longer"));
        // What is sent is lost by no session that ends.
        Some(if self.subject.uses.may_read() { fault } else { fault.severity(Severity::Info) })
    }
}

/// The least that a PUBLISH of QoS 1 has around `payload` bytes: header, topic, packet id, empty properties (MQTT 5, 3.3).
pub const fn packet_size(payload: usize, topic: usize) -> usize {
    let remaining = payload + topic + 2 + 2 + 1;
    let length = match remaining {
        0..=127 => 1,
        128..=16_383 => 2,
        16_384..=2_097_151 => 3,
        _ => 4,
    };
    1 + length + remaining
}
