//! A topic that a source reads, with as many levels as the destination asks for.

use crate::run::Wire;
use crate::settings::Flow;

/// Words for levels that a wildcard leaves open.
const WORDS: [&str; 6] = ["site-1", "line-3", "cell-7", "robot-2", "axis-4", "sensor-9"];

/// A topic that the first of `dataSources` matches. `#` becomes as many levels as `${inputTopic.n}` in the destination
/// needs, at least one; of a shared subscription the filter counts (MQTT 5, 4.8.2).
pub fn topic(flow: &Flow, wire: Wire) -> String {
    let filter = flow.source.topics.first().map(|topic| topic.value.as_ref()).unwrap_or_default();
    if wire == Wire::Kafka {
        return filter.to_owned();
    }
    let wanted = flow.destination.topic.as_ref().map_or(0, |topic| deepest(&topic.value));
    let filter =
        filter.strip_prefix("$share/").and_then(|rest| rest.split_once('/')).map_or(filter, |(_, filter)| filter);
    let mut words = WORDS.into_iter().cycle();
    let mut levels: Vec<&str> = Vec::new();
    for level in filter.split('/') {
        match level {
            "+" => levels.extend(words.next()),
            "#" => {
                let counted = levels.iter().filter(|level| !level.is_empty()).count();
                let more = wanted.saturating_sub(counted).clamp(1, WORDS.len());
                levels.extend(words.by_ref().take(more));
            }
            level => levels.push(level),
        }
    }
    levels.join("/")
}

/// The highest `n` of `${inputTopic.n}` in `template`.
fn deepest(template: &str) -> usize {
    let numbers = template.split("${inputTopic.").skip(1).filter_map(|rest| rest.split_once('}')?.0.parse().ok());
    numbers.max().unwrap_or_default()
}
