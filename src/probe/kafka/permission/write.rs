//! Whether topics may be written to: by the broker's word, or by a record where that is asked for.

use super::super::super::Means;
use super::super::super::climb::{Climb, fact};
use super::super::super::fault::{Fault, Line};
use super::super::listeners::Reached;
use super::super::words;
use super::topic::{allowed, fault};
use super::{Tested, Use, is_denied, topics};
use crate::message::{Header, Record};
use crate::policy::probe::kafka;
use crate::report::probe::Stage;
use crate::settings::{self, Kafka};
use crate::transport::kafka_socket::{Acks, Code, Compression, KafkaError, Placed};
use std::hash::{BuildHasher, RandomState};

/// The payload of a record that is written to try, as it begins.
const PAYLOAD: &[u8] = b"flowgate probe";
/// The header that every such record has, with the id of this probe.
const HEADER: &str = "flowgate-probe";

/// The topic keeps records in a format that does not have what was sent.
const UNSUPPORTED_FOR_MESSAGE_FORMAT: Code = Code(43);
/// Fewer replicas are up to date than `min.insync.replicas` wants.
const NOT_ENOUGH_REPLICAS: Code = Code(19);
/// The same, found after the record was written.
const NOT_ENOUGH_REPLICAS_AFTER_APPEND: Code = Code(20);

/// What became of one topic.
enum Written {
    /// A record lies there.
    Tried,
    /// The broker says that it is allowed.
    Promised,
    /// Nobody knows.
    Open,
    /// It does not work.
    Failed,
}

/// A record to be written, and how.
struct Trial {
    record: Record,
    acks: Acks,
    compression: Compression,
    /// The settings as the manifest has them.
    words: String,
}

/// Tries every topic that is written to.
pub async fn test(tested: &mut Tested, cluster: &mut Reached, climb: &Climb<'_>, written: &[Use<'_>]) {
    let means = climb.means();
    let settings = climb.subject().end.settings.kafka.as_ref();
    let (mut tried, mut promised, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for used in written {
        if means.write && climb.has_found(&kafka::KAFKA_MESSAGE_TOO_LARGE, used.topic.place) {
            let name = words::quoted(&used.topic.value);
            tested.said.push(format!("nothing written to {name}, where it does not fit"));
            tested.open(format!("write to {name}: the topic does not take messages of this size"));
            continue;
        }
        match one(tested, cluster, means, settings, used).await {
            Written::Tried => tried.push(used),
            Written::Promised => promised.push(used),
            Written::Open => open.push(used),
            Written::Failed => {}
        }
    }
    for (uses, before, after) in [
        (tried, "wrote to", ""),
        (promised, "write to", " allowed by the broker's word, not tried (`--write`)"),
        (open, "write to", " not tested (`--write`)"),
    ] {
        if !uses.is_empty() {
            tested.said.push(format!("{before} {}{after}", topics(&uses)));
        }
    }
}

async fn one(
    tested: &mut Tested,
    cluster: &mut Reached,
    means: &Means<'_>,
    settings: Option<&Kafka>,
    used: &Use<'_>,
) -> Written {
    let topic = cluster.metadata.topic(&used.topic.value).cloned();
    if let Some(fault) = fault(topic.as_ref(), used) {
        tested.fault(used, fault);
        return Written::Failed;
    }
    let Some(topic) = topic else { return Written::Failed };
    let name = words::quoted(&used.topic.value);
    let may = allowed(&topic).write;
    if may == Some(false) {
        tested.fault(used, denied(used, "the broker says so, and nothing was sent"));
        return Written::Failed;
    }
    if !means.write {
        if may.is_some() {
            tested.open(format!("write to {name} (`--write`): it is allowed by the broker's word"));
            return Written::Promised;
        }
        tested.remark(used, format!("write to {name} (`--write`): the broker does not say whether it is allowed"));
        return Written::Open;
    }
    let trial = Trial::of(&used.topic.value, means, settings);
    let Some((partition, leader, connection)) = cluster.leader(&topic) else {
        let message = format!("the leaders of topic {name} are none of the brokers that the cluster names");
        let line = Line::At(used.topic.place);
        tested.fault(used, Fault::new(Stage::Permission, &kafka::KAFKA_NO_LEADER, line, message));
        return Written::Failed;
    };
    match connection.produce(partition, &trial.record, trial.acks, trial.compression).await {
        Ok(placed) => {
            tested.facts.push(fact("sent", trial.sent(&placed)));
            Written::Tried
        }
        Err(error) => {
            tested.facts.push(fact("refused", format!("{}: {error}", trial.what(partition))));
            tested.fault(used, trial.refusal(&error, used));
            cluster.judge(leader, &error);
            Written::Failed
        }
    }
}

fn denied(used: &Use<'_>, note: &str) -> Fault {
    let message = format!("topic {} may not be written to by this login", words::quoted(&used.topic.value));
    Fault::new(Stage::Permission, &kafka::KAFKA_WRITE_NOT_AUTHORIZED, Line::At(used.topic.place), message)
        .note(note)
        .help("give the login Write on the topic by an ACL, in Azure the role Azure Event Hubs Data Sender")
}

impl Trial {
    fn of(topic: &str, means: &Means<'_>, settings: Option<&Kafka>) -> Self {
        let mut payload = PAYLOAD.to_vec();
        payload.resize(means.message_size.unwrap_or(PAYLOAD.len()).max(PAYLOAD.len()), b' ');
        let id = format!("{:012x}", RandomState::new().hash_one(topic) >> 16);
        let acks = settings.and_then(|settings| settings.acks).map(|acks| acks.value);
        let compression = settings.and_then(|settings| settings.compression).map(|compression| compression.value);
        let (acks, mut words) = match acks {
            Some(settings::Acks::All) | None => (Acks::All, "acks All".to_owned()),
            Some(settings::Acks::One) => (Acks::One, "acks One".to_owned()),
            // To a record that nobody confirms there is no answer, so nothing would be found out.
            Some(settings::Acks::Zero) => {
                (Acks::One, "acks One in place of Zero, to which there is no answer".to_owned())
            }
        };
        let compression = match compression.unwrap_or(settings::Compression::None) {
            settings::Compression::None => Compression::None,
            settings::Compression::Gzip => Compression::Gzip,
            settings::Compression::Snappy => Compression::Snappy,
            settings::Compression::Lz4 => Compression::Lz4,
        };
        if compression != Compression::None {
            words.push_str(&format!(", {compression:?}"));
        }
        let record = Record {
            topic: topic.to_owned(),
            value: Some(payload),
            headers: vec![Header::text(HEADER, id)],
            ..Record::default()
        };
        Self { record, acks, compression, words }
    }

    /// What was sent, for people.
    fn what(&self, partition: i32) -> String {
        let value = self.record.header(HEADER).map(String::from_utf8_lossy).unwrap_or_default();
        let bytes = self.record.value.as_ref().map_or(0, Vec::len);
        format!(
            "a record of {bytes} bytes (`flowgate probe`), no key, header `{HEADER}: {value}`, {}, to partition {partition} of {}",
            self.words,
            words::quoted(&self.record.topic)
        )
    }

    fn sent(&self, placed: &Placed) -> String {
        let offset = placed.offset.map_or_else(String::new, |offset| format!(", where it lies at offset {offset}"));
        format!("{}{offset}", self.what(placed.partition))
    }

    /// The fault of a record that was not taken.
    fn refusal(&self, error: &KafkaError, used: &Use<'_>) -> Fault {
        let line = Line::At(used.topic.place);
        let name = words::quoted(&used.topic.value);
        let at = |entry, line, what: &str| {
            Fault::new(Stage::Permission, entry, line, format!("topic {name} {what}: {error}"))
        };
        if is_denied(error) {
            return denied(used, "a record was sent, and refused");
        }
        let is_compressed = self.compression != Compression::None;
        match error.code() {
            Some(Code::UNSUPPORTED_COMPRESSION_TYPE | UNSUPPORTED_FOR_MESSAGE_FORMAT) => {
                self.codec(at(&kafka::KAFKA_COMPRESSION, Line::Setting("compression"), "does not take the compression"))
            }
            // What brokers say that cannot open a batch.
            Some(Code::CORRUPT_MESSAGE) if is_compressed => self.codec(at(
                &kafka::KAFKA_COMPRESSION,
                Line::Setting("compression"),
                "does not take the compressed record",
            )),
            Some(Code::MESSAGE_TOO_LARGE) => at(&kafka::KAFKA_MESSAGE_TOO_LARGE, line, "takes no record of this size")
                .help("set `max.message.bytes` of the topic to more than the largest message"),
            Some(Code::NOT_LEADER_OR_FOLLOWER | Code::LEADER_NOT_AVAILABLE) => {
                at(&kafka::KAFKA_NO_LEADER, line, "has another leader by now, or none")
            }
            Some(NOT_ENOUGH_REPLICAS | NOT_ENOUGH_REPLICAS_AFTER_APPEND) => at(
                &kafka::KAFKA_REFUSED,
                Line::Setting("kafkaAcks"),
                "has too few replicas that are up to date",
            )
            .help(
                "bring the brokers up that have its replicas: `kafkaAcks: All` waits for `min.insync.replicas` of them",
            ),
            Some(_) => at(&kafka::KAFKA_REFUSED, line, "takes no record"),
            None => super::broken::of(Stage::Permission, error),
        }
    }

    fn codec(&self, fault: Fault) -> Fault {
        fault.help(
            "write `compression: None`; Event Hubs takes `Gzip` in its premium and dedicated tiers, and no other codec",
        )
    }
}
