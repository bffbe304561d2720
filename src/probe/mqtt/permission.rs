//! Permission: subscribes to what dataflows read and, where it is asked for, publishes to what they write.
//!
//! A shared subscription of a dataflow is never joined: its filter is subscribed to without the group, and sharing is tried
//! in a group of the probe's own, which gets copies and takes nothing away.

use super::plan::Plan;
use super::{Link, reason};
use crate::diag::Place;
use crate::message::{PayloadFormat, Publish, QoS};
use crate::policy::probe::{mqtt, network};
use crate::probe::climb::{detail, fact};
use crate::probe::fault::{Fault, Line};
use crate::probe::{Climb, Subject};
use crate::report::probe::{Fact, Stage};
use crate::syntax::topic::{Filter, check_name};
use crate::transport::mqtt::{
    ConnAck, Connection, ConnectionError, Dialogue, HandshakeError, PacketKind, PublishResult, Reason, RequestError,
    RetainHandling, SubscribeResult, Subscription, log_in,
};
use crate::transport::{OpenError, Stream, open};
use std::time::Instant;

/// Asks for everything that the dataflows of the files will do.
pub async fn ask(climb: &mut Climb<'_>, plan: &Plan, link: Link) {
    let uses = &climb.subject().uses;
    if uses.sources.is_empty() && uses.destinations.is_empty() {
        return climb.skip(Stage::Permission, "no dataflow of the files uses it");
    }
    let mut asking = Asking::new(climb, plan);
    if !asking.is_needed() {
        let summary = asking.summary();
        return climb.skip(Stage::Permission, summary);
    }
    let started = Instant::now();
    let mut dialogue = match connect(plan).await {
        Ok((dialogue, connack)) => {
            asking.shared_available = connack.shared_subscriptions != Some(false);
            dialogue
        }
        Err(error) => {
            let fault = again(climb, plan, &error);
            return climb.stop(fault, Some(started.elapsed()), Vec::new());
        }
    };
    let ended = asking.all(&mut dialogue, link).await;
    if ended.is_none() {
        let _ = dialogue.leave(true, link.farewell()).await;
    }
    let Asking { faults, facts, .. } = &mut asking;
    let (mut faults, mut facts) = (std::mem::take(faults), std::mem::take(facts));
    if let Some((error, at)) = ended {
        faults.push(lost(climb, plan, &error, &at));
    }
    // The summary says so already; the last line of the report counts it.
    facts.extend(asking.untested.iter().map(|what| Fact { detail: true, ..Fact::not_tested(what) }));
    let summary = asking.summary();
    climb.pass(Stage::Permission, started.elapsed(), summary, facts);
    faults.into_iter().for_each(|fault| climb.fault(fault));
}

/// Why there is no second connection.
enum Again {
    Open(OpenError),
    Login(HandshakeError),
}

async fn connect(plan: &Plan) -> Result<(Dialogue<Box<dyn Stream>>, ConnAck), Again> {
    let options = plan.second();
    let (stream, _) = open(&options.target, &options.route, options.tls.as_ref(), options.websocket.as_ref())
        .await
        .map_err(Again::Open)?;
    let mut connection = Connection::new(stream, options.maximum_packet_size);
    let connack = log_in(&mut connection, &options).await.map_err(Again::Login)?;
    Ok((Dialogue::new(connection, &connack), connack))
}

/// The fault of a broker that takes a first connection and no second.
fn again(climb: &Climb<'_>, plan: &Plan, error: &Again) -> Fault {
    let (text, reason) = match error {
        Again::Open(error) => (error.to_string(), None),
        Again::Login(error) => {
            let reason = match error {
                HandshakeError::Refused(connack) => Some(connack.reason),
                HandshakeError::Connection(ConnectionError::Disconnected { reason, .. }) => Some(*reason),
                _ => None,
            };
            (error.to_string(), reason)
        }
    };
    let message = format!("a first connection was let in, and a second one after it was not: {text}");
    match reason {
        Some(reason) => self::reason::fault(climb, plan, Stage::Permission, reason, message),
        None => Fault::new(Stage::Permission, &network::PEER_CLOSED, Line::Host, message),
    }
}

/// The fault of a connection that ended while something was asked for.
fn lost(climb: &Climb<'_>, plan: &Plan, error: &RequestError, about: &At) -> Fault {
    let At { packet, ref topic, place } = *about;
    let message = format!("at {packet} to `{topic}`: {error}");
    let at = |entry| Fault::new(Stage::Permission, entry, Line::At(place), message.clone());
    let RequestError::Connection(error) = error else { return at(&mqtt::MQTT_PROTOCOL_ERROR) };
    match error {
        ConnectionError::Disconnected { reason, .. } if reason.code == reason::NOT_AUTHORIZED => {
            let refused = if packet == PacketKind::Publish {
                &mqtt::MQTT_PUBLISH_REFUSED
            } else {
                &mqtt::MQTT_SUBSCRIPTION_REFUSED
            };
            at(refused).help(RIGHTS)
        }
        ConnectionError::Disconnected { reason, .. } => {
            let mut fault = self::reason::fault(climb, plan, Stage::Permission, *reason, message.clone());
            // What was asked for is the nearest cause, unless the code names another.
            if fault.entry.id == mqtt::MQTT_DISCONNECTED.id {
                fault.line = Line::At(place);
            }
            fault
        }
        ConnectionError::UnaskedAuth { .. } => at(&mqtt::MQTT_REAUTHENTICATION),
        ConnectionError::Silent { .. } => at(&network::PEER_SILENT),
        error if error.is_closed() => at(&mqtt::MQTT_DISCONNECTED),
        error if error.is_reset() => at(&mqtt::MQTT_DISCONNECTED),
        ConnectionError::Io(_) => at(&mqtt::MQTT_DISCONNECTED),
        _ => at(&mqtt::MQTT_PROTOCOL_ERROR),
    }
}

/// A filter to subscribe to.
struct Wanted {
    /// As the broker gets it.
    filter: String,
    /// What it is in the manifest.
    written: String,
    place: Place,
    /// Whether it only tries sharing.
    sharing: bool,
}

/// What is asked for, and what came of it.
struct Asking<'a> {
    subject: &'a Subject,
    write: bool,
    message_size: Option<usize>,
    run: &'a str,
    qos: QoS,
    shared_available: bool,
    granted: usize,
    refused: usize,
    taken: usize,
    rejected: usize,
    /// Parts that were not tested, and why.
    untested: Vec<String>,
    faults: Vec<Fault>,
    facts: Vec<Fact>,
}

type Second = Dialogue<Box<dyn Stream>>;

/// What was asked for when the connection ended.
struct At {
    packet: PacketKind,
    topic: String,
    place: Place,
}

impl<'a> Asking<'a> {
    fn new(climb: &Climb<'a>, plan: &'a Plan) -> Self {
        let (subject, means) = (climb.subject(), climb.means());
        let qos = subject.end.settings.mqtt.as_ref().and_then(|mqtt| mqtt.qos).map_or(1, |qos| qos.value);
        let mut asking = Self {
            subject,
            write: means.write,
            message_size: means.message_size,
            run: &plan.run,
            qos: QoS::from_number(qos).unwrap_or(QoS::AtLeastOnce),
            shared_available: true,
            granted: 0,
            refused: 0,
            taken: 0,
            rejected: 0,
            untested: Vec::new(),
            faults: Vec::new(),
            facts: Vec::new(),
        };
        let unclear = asking.destinations().filter(|(topic, _)| topic.is_none()).count();
        let clear = asking.destinations().count() - unclear;
        if clear > 0 && !asking.write {
            asking.untested.push(format!("publish to {} not tested (`--write`)", topics(clear)));
        }
        if unclear > 0 {
            asking.untested.push(format!("publish to {} not tested: only a message says which", topics(unclear)));
        }
        asking
    }

    /// Whether a connection is worth it.
    fn is_needed(&self) -> bool {
        !self.filters().is_empty() || (self.write && self.destinations().any(|(topic, _)| topic.is_some()))
    }

    fn summary(&self) -> String {
        let mut parts = Vec::new();
        let mut part = |count: usize, what: &str, became: &str, unit: fn(usize) -> String| {
            if count > 0 {
                parts.push(format!("{what} {} {became}", unit(count)));
            }
        };
        part(self.granted, "subscription to", "granted", filters);
        part(self.refused, "subscription to", "refused", filters);
        part(self.taken, "publish to", "taken", topics);
        part(self.rejected, "publish to", "refused", topics);
        parts.extend(self.untested.iter().cloned());
        parts.join("; ")
    }

    /// The filters of all sources, each once, with the sharing that some of them need.
    fn filters(&self) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = Vec::new();
        let mut add = |filter: String, written: &str, place, sharing| {
            if !wanted.iter().any(|wanted| wanted.filter == filter) {
                wanted.push(Wanted { filter, written: written.to_owned(), place, sharing });
            }
        };
        for of in &self.subject.uses.sources {
            let several = of.instances.is_some_and(|(instances, _)| instances > 1);
            for topic in &of.topics {
                // What is no filter is for lint to say.
                let Ok(filter) = Filter::parse(&topic.value) else { continue };
                add(filter.filter().to_owned(), &topic.value, topic.place, false);
                if (several || filter.group().is_some()) && self.shared_available {
                    let shared = format!("$share/flowgate-probe-{}/{}", self.run, filter.filter());
                    add(shared, &topic.value, topic.place, true);
                }
            }
        }
        wanted
    }

    /// The topics of all destinations, each once; `None` where only a message says which.
    fn destinations(&self) -> impl Iterator<Item = (Option<&'a str>, Place)> {
        let mut seen: Vec<(Option<&'a str>, Place)> = Vec::new();
        for of in &self.subject.uses.destinations {
            let written = of.topic.as_ref().map(|topic| (&*topic.value, topic.place));
            let place = written.map_or(of.place, |(_, place)| place);
            let topic =
                written.map(|(topic, _)| topic).filter(|topic| check_name(topic).is_ok() && !topic.contains("${"));
            if topic.is_none() || !seen.iter().any(|(known, _)| *known == topic) {
                seen.push((topic, place));
            }
        }
        seen.into_iter()
    }

    /// Asks for one after the other, until the connection ends.
    async fn all(&mut self, dialogue: &mut Second, link: Link) -> Option<(RequestError, At)> {
        let filters = self.filters();
        let asked =
            |wanted: &Wanted| At { packet: PacketKind::Subscribe, topic: wanted.written.clone(), place: wanted.place };
        for (index, wanted) in filters.iter().enumerate() {
            if let Err(error) = self.subscribe(dialogue, wanted, link).await {
                self.rest(
                    filters.iter().skip(index + 1).filter(|wanted| !wanted.sharing).count(),
                    self.to_write().len(),
                );
                return Some((error, asked(wanted)));
            }
        }
        let topics = self.to_write();
        for (index, (topic, place)) in topics.iter().enumerate() {
            if let Err(error) = self.publish(dialogue, topic, *place, link).await {
                self.rest(0, topics.len() - index - 1);
                let at = At { packet: PacketKind::Publish, topic: (*topic).to_owned(), place: *place };
                return Some((error, at));
            }
        }
        None
    }

    /// The topics that are published to, if that was asked for.
    fn to_write(&self) -> Vec<(&'a str, Place)> {
        let topics = self.destinations().filter(|_| self.write);
        topics.filter_map(|(topic, place)| Some((topic?, place))).collect()
    }

    /// What was not reached any more.
    fn rest(&mut self, left: usize, unwritten: usize) {
        if left > 0 {
            self.untested.push(format!("subscription to {} not tested any more", filters(left)));
        }
        if unwritten > 0 {
            self.untested.push(format!("publish to {} not tested any more", topics(unwritten)));
        }
    }

    async fn subscribe(&mut self, dialogue: &mut Second, wanted: &Wanted, link: Link) -> Result<(), RequestError> {
        let subscription = Subscription {
            retain_handling: RetainHandling::Never,
            ..Subscription::new(wanted.filter.clone(), self.qos)
        };
        let answers = match dialogue.subscribe(&[subscription], link.limit).await {
            Ok(answers) => answers,
            // The limits say so already.
            Err(RequestError::NotSent(why)) => {
                self.untested.push(format!("subscription to `{}` not tested: {why}", wanted.written));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        answers.into_iter().for_each(|answer| self.answered(wanted, &answer));
        Ok(())
    }

    fn answered(&mut self, wanted: &Wanted, answer: &SubscribeResult) {
        let said = answer
            .reason_string
            .as_ref()
            .map_or_else(String::new, |text| format!("; it says: `{}`", super::login::shown(text)));
        match answer.granted {
            Ok(granted) => {
                self.granted += usize::from(!wanted.sharing);
                self.facts.push(detail("granted", format!("`{}` at QoS {}", wanted.filter, granted.number())));
                if granted < answer.asked && !wanted.sharing {
                    let message = format!(
                        "the broker grants `{}` at QoS {}, and `qos` is {}",
                        wanted.written,
                        granted.number(),
                        answer.asked.number()
                    );
                    let entry = &mqtt::MQTT_SUBSCRIPTION_DOWNGRADED;
                    let fault = Fault::new(Stage::Permission, entry, Line::Setting("qos"), message);
                    self.faults.push(fault.help(format!("write `qos: {}`", granted.number())));
                }
            }
            Err(reason) => {
                self.refused += 1;
                self.facts.push(fact("refused", format!("`{}`: {}", wanted.filter, code(reason))));
                let shared = if wanted.sharing { " as a shared subscription" } else { "" };
                let message = format!("the broker refuses `{}`{shared}: {reason}{said}", wanted.written);
                self.faults.push(refused_filter(reason, wanted, message));
            }
        }
    }

    async fn publish(
        &mut self,
        dialogue: &mut Second,
        topic: &str,
        place: Place,
        link: Link,
    ) -> Result<(), RequestError> {
        let publish = self.message(topic);
        let (bytes, asked) = (publish.payload.len(), publish.qos);
        let answer = match dialogue.publish(publish, link.limit).await {
            Ok(answer) => answer,
            Err(RequestError::NotSent(why)) => {
                self.untested.push(format!("publish to `{topic}` not tested: {why}"));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        // A broker that refuses QoS 0 can only end the connection.
        if answer.reason.is_none() {
            dialogue.ping(link.limit).await?;
        }
        let became = answer.reason.map_or_else(|| "no answer at QoS 0".to_owned(), code);
        self.facts.push(fact(
            "published",
            format!(
                "`{topic}`: {bytes} bytes of text, QoS {} of {}, not retained, expires after 1 s: {became}",
                answer.qos.number(),
                asked.number()
            ),
        ));
        match answer.refused() {
            None => self.taken += 1,
            Some(reason) => {
                self.rejected += 1;
                self.faults.push(refused_topic(reason, &answer, topic, place));
            }
        }
        Ok(())
    }

    /// The message that is sent with `--write`.
    fn message(&self, topic: &str) -> Publish {
        let mut payload = b"flowgate probe".to_vec();
        let size = self.message_size.unwrap_or(0).max(payload.len());
        payload.resize(size, b' ');
        Publish {
            topic: topic.to_owned(),
            payload,
            qos: self.qos,
            retain: false,
            payload_format: Some(PayloadFormat::Utf8),
            message_expiry: Some(1),
            content_type: Some("text/plain".to_owned()),
            user_properties: vec![("flowgate-probe".to_owned(), self.run.to_owned())],
            ..Publish::default()
        }
    }
}

/// What to do where an identity lacks a right.
const RIGHTS: &str = "give this identity the right at the broker: its access control list, a BrokerAuthorization, or a permission binding of Event Grid";

fn refused_filter(reason: Reason, wanted: &Wanted, message: String) -> Fault {
    let entry = match reason.code {
        reason::SHARED => &mqtt::MQTT_SHARED_SUBSCRIPTIONS_UNAVAILABLE,
        reason::WILDCARDS => &mqtt::MQTT_WILDCARDS_UNAVAILABLE,
        reason::QUOTA => &mqtt::MQTT_QUOTA,
        _ => &mqtt::MQTT_SUBSCRIPTION_REFUSED,
    };
    let fault = Fault::new(Stage::Permission, entry, Line::At(wanted.place), message);
    match reason.code {
        reason::NOT_AUTHORIZED => fault.help(RIGHTS),
        _ => fault,
    }
}

fn refused_topic(reason: Reason, answer: &PublishResult, topic: &str, place: Place) -> Fault {
    let (entry, line) = match reason.code {
        reason::QUOTA => (&mqtt::MQTT_QUOTA, Line::Host),
        reason::PACKET_TOO_LARGE => (&mqtt::MQTT_PACKET_TOO_LARGE, Line::Host),
        reason::RETAIN => (&mqtt::MQTT_RETAIN_UNAVAILABLE, Line::Setting("retain")),
        reason::QOS => (&mqtt::MQTT_MAXIMUM_QOS, Line::Setting("qos")),
        _ => (&mqtt::MQTT_PUBLISH_REFUSED, Line::At(place)),
    };
    let said = answer
        .reason_string
        .as_ref()
        .map_or_else(String::new, |text| format!("; it says: `{}`", super::login::shown(text)));
    let fault = Fault::new(
        Stage::Permission,
        entry,
        line,
        format!("the broker refuses a message to `{topic}`: {reason}{said}"),
    );
    match reason.code {
        reason::NOT_AUTHORIZED => fault.help(RIGHTS),
        _ => fault,
    }
}

/// A reason code in short.
fn code(reason: Reason) -> String {
    format!("0x{:02X} `{}`", reason.code, reason.name().unwrap_or("not in MQTT 5"))
}

fn filters(count: usize) -> String {
    if count == 1 { "1 filter".to_owned() } else { format!("{count} filters") }
}

fn topics(count: usize) -> String {
    if count == 1 { "1 topic".to_owned() } else { format!("{count} topics") }
}
