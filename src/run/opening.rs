//! Opens the connections of a lane: reader first, so that nothing passes unseen, then the dataflow, then the sender.

use super::bridge::Bridge;
use super::ends::{self, Door, Session};
use super::lane::{Lane, Patience, Role, Trouble};
use super::remarks::same_broker;
use super::wire::{Intake, KafkaIntake, KafkaOutlet, MqttIntake, MqttOutlet, Outlet, WireError};
use crate::access::Line;
use crate::message::Message;
use crate::translate::Plan;
use crate::transport::kafka::Start;
use std::time::Duration;

/// Longest wait for a batch to fill where messages go one by one.
const SHORT_LINGER: Duration = Duration::from_millis(5);

/// The ways in, for each role its own.
#[derive(Debug, Clone)]
pub struct Doors {
    /// The sender, at the source.
    pub sender: Door,
    /// The dataflow, at the source and at the destination; `None` leaves it to the one that is deployed.
    pub dataflow: Option<(Door, Door)>,
    /// The reader, at the destination; `None` where nobody may read.
    pub reader: Option<Door>,
}

/// What a lane is opened for.
#[derive(Debug, Clone, Copy)]
pub struct Purpose<'a> {
    /// The dataflow and its endpoints.
    pub line: &'a Line,
    /// The same, compiled.
    pub plan: &'a Plan,
    /// Topics at the source that messages are sent to.
    pub topics: &'a [String],
    /// Filters, or topics in Kafka, where something may come out.
    pub outputs: &'a [String],
    /// The name of the run.
    pub run: &'a str,
    /// Whether nobody else uses these brokers.
    pub alone: bool,
    /// User properties that the MQTT brokers add of themselves.
    pub strip: &'static [&'static str],
    /// Longest wait for one step of a connection.
    pub limit: Duration,
    /// How to wait for messages.
    pub patience: Patience,
}

impl Purpose<'_> {
    /// The client id of the dataflow at its source (0) or destination (1): as documented where nobody else is there, and
    /// never that one where the deployed dataflow may be connected by it.
    pub fn client_id(&self, end: usize) -> String {
        let documented = self.plan.client_ids().get(end).copied().flatten().unwrap_or("flowgate");
        let side = if end == 0 { "in" } else { "out" };
        if self.alone { format!("{documented}-{side}") } else { format!("{documented}-flowgate-{}-{side}", self.run) }
    }

    fn own_id(&self, role: &str) -> String {
        format!("flowgate-{}-{role}", self.run)
    }
}

/// Opens a lane.
///
/// # Errors
/// With whoever failed first, in the order of roles.
pub async fn open(doors: &Doors, purpose: Purpose<'_>) -> Result<Lane, Trouble> {
    let trouble = |role| move |error| Trouble { role, error };
    let reading = async {
        match &doors.reader {
            Some(door) => reader(door, purpose).await.map(Some).map_err(trouble(Role::Reader)),
            None => Ok(None),
        }
    };
    let bridging = async {
        match &doors.dataflow {
            Some((source, destination)) => {
                bridge(source, destination, purpose).await.map(Some).map_err(trouble(Role::Dataflow))
            }
            None => Ok(None),
        }
    };
    let sending = async { sender(&doors.sender, purpose).await.map_err(trouble(Role::Sender)) };
    let (reader, bridge, sender) = tokio::join!(reading, bridging, sending);
    Ok(Lane {
        bridge: bridge?,
        reader: reader?,
        sender: sender?,
        run: purpose.run.to_owned(),
        next: 0,
        alone: purpose.alone,
        overhears: !purpose.alone && same_broker(&purpose.line.source, &purpose.line.destination),
        patience: purpose.patience,
    })
}

/// What sends at the source.
///
/// # Errors
/// Where the broker cannot be reached or refuses.
pub async fn sender(door: &Door, purpose: Purpose<'_>) -> Result<Outlet, WireError> {
    match door {
        Door::Mqtt(door) => {
            let options = ends::mqtt(&purpose.line.source, door, &purpose.own_id("sender"), Session::None);
            Ok(Outlet::Mqtt(Box::new(MqttOutlet::connect(options).await?)))
        }
        Door::Kafka(door) => {
            let topic = purpose.topics.first().map_or("", String::as_str);
            let destination = ends::kafka_sender(door, topic, purpose.limit);
            Ok(Outlet::Kafka(Box::new(KafkaOutlet::connect(&destination).await?)))
        }
    }
}

/// What reads at the destination.
///
/// # Errors
/// Where the broker cannot be reached or refuses.
pub async fn reader(door: &Door, purpose: Purpose<'_>) -> Result<Intake, WireError> {
    match door {
        Door::Mqtt(door) => {
            let options = ends::mqtt(&purpose.line.destination, door, &purpose.own_id("reader"), Session::None);
            let source = ends::reader(options, purpose.outputs, purpose.strip);
            Ok(Intake::Mqtt(Box::new(MqttIntake::connect(source).await?)))
        }
        Door::Kafka(door) => {
            let topic = purpose.outputs.first().map_or("", String::as_str);
            let source = ends::kafka_source(door, topic, Start::End, purpose.limit);
            Ok(Intake::Kafka(Box::new(KafkaIntake::connect(source).await?)))
        }
    }
}

async fn bridge(source: &Door, destination: &Door, purpose: Purpose<'_>) -> Result<Bridge, WireError> {
    let (intake, outlet) = tokio::join!(
        intake(source, purpose, Session::None, Start::End),
        outlet(destination, purpose, Session::None, purpose.patience.limit),
    );
    let at = |side: &'static str| {
        move |error: WireError| WireError { message: format!("at the {side}: {}", error.message), ..error }
    };
    let (intake, outlet) = (intake.map_err(at("source"))?, outlet.map_err(at("destination"))?);
    Ok(Bridge::new(intake, outlet, purpose.run, 1, true, Duration::ZERO))
}

/// What the dataflow reads by.
///
/// # Errors
/// Where the broker cannot be reached or refuses.
pub async fn intake(door: &Door, purpose: Purpose<'_>, session: Session, start: Start) -> Result<Intake, WireError> {
    match door {
        Door::Mqtt(door) => {
            let line = purpose.line;
            let options = ends::mqtt(&line.source, door, &purpose.client_id(0), session);
            let filters: Vec<&str> = line.flow.source.topics.iter().map(|topic| &*topic.value).collect();
            let source = ends::dataflow_source(&line.source, options, &filters, purpose.strip);
            Ok(Intake::Mqtt(Box::new(MqttIntake::connect(source).await?)))
        }
        Door::Kafka(door) => {
            let topic = purpose.topics.first().map_or("", String::as_str);
            let mut source = ends::kafka_source(door, topic, start, purpose.limit);
            if session == (Session::Kept { resumed: true }) {
                // A group of the run's own: the dataflow's is neither joined nor moved.
                source.settings.group = Some(format!("flowgate-{}", purpose.run));
            }
            Ok(Intake::Kafka(Box::new(KafkaIntake::connect(source).await?)))
        }
    }
}

/// What the dataflow writes by; a message may take as long as `patience`.
///
/// # Errors
/// Where the broker cannot be reached or refuses.
pub async fn outlet(
    door: &Door,
    purpose: Purpose<'_>,
    session: Session,
    patience: Duration,
) -> Result<Outlet, WireError> {
    match door {
        Door::Mqtt(door) => {
            let options = ends::mqtt(&purpose.line.destination, door, &purpose.client_id(1), session);
            Ok(Outlet::Mqtt(Box::new(MqttOutlet::connect(options).await?)))
        }
        Door::Kafka(door) => {
            let topic = purpose.line.flow.destination.topic.as_ref().map_or("", |topic| &topic.value);
            let mut destination = ends::kafka_destination(door, purpose.plan, topic, purpose.limit, patience);
            if let Some(batching) = destination.producer.batching.as_mut().filter(|_| session == Session::None) {
                // A single message has nothing to wait for; what comes out is the same.
                batching.linger = batching.linger.min(SHORT_LINGER);
            }
            // Numbered batches are not doubled by a retry; asking for the number costs half a second at the start.
            destination.producer.idempotence = session != Session::None;
            Ok(Outlet::Kafka(Box::new(KafkaOutlet::connect(&destination).await?)))
        }
    }
}

/// The topic of each of `messages`, each once.
pub fn topics<'m>(messages: impl IntoIterator<Item = &'m Message>) -> Vec<String> {
    let mut topics: Vec<String> = Vec::new();
    for message in messages {
        if !topics.iter().any(|topic| topic == message.topic()) {
            topics.push(message.topic().to_owned());
        }
    }
    topics
}
