//! Whether the messages of dataflows fit into a topic, by what the topic takes and by what the manifest and
//! `--message-size` say.

use super::super::Climb;
use super::super::fault::{Fault, Line};
use super::words;
use crate::diag::Severity;
use crate::model::{FarEnd, Text};
use crate::policy::probe::kafka;
use crate::report::probe::Stage;
use crate::settings::{Compression, Switch};
use crate::transport::kafka_socket::TopicLimits;

/// Bytes of a batch with one record besides key, value and headers, at least: 61 of the batch, 7 of the record (message
/// format 2). `max.message.bytes` holds for the batch.
const AROUND_A_RECORD: usize = 68;
/// What Event Hubs takes where it does not say so (Event Hubs quotas page, 1 MB).
const EVENT_HUBS: usize = 1_048_576;

/// Holds the limits of a topic against the manifest and `--message-size`.
pub fn judge(climb: &mut Climb<'_>, topic: &Text, flows: &[&str], limits: &TopicLimits) {
    let told = limits.message_bytes.or(limits.broker_message_bytes).and_then(|bytes| usize::try_from(bytes).ok());
    let Some(most) = told.or_else(|| is_event_hubs(climb).then_some(EVENT_HUBS)) else { return };
    let Some(settings) = &climb.subject().end.settings.kafka else { return };
    let name = words::quoted(&topic.value);
    let is_batched = settings.batching.mode.is_some_and(|mode| mode.value == Switch::Enabled);
    let batch = settings.batching.max_bytes.map(|bytes| bytes.value as usize).filter(|_| is_batched);
    let compressed = settings.compression.is_none_or(|set| set.value != Compression::None);
    let needed = climb.means().message_size.map(|size| size.saturating_add(AROUND_A_RECORD));
    if let (Some(size), Some(needed)) = (climb.means().message_size, needed.filter(|needed| *needed > most)) {
        let message =
            format!("messages of {size} bytes do not fit into topic {name}, which takes batches of {most} bytes");
        let fault = Fault::new(Stage::Limits, &kafka::KAFKA_MESSAGE_TOO_LARGE, Line::At(topic.place), message)
            .label(format!("takes {most} bytes"))
            .note(format!("a batch with one record has {AROUND_A_RECORD} bytes and more besides its payload"))
            .note(format!("dataflows that write there: {}", words::list(flows)))
            .help(format!("set `max.message.bytes` of the topic to more than {needed}"));
        climb.fault(if compressed {
            fault.severity(Severity::Warning).note("compression may make them fit: the limit holds for what is sent")
        } else {
            fault
        });
    }
    if let Some(batch) = batch.filter(|batch| *batch > most) {
        let message = format!("batches of up to {batch} bytes do not fit into topic {name}, which takes {most} bytes");
        climb.fault(
            Fault::new(Stage::Limits, &kafka::KAFKA_BATCH_TOO_LARGE, Line::Setting("batching.maxBytes"), message)
                .help(format!("write `maxBytes: {most}` or less, or set `max.message.bytes` of the topic to {batch}")),
        );
    }
}

/// Event Hubs has one codec, whatever a topic says (Kafka endpoint page).
pub fn codec(climb: &mut Climb<'_>) {
    let end = &climb.subject().end;
    let codec = end.settings.kafka.as_ref().and_then(|settings| settings.compression).map(|codec| codec.value);
    let Some(codec @ (Compression::Snappy | Compression::Lz4)) = codec else { return };
    if is_event_hubs(climb) && !climb.subject().uses.destinations.is_empty() {
        let message = format!("Event Hubs does not take `{}`, expected `Gzip` or `None`", codec.as_str());
        climb.fault(
            Fault::new(Stage::Limits, &kafka::KAFKA_COMPRESSION, Line::Setting("compression"), message)
                .help("write `compression: None`, or `Gzip` in the premium and dedicated tiers"),
        );
    }
}

fn is_event_hubs(climb: &Climb<'_>) -> bool {
    climb.subject().end.summary.far_end == FarEnd::EventHubs
}
