//! Key and partition of a Kafka record, by `partitionStrategy` (Kafka endpoint page).

use super::{Job, decimal};
use crate::message::Publish;
use crate::translate::choices::table;
use crate::translate::draft::By;
use crate::translate::plan::{KafkaTarget, Partitioning};
use crate::translate::rulebook;
use crate::translate::trace::Property;

/// Key and partition of the record that `publish` becomes, both noted in the trace.
pub(super) fn assign(job: &mut Job<'_, '_>, target: &KafkaTarget, publish: &Publish) -> (Option<Vec<u8>>, Option<i32>) {
    let strategy = &target.partitioning;
    let answers = &job.plan.answers;
    match &strategy.value {
        Partitioning::Any => (None, None),
        Partitioning::Static => {
            let partition = (!answers.static_any).then_some(0);
            if let (Some(partition), true) = (partition, job.trace.is_recording()) {
                let by = By::line(&rulebook::PARTITION_STATIC, &strategy.cause).choice(true, &table::STATIC_PARTITION);
                let note = "which partition it is depends on the instance id, which only the cluster knows".to_owned();
                job.made((Property::Partition, decimal(partition)), by, Some(note));
            }
            (None, partition)
        }
        Partitioning::Topic => {
            let key = publish.topic.clone().into_bytes();
            if job.trace.is_recording() {
                let by = By::line(&rulebook::PARTITION_TOPIC, &strategy.cause);
                job.made((Property::Key, key.clone()), by, None);
            }
            (Some(key), None)
        }
        Partitioning::Property(name) => {
            let found = publish.user_property(name).map(|value| value.as_bytes().to_vec());
            let missing = found.is_none();
            let key = found.or_else(|| answers.empty_key.then(Vec::new));
            if let (Some(key), true) = (&key, job.trace.is_recording()) {
                let by = By::line(&rulebook::PARTITION_PROPERTY, &strategy.cause)
                    .choice(missing, &table::PARTITION_KEY_MISSING);
                let note = match missing {
                    true => format!("the message has no user property `{name}`"),
                    false => format!("the value of user property `{name}`"),
                };
                job.made((Property::Key, key.clone()), by, Some(note));
            }
            (key, None)
        }
    }
}
