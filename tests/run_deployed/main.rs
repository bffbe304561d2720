//! `flowgate run --deployed` between a real mosquitto and a real Kafka, against a stand-in for the deployed dataflow that
//! is right, follows every reading that the documentation leaves open, and makes mistakes.

#![cfg(feature = "run")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

#[path = "../brokers/mod.rs"]
mod brokers;
#[path = "../common/mod.rs"]
mod common;
mod judged;
mod stand_in;

use judged::{Judged, Setup, judge};
use stand_in::{Fault, Manner};
use std::time::Duration;

/// Where a finding stands, and what it says there.
type Finding = (&'static str, &'static str);

const MQTT: Setup = Setup { to_kafka: false, attributes: "Propagate", copy: "Enabled", message: judged::EVENT };
const KAFKA: Setup = Setup { to_kafka: true, ..MQTT };

fn holds(setup: Setup, manner: Manner) -> Judged {
    let judged = judge(setup, Some(manner), "10");
    assert_eq!((judged.verdict.as_str(), judged.exit), ("as-predicted", 0), "{manner:?}: {judged:#?}");
    assert_eq!(judged.findings, [], "{manner:?}");
    judged
}

/// Judges a fault: the findings have these ids at lines with these texts, and one of them says `says`.
fn fails(setup: Setup, fault: Fault, verdict: &str, findings: &[Finding], says: &str) {
    let timeout = if verdict == "inconclusive" { "3" } else { "10" };
    let judged = judge(setup, Some(fault.into()), timeout);
    assert_eq!((judged.verdict.as_str(), judged.exit), (verdict, 1), "{fault:?}: {judged:#?}");
    let mut found: Vec<Finding> = Vec::new();
    for finding in &judged.findings {
        let place = findings.iter().find(|(id, line)| finding.id == *id && finding.line.contains(line));
        let place = *place.unwrap_or_else(|| panic!("{fault:?}: not expected: {finding:#?}"));
        if !found.contains(&place) {
            found.push(place);
        }
    }
    assert_eq!(found.len(), findings.len(), "{fault:?}: {judged:#?}");
    assert!(judged.findings.iter().any(|finding| finding.message.contains(says)), "{fault:?}: {judged:#?}");
}

const EVENTS: Finding = (DIFFERS, "cloudEventAttributes: ");
const COPY: Finding = (DIFFERS, "copyMqttProperties: Enabled");
const DESTINATION: Finding = (DIFFERS, "destinationSettings:");
const TOPIC: Finding = (DIFFERS, "dataDestination: ");
const UNKNOWN: Finding = ("run-inconclusive", "destinationSettings:");
const DIFFERS: &str = "run-not-as-predicted";

#[test]
fn one_that_is_right_holds() {
    for setup in [MQTT, KAFKA] {
        let judged = holds(setup, Manner::default());
        assert_eq!(judged.notes, [] as [&str; 0], "{judged:#?}");
        assert_eq!(judged.report["mode"], "deployed");
        // What it takes longer is taken off the Message Expiry Interval.
        holds(setup, Manner { hold: Duration::from_secs(2), ..Manner::default() });
    }
}

#[test]
fn every_mistake_on_the_way_to_mqtt_is_found() {
    let fails = |fault, findings: &[Finding], says| fails(MQTT, fault, "failed", findings, says);
    fails(Fault::DropsUserProperties, &[EVENTS, DESTINATION], "user property `note` is missing, expected `first`");
    fails(Fault::DropsRepeated, &[DESTINATION], "user property `note` is missing, expected `first`");
    fails(Fault::SwapsRepeated, &[DESTINATION], "expected `second` as number 2");
    fails(Fault::DropsContentType, &[DESTINATION], "Content Type is missing, expected `application/json`");
    fails(Fault::RestampsTime, &[EVENTS], "`time` is `2026-01-01T00:00:00Z`, expected `2018-04-05T17:31:00Z`");
    fails(Fault::KeepsExpiry, &[DESTINATION], "Message Expiry Interval is `3600`, expected `3596`");
    fails(Fault::OtherTopic, &[TOPIC], "-out/line-3`");
    fails(Fault::ChangesPayload, &[DESTINATION], "payload is `{\"TEMPERATURE\":21.5}`");
    fails(Fault::SendsTwice, &[DESTINATION], "the message came out 2 times, expected once");
}

#[test]
fn every_mistake_on_the_way_to_kafka_is_found() {
    let fails = |fault, findings: &[Finding], says| fails(KAFKA, fault, "failed", findings, says);
    fails(Fault::DropsUserProperties, &[EVENTS, COPY], "header `note` is missing, expected `first`");
    fails(Fault::DropsRepeated, &[COPY], "header `note` is missing, expected `first`");
    fails(Fault::SwapsRepeated, &[COPY], "expected `second` as number 2");
    fails(Fault::DropsContentType, &[EVENTS, COPY], "header `Content Type` is missing, expected `application/json`");
    fails(Fault::RestampsTime, &[EVENTS], "`ce-time` is `2026-01-01T00:00:00Z`, expected `2018-04-05T17:31:00Z`");
    fails(Fault::KeepsExpiry, &[COPY], "header `Message Expiry Interval` is `3600`, expected `3596`");
    fails(Fault::OtherPrefix, &[EVENTS, DESTINATION], "header `cex-id` is there with `7`, expected nothing");
    fails(Fault::ChangesPayload, &[DESTINATION], "payload is `{\"TEMPERATURE\":21.5}`");
    fails(Fault::SendsTwice, &[DESTINATION], "the message came out 2 times, expected once");
}

#[test]
fn what_cannot_be_told_is_no_pass() {
    let nothing = "nothing came out at the destination within 3.0 s";
    for setup in [MQTT, KAFKA] {
        fails(setup, Fault::SendsNothing, "inconclusive", &[UNKNOWN], nothing);
        let strange = Fault::ChangesPayloadAndDropsUserProperties;
        fails(setup, strange, "inconclusive", &[UNKNOWN], "another message came out");
        let judged = judge(setup, None, "1");
        assert_eq!((judged.verdict.as_str(), judged.exit, judged.findings.len()), ("inconclusive", 1, 1));
        assert!(judged.findings[0].line.ends_with("/+/telemetry"), "{judged:#?}");
        assert!(judged.findings[0].message.contains("nobody is subscribed"), "{judged:#?}");
    }
    // Only topics of the manifest are read in Kafka.
    fails(KAFKA, Fault::OtherTopic, "inconclusive", &[UNKNOWN], nothing);
}

/// Holds a manner in which the documentation can be read, and that the setting behind it is told.
fn follows(setup: Setup, manner: Manner, settings: &[&str]) {
    let judged = holds(setup, manner);
    let told: Vec<&str> = judged
        .notes
        .iter()
        .map(|note| {
            let rest = note.strip_prefix("the deployed dataflow follows setting ").unwrap();
            rest.strip_suffix(", which no page settles").unwrap()
        })
        .collect();
    assert_eq!(told, settings, "{manner:?}");
}

#[test]
fn every_reading_of_the_documentation_is_accepted_and_told() {
    let right = Manner::default();
    let (prefix, bare) = ("`cloud-events-prefix` = `ce_`", "`unprefixed-copy` = `keep`");
    follows(KAFKA, Manner { prefix: "ce_", ..right }, &[prefix]);
    follows(KAFKA, Manner { keeps_bare: true, ..right }, &[bare]);
    follows(KAFKA, Manner { prefix: "ce_", keeps_bare: true, ..right }, &[prefix, bare]);
    let plain = Setup { message: "payload: x\ncontent-type: text/plain\n", ..KAFKA };
    follows(plain, Manner { indicator_zero: true, ..right }, &["`payload-format-absent` = `zero`"]);
    let disabled = Setup { copy: "Disabled", ..KAFKA };
    follows(disabled, right, &[]);
    follows(disabled, Manner { bare_headers: false, ..right }, &["`copy-disabled-headers` = `remove`"]);
    for setup in [MQTT, KAFKA] {
        let creates = Setup { attributes: "CreateOrRemap", ..setup };
        follows(creates, right, &[]);
        follows(creates, Manner { fills: true, ..right }, &["`create-or-remap-optional` = `fill`"]);
        let creates = Setup { message: plain.message, ..creates };
        follows(creates, right, &[]);
        follows(creates, Manner { target: "carry", ..right }, &["`source-name` = `dataflow`"]);
        let judged = judge(creates, Some(Manner { target: "nobody", ..right }), "10");
        assert_eq!((judged.verdict.as_str(), judged.exit), ("failed", 1), "{judged:#?}");
        assert!(judged.findings[0].message.contains("is `aio://nobody`, expected `aio://there`"), "{judged:#?}");
    }
}
