//! The cases in `testdata/flows` through the translation alone, and that every documented vector is among them.
//!
//! What they expect was worked out from the documentation by hand, or comes from evalexpr (the expressions), never from
//! the translation.

#![cfg(feature = "translate")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod coverage;
mod folder;

use flowgate::model::EndpointType;
use flowgate::rules::{Linter, Options};
use flowgate::source::{Encoding, Sources, Text};
use folder::{Folder, folders};
use std::collections::BTreeMap;
use std::fmt::Write as _;

#[test]
fn every_case_holds() {
    let mut report = String::new();
    let mut count = 0;
    for folder in folders() {
        for case in &folder.cases {
            count += 1;
            let wrong = folder.try_case(case, &case.settings);
            if !wrong.is_empty() {
                writeln!(report, "{}: {}\n    {}", folder.name(), case.name.value, wrong.join("\n    ")).unwrap();
            }
        }
    }
    assert!(report.is_empty(), "of {count} cases these do not hold:\n{report}");
}

#[test]
fn the_manifests_are_clean() {
    let mut report = String::new();
    for folder in folders() {
        let mut sources = Sources::default();
        let text = Text { content: folder.manifests.clone(), encoding: Encoding::Utf8 };
        let file = sources.add_text("flow.yaml", text);
        let mut linter = Linter::new(Options::default());
        let mut found = Vec::new();
        linter.file(file, &folder.manifests, true, |checked| found.extend(checked.findings));
        linter.finish(|finding| found.push(finding));
        for finding in found.iter().filter(|finding| is_wrong(&folder, finding)) {
            let line = folder::line(&folder.manifests, finding.place.span.start);
            writeln!(report, "{}/flow.yaml:{line}: {}", folder.name(), finding.message).unwrap();
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// The Kafka page has a field that no schema has, and the cases are about the page.
fn is_wrong(folder: &Folder, finding: &flowgate::diag::Diagnostic) -> bool {
    let known = folder.name() == "partitions" && finding.message.contains("`partitionKeyProperty`");
    finding.severity > flowgate::diag::Severity::Info && !known
}

/// A Kafka topic has letters, digits, `.`, `_` and `-`, at most 249 (`org.apache.kafka.common.internals.Topic`).
#[test]
fn kafka_takes_the_topics() {
    for folder in folders() {
        for flow in folder.flows.values() {
            let from = flow.source.topics.iter().map(|topic| (topic, &flow.source.endpoint));
            let to = flow.destination.topic.iter().map(|topic| (topic, &flow.destination.endpoint));
            for (topic, endpoint) in from.chain(to) {
                if folder.end(endpoint.as_ref()).kind == Some(EndpointType::Kafka) {
                    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
                    assert!(topic.value.len() <= 249 && topic.value.bytes().all(legal), "{}", topic.value);
                }
            }
        }
    }
}

/// They run side by side between the same two brokers.
#[test]
fn no_two_folders_share_a_topic() {
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for folder in folders() {
        for flow in folder.flows.values() {
            let destination = flow.destination.topic.as_ref().unwrap();
            for topic in flow.source.topics.iter().chain([destination]) {
                let owner = owners.entry(topic.value.to_string()).or_insert_with(|| folder.name());
                assert_eq!(*owner, folder.name(), "both have `{}`", topic.value);
            }
        }
    }
}
