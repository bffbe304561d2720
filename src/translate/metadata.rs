//! What map rules write to the properties of a message (data flow expressions page).

use super::choices::table;
use super::draft::{By, Draft, Entry, Protocol};
use super::plan::Answers;
use super::rulebook;
use super::transform::{Metadata, MetadataWrite};

/// Applies `writes`, in order. The topic is not among what they can change.
pub(super) fn apply(answers: &Answers, writes: Vec<MetadataWrite>, draft: &mut Draft<'_>) {
    let mut written: Vec<String> = Vec::new();
    for MetadataWrite { target, value, cause } in writes {
        let by = || By::line(&rulebook::METADATA, &cause);
        let (name, native) = match target {
            Metadata::Topic => continue,
            Metadata::ContentType => {
                draft.set_content_type(value.as_deref(), by);
                continue;
            }
            Metadata::UserProperty(name) => (name, Protocol::Mqtt),
            Metadata::Header(name) => (name, Protocol::Kafka),
        };
        let foreign = native != draft.to;
        if foreign && !answers.foreign_converts {
            continue;
        }
        let is = |entry: &Entry| !entry.built_in && entry.name == name;
        let there = draft.entries.iter().any(is);
        let again = written.contains(&name);
        let by = || by().choice(foreign, &table::FOREIGN_METADATA);
        let by_choice = || match foreign {
            true => by(),
            false => by().choice(there && !again, &table::METADATA_EXISTS),
        };
        match value {
            None => draft.remove(is, by),
            Some(value) if again || answers.mapped_appends => {
                draft.make(name.clone(), value, by_choice);
            }
            Some(value) => draft.replace(&name, value, is, by_choice),
        }
        written.push(name);
    }
}
