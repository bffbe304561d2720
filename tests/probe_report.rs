//! What people and machines read of a probe: pictures of the human formats, lines of the concise one, the JSON held to its
//! schema, and the words about each stage.
#![cfg(feature = "probe")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use clap::CommandFactory;
use common::valid_probe;
use flowgate::diag::{Diagnostic, Entry, FileId, Place, Severity, Span};
use flowgate::exit::Exit;
use flowgate::policy::probe::{kafka, login, mqtt, tls};
use flowgate::report::Style;
use flowgate::report::probe::{
    Branch, Detail, Fact, Found, Ladder, Outcome, ProbeFormat, ProbeReport, Rung, Stage, Verdict, doc, line, write,
};
use flowgate::source::{Sources, Text};
use serde_json::Value;
use std::time::Duration;

const ENDPOINTS: &str = "\
kind: DataflowEndpoint
metadata: {name: line-3}
spec:
  mqttSettings:
    host: broker.plant.example:8883
    tls:
      trustedCaCertificateConfigMapRef: plant-ca
    authentication: {method: X509Certificate}
---
kind: DataflowEndpoint
metadata: {name: hub}
spec:
  kafkaSettings:
    host: kafka.plant.example:9093
    authentication: {method: Sasl}
";
const DRAWN: Style = Style { color: false, graphics: true, width: 110 };
const NARROW: Style = Style { width: 60, ..DRAWN };
const NARRATED: Style = Style { graphics: false, ..DRAWN };

fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.add_text("endpoints.yaml", Text::decode(ENDPOINTS.as_bytes().to_vec()).unwrap());
    sources
}

fn at(needle: &str) -> Place {
    let start = ENDPOINTS.find(needle).unwrap();
    Place::new(FileId(0), Span::new(start, start + needle.len()))
}

fn fact(name: &'static str, value: &str) -> Fact {
    Fact { name, value: value.to_owned(), detail: false }
}

fn detail(name: &'static str, value: &str) -> Fact {
    Fact { detail: true, ..fact(name, value) }
}

fn rung(stage: Stage, outcome: Outcome, micros: u64, summary: &str) -> Rung {
    let took = (micros > 0).then(|| Duration::from_micros(micros));
    Rung { stage, outcome, took, summary: summary.to_owned(), facts: Vec::new(), branches: Vec::new() }
}

fn passed(stage: Stage, micros: u64, summary: &str) -> Rung {
    rung(stage, Outcome::Passed, micros, summary)
}

/// A finding of `entry` at `needle`.
fn found(stage: Stage, entry: &'static Entry, needle: &str, message: &str) -> Found {
    Found { stage, diagnostic: Diagnostic::new(entry, at(needle), message) }
}

/// The stages from `from` on, which nobody came to.
fn not_reached(from: Stage) -> impl Iterator<Item = Rung> {
    Stage::ALL.into_iter().filter(move |stage| *stage >= from).map(|stage| rung(stage, Outcome::NotTested, 0, ""))
}

fn mqtt() -> Ladder {
    let mut dns = passed(Stage::Dns, 6_200, "192.168.7.20 (private)");
    dns.facts = vec![detail("address", "192.168.7.20"), detail("resolver", "192.168.7.1:53")];
    let mut tls = passed(Stage::Tls, 4_100, "1.3, name ok, ends in 143 days, trusted by ConfigMap `plant-ca`");
    tls.facts = vec![
        fact("client-certificate", "asked for, of any issuer"),
        detail("chain", "CN=broker.plant.example, issued by CN=Plant CA, until 2026-04-12"),
        detail("chain", "CN=Plant CA, issued by itself, until 2031-01-01"),
        detail("cipher", "TLS13_AES_256_GCM_SHA384"),
    ];
    let mut limits = passed(Stage::Limits, 0, "QoS 1, packets up to 512 KiB");
    limits.facts =
        vec![fact("maximum-qos", "1"), fact("maximum-packet-size", "524288"), detail("topic-alias-maximum", "10")];
    let mut permission = passed(Stage::Permission, 1_300, "subscribing to 2 filters is allowed");
    permission.facts = vec![
        fact("subscribed", "line-3/+/telemetry"),
        fact("subscribed", "line-3/alarms"),
        Fact::not_tested("publish to `line-3/commands` (--write)"),
    ];
    Ladder {
        endpoint: "line-3".to_owned(),
        place: at("line-3"),
        protocol: "MQTT",
        address: Some("broker.plant.example:8883".to_owned()),
        detour: Some("127.0.0.1:31883".to_owned()),
        identity: Some("client certificate `CN=line-3`".to_owned()),
        rungs: vec![
            dns,
            passed(Stage::Tcp, 440, "direct (HTTPS_PROXY is set and was not used)"),
            tls,
            passed(Stage::Protocol, 900, "MQTT 5"),
            passed(Stage::Login, 2_000, "taken"),
            limits,
            rung(Stage::Listeners, Outcome::None, 0, ""),
            permission,
        ],
        verdict: Verdict::Passed,
        findings: Vec::new(),
        health: Vec::new(),
        notes: Vec::new(),
        took: Duration::from_micros(14_940),
    }
}

fn failed_at_tls() -> Ladder {
    let message = "the certificate of `broker.plant.example` is issued by `CN=Plant CA 2`, which neither the public \
                   roots nor ConfigMap `plant-ca` hold";
    let mut finding = found(Stage::Tls, &tls::TLS_UNKNOWN_CA, "plant-ca", message);
    finding.diagnostic.label = Some("expected a ConfigMap with `CN=Plant CA 2`".to_owned());
    finding.diagnostic.help = Some("add the certificate of `CN=Plant CA 2` to the ConfigMap".to_owned());
    let mut rungs = mqtt().rungs;
    rungs.truncate(2);
    rungs.push(rung(Stage::Tls, Outcome::Failed, 3_900, message));
    rungs.extend(not_reached(Stage::Protocol));
    Ladder {
        detour: None,
        rungs,
        verdict: Verdict::Failed,
        findings: vec![finding],
        health: vec!["DataflowMqttSourceConnectionFailed", "DataflowMqttTargetConnectionFailed"],
        notes: vec!["no dataflow of the files uses it".to_owned()],
        ..mqtt()
    }
}

/// Three brokers, one of which advertises a listener that takes no connection.
fn kafka() -> Ladder {
    let broker =
        |id: u32, rungs: Vec<Rung>| Branch { name: format!("broker {id} at kafka-{id}.plant.example:9093"), rungs };
    let way = |last: Rung| {
        vec![passed(Stage::Dns, 900, "10.0.0.7"), passed(Stage::Tcp, 300, ""), passed(Stage::Tls, 2_000, "1.3"), last]
    };
    let mut listeners = rung(Stage::Listeners, Outcome::Failed, 5_000, "2 of 3 brokers can be reached");
    let refused = "nothing listens at 10.0.0.8:9093";
    listeners.branches = vec![
        broker(1, way(passed(Stage::Login, 1_000, "taken"))),
        broker(
            2,
            vec![passed(Stage::Dns, 800, "10.0.0.8"), rung(Stage::Tcp, Outcome::Failed, 200, refused)]
                .into_iter()
                .chain([rung(Stage::Tls, Outcome::NotTested, 0, ""), rung(Stage::Login, Outcome::NotTested, 0, "")])
                .collect(),
        ),
        broker(3, way(rung(Stage::Login, Outcome::NotTested, 0, ""))),
    ];
    let message = "broker 2 advertises `kafka-2.plant.example:9093`, where nothing listens";
    let mut finding = found(Stage::Listeners, &kafka::KAFKA_LISTENER_REFUSED, "kafka.plant.example:9093", message);
    finding.diagnostic.help = Some("correct `advertised.listeners` of broker 2".to_owned());
    Ladder {
        endpoint: "hub".to_owned(),
        place: at("hub"),
        protocol: "Kafka",
        address: Some("kafka.plant.example:9093".to_owned()),
        detour: None,
        identity: Some("SASL user of Secret `hub`".to_owned()),
        rungs: vec![
            passed(Stage::Dns, 1_100, "10.0.0.6 (private)"),
            passed(Stage::Tcp, 310, "direct"),
            passed(Stage::Tls, 2_400, "1.3, name ok, ends in 40 days"),
            passed(Stage::Protocol, 700, "Kafka, mechanisms PLAIN, SCRAM-SHA-512"),
            passed(Stage::Login, 1_204_000, "taken by SCRAM-SHA-512"),
            rung(Stage::Limits, Outcome::Inconclusive, 800, "the topic may not be described"),
            listeners,
            rung(Stage::Permission, Outcome::NotTested, 0, "write to `telemetry` (--write)"),
        ],
        verdict: Verdict::Failed,
        findings: vec![finding],
        health: vec!["DataflowKafkaTargetConnectionFailed"],
        notes: Vec::new(),
        took: Duration::from_micros(1_210_000),
    }
}

fn inconclusive() -> Ladder {
    let message = "no token of the managed identity can be had from here";
    let mut rungs = mqtt().rungs;
    rungs.truncate(4);
    rungs.push(rung(Stage::Login, Outcome::Inconclusive, 0, message));
    rungs.extend(not_reached(Stage::Limits));
    let mut finding = found(Stage::Login, &login::CREDENTIAL_MISSING, "X509Certificate", message);
    finding.diagnostic.help = Some("run it where the identity is: `--ask managed-identity`".to_owned());
    Ladder {
        endpoint: "cloud".to_owned(),
        identity: None,
        detour: None,
        rungs,
        verdict: Verdict::Inconclusive,
        findings: vec![finding],
        ..mqtt()
    }
}

fn warned() -> Ladder {
    let message = "the certificate of `broker.plant.example` ends in 12 days, on 2026-01-03";
    let mut ladder = mqtt();
    ladder.rungs[2].outcome = Outcome::Warned;
    ladder.rungs[2].summary = "1.3, name ok, ends in 12 days".to_owned();
    ladder.verdict = Verdict::Warned;
    ladder.findings = vec![
        found(Stage::Tls, &tls::CERTIFICATE_ENDS_SOON, "broker.plant.example", message),
        found(Stage::Login, &mqtt::MQTT_METHOD_NOT_REPEATED, "X509Certificate", "a reminder"),
    ];
    ladder
}

fn nothing_to_test() -> Ladder {
    Ladder {
        endpoint: "buffer".to_owned(),
        protocol: "nothing to probe",
        address: None,
        detour: None,
        identity: None,
        rungs: not_reached(Stage::Dns).collect(),
        verdict: Verdict::NotTested,
        notes: vec!["a volume of the cluster has nothing that could be connected to".to_owned()],
        took: Duration::ZERO,
        ..mqtt()
    }
}

fn report<'a>(ladders: &'a [Ladder], sources: &'a Sources) -> ProbeReport<'a> {
    let took = Duration::from_millis(41);
    ProbeReport { ladders, notes: &[], findings: &[], level: Severity::Warning, sources, took }
}

fn told(ladders: &[Ladder], format: ProbeFormat, detail: Detail, style: Style) -> String {
    let sources = sources();
    let mut out = Vec::new();
    write(&report(ladders, &sources), format, detail, &style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn human(ladders: &[Ladder], detail: Detail, style: Style) -> String {
    told(ladders, ProbeFormat::Human, detail, style)
}

/// One of everything.
fn all() -> Vec<Ladder> {
    vec![mqtt(), failed_at_tls(), kafka(), inconclusive(), warned(), nothing_to_test()]
}

#[test]
fn all_passed_drawn() {
    insta::assert_snapshot!(human(&[mqtt(), nothing_to_test()], Detail::Ladders, DRAWN));
}

#[test]
fn all_passed_verbose_drawn() {
    insta::assert_snapshot!(human(&[mqtt()], Detail::Everything, DRAWN));
}

#[test]
fn failed_at_tls_drawn() {
    insta::assert_snapshot!(human(&[failed_at_tls()], Detail::Ladders, DRAWN));
}

#[test]
fn failed_at_tls_narrow() {
    insta::assert_snapshot!(human(&[failed_at_tls()], Detail::Ladders, NARROW));
}

#[test]
fn a_listener_of_three_refused_drawn() {
    insta::assert_snapshot!(human(&[kafka()], Detail::Ladders, DRAWN));
}

#[test]
fn a_listener_of_three_refused_verbose_narrow() {
    insta::assert_snapshot!(human(&[kafka()], Detail::Everything, NARROW));
}

#[test]
fn inconclusive_and_warned_drawn() {
    insta::assert_snapshot!(human(&[inconclusive(), warned()], Detail::Ladders, DRAWN));
}

#[test]
fn one_of_everything_narrated() {
    insta::assert_snapshot!(human(&all(), Detail::Ladders, NARRATED));
}

#[test]
fn a_listener_of_three_refused_verbose_narrated() {
    insta::assert_snapshot!(human(&[kafka()], Detail::Everything, NARRATED));
}

#[test]
fn one_of_everything_concise() {
    insta::assert_snapshot!(told(&all(), ProbeFormat::Concise, Detail::Ladders, DRAWN));
}

#[test]
fn lines_fit_the_width() {
    for width in [40, 60, 80, 110] {
        for detail in [Detail::Ladders, Detail::Everything] {
            let text = human(&all(), detail, Style { width, ..DRAWN });
            // Codes and commands are copied, so they stay whole.
            let whole = |line: &&str| {
                line.trim().contains(' ') && !line.contains("flowgate explain") && !line.contains("Dataflow")
            };
            for line in text.lines().filter(whole) {
                assert!(line.chars().count() <= width, "{width}: {line}\n{text}");
            }
        }
    }
}

/// `text` without the sequences that colour it.
fn bare(text: &str) -> String {
    let mut bare = String::new();
    let mut escape = false;
    for c in text.chars() {
        match c {
            '\u{1b}' => escape = true,
            'm' if escape => escape = false,
            _ if escape => {}
            c => bare.push(c),
        }
    }
    bare
}

#[test]
fn nothing_rests_on_colour() {
    for (format, red) in
        [(ProbeFormat::Human, "\u{1b}[1;31mFAIL\u{1b}[0m"), (ProbeFormat::Concise, "\u{1b}[1;31mfailed\u{1b}[0m")]
    {
        let plain = told(&all(), format, Detail::Everything, DRAWN);
        let coloured = told(&all(), format, Detail::Everything, Style { color: true, ..DRAWN });
        assert!(!plain.contains('\u{1b}'), "{plain}");
        assert!(coloured.contains(red), "{coloured}");
        assert_eq!(bare(&coloured), plain);
    }
}

#[test]
fn findings_alone_can_be_had_and_those_below_the_level_are_left_out() {
    for format in [ProbeFormat::Human, ProbeFormat::Concise] {
        for style in [DRAWN, NARRATED] {
            let text = told(&all(), format, Detail::Findings, style);
            assert_eq!(text.matches("error[tls-unknown-ca]").count(), 1, "{text}");
            assert!(!text.contains("DataflowMqtt") && !text.contains("endpoint line-3"), "{text}");
            assert!(!text.contains("a reminder"), "{text}");
            let text = told(&[mqtt()], format, Detail::Findings, style);
            assert_eq!(text, "");
        }
    }
    let text = told(&[warned()], ProbeFormat::Json, Detail::Findings, DRAWN);
    assert!(!text.contains("a reminder") && text.contains("\"stages\":[{"), "{text}");
    let sources = sources();
    let ladders = [warned()];
    let report = ProbeReport { level: Severity::Info, ..report(&ladders, &sources) };
    let mut out = Vec::new();
    write(&report, ProbeFormat::Concise, Detail::Ladders, &DRAWN, &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("info[mqtt-method-not-repeated]: a reminder"));
}

#[test]
fn a_message_is_told_in_full_once() {
    let text = human(&[failed_at_tls()], Detail::Ladders, Style { width: 400, ..DRAWN });
    assert_eq!(text.matches("which neither the public roots").count(), 1, "{text}");
    // Unless it is not among what is shown.
    let sources = sources();
    let ladders = [inconclusive()];
    let report = ProbeReport { level: Severity::Error, ..report(&ladders, &sources) };
    let mut out = Vec::new();
    write(&report, ProbeFormat::Human, Detail::Ladders, &DRAWN, &mut out).unwrap();
    assert!(
        String::from_utf8(out).unwrap().contains("not told  no token of the managed identity can be had from here")
    );
}

#[test]
fn the_last_line_counts_and_says_what_was_not_tested() {
    let sources = sources();
    let of = |ladders: &[Ladder]| line(&report(ladders, &sources));
    assert_eq!(of(&[]), "no endpoint was probed");
    assert_eq!(of(&[mqtt()]), "1 endpoint: passed in 41 ms; not tested: part of permission");
    assert_eq!(of(&[failed_at_tls()]), "1 endpoint: failed in 41 ms");
    assert_eq!(
        of(&all()),
        "6 endpoints: 2 failed, 1 inconclusive, 1 passed with warnings, 1 passed, 1 not tested in 41 ms; \
         not tested: part of permission (2 endpoints)"
    );
    let mut whole = mqtt();
    whole.rungs[7] = rung(Stage::Permission, Outcome::NotTested, 0, "no dataflow of the files uses it");
    let mut kafka = kafka();
    kafka.verdict = Verdict::Passed;
    assert_eq!(
        of(&[whole, kafka, mqtt()]),
        "3 endpoints: 3 passed in 41 ms; not tested: part of listeners (1 endpoint), permission (2 endpoints), \
         part of permission (1 endpoint)"
    );
}

/// A ladder whose every text is as bad as a server or a manifest can make it.
fn hostile() -> Ladder {
    let bad =
        "\u{1b}[2J\u{9b}31m\u{202e}\u{7}\r\n\tpassword: hunter22 AccountKey=c2VudGluZWwtc2VudGluZWwtc2VudGluZWw=;x";
    let mut ladder = kafka();
    for text in [&mut ladder.endpoint, ladder.address.as_mut().unwrap(), ladder.identity.as_mut().unwrap()] {
        text.push_str(bad);
    }
    ladder.detour = Some(bad.to_owned());
    ladder.notes = vec![bad.to_owned(), format!("{bad}{}", "x".repeat(100_000))];
    for rung in &mut ladder.rungs {
        rung.summary.push_str(bad);
        rung.facts = vec![fact("server", bad), detail("server", bad), fact("reason-string", &"y".repeat(100_000))];
    }
    for branch in &mut ladder.rungs[6].branches {
        branch.name.push_str(bad);
        branch.rungs.iter_mut().for_each(|rung| rung.summary.push_str(bad));
    }
    ladder.findings[0].diagnostic.message = ladder.rungs[6].summary.clone();
    ladder.findings[0].diagnostic.notes = vec![bad.to_owned()];
    ladder
}

#[test]
fn no_format_lets_a_text_steer_the_terminal_or_tell_a_secret() {
    let sources = sources();
    let ladders = [hostile()];
    let notes = [hostile().notes[0].clone()];
    let report = ProbeReport {
        notes: &notes,
        findings: &[hostile().findings[0].diagnostic.clone()],
        ..report(&ladders, &sources)
    };
    for format in [ProbeFormat::Human, ProbeFormat::Concise, ProbeFormat::Json] {
        for style in [DRAWN, NARROW, NARRATED] {
            for detail in [Detail::Findings, Detail::Ladders, Detail::Everything] {
                let mut out = Vec::new();
                write(&report, format, detail, &style, &mut out).unwrap();
                let text = String::from_utf8(out).unwrap();
                let context = format!("{format:?} {style:?} {detail:?}\n{text:.3000}");
                assert!(!text.contains("hunter22") && !text.contains("c2VudGluZWw"), "{context}");
                assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{7}', '\r']), "{context}");
                if format == ProbeFormat::Json {
                    valid_probe(&serde_json::from_str(&text).unwrap());
                } else {
                    assert!(!text.contains('\u{202e}') && text.len() < 80_000, "{} bytes {context}", text.len());
                }
            }
        }
    }
}

#[test]
fn json_is_what_its_schema_says() {
    let text = told(&all(), ProbeFormat::Json, Detail::Ladders, DRAWN);
    let report: Value = serde_json::from_str(&text).unwrap();
    valid_probe(&report);
    let endpoints = &report["endpoints"];
    assert_eq!(endpoints[0]["name"], "line-3");
    assert_eq!(endpoints[0]["place"]["span"]["start"]["line"], 2);
    assert_eq!(endpoints[0]["detour"], "127.0.0.1:31883");
    assert_eq!(endpoints[0]["stages"][1]["milliseconds"], 0.44);
    assert_eq!(endpoints[0]["stages"][2]["facts"]["chain"].as_array().unwrap().len(), 2);
    assert_eq!(endpoints[0]["stages"][6]["outcome"], "none");
    assert_eq!(endpoints[0]["failed_stage"], Value::Null);
    let finding = &endpoints[1]["findings"][0];
    assert_eq!((finding["stage"].as_str(), finding["id"].as_str()), (Some("tls"), Some("tls-unknown-ca")));
    assert_eq!(finding["span"]["start"]["line"], 7);
    assert_eq!(endpoints[1]["failed_stage"], "tls");
    assert_eq!(endpoints[1]["stages"][2]["summary"], finding["message"]);
    assert_eq!(endpoints[1]["health"][0], "DataflowMqttSourceConnectionFailed");
    assert_eq!(endpoints[2]["stages"][6]["parts"][1]["stages"][1]["outcome"], "failed");
    assert_eq!(endpoints[5]["verdict"], "not-tested");
    let summary = ["endpoints", "passed", "warned", "failed", "inconclusive", "not_tested"];
    assert_eq!(summary.map(|key| report["summary"][key].as_u64().unwrap()), [6, 1, 1, 2, 1, 1]);
    assert_eq!(report["summary"]["milliseconds"], 41.0);
}

#[test]
fn the_schema_wants_every_property_and_no_other() {
    let text = told(&all(), ProbeFormat::Json, Detail::Ladders, DRAWN);
    let report: Value = serde_json::from_str(&text).unwrap();
    let validator = common::probe_validator();
    let mut objects = Vec::new();
    objects_of(&report, String::new(), &mut objects);
    for (pointer, keys) in objects {
        let mut changed = report.clone();
        changed.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().insert("Odd".to_owned(), Value::Null);
        assert!(!validator.is_valid(&changed), "{pointer}: one more is taken");
        for key in keys {
            let mut changed = report.clone();
            changed.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(&key).unwrap();
            assert!(!validator.is_valid(&changed), "{pointer}: `{key}` may be absent");
        }
    }
}

/// Where the objects of `value` are, with their keys; one of each list, and no facts, whose names are free.
fn objects_of(value: &Value, pointer: String, found: &mut Vec<(String, Vec<String>)>) {
    match value {
        Value::Object(_) if pointer.ends_with("/facts") => {}
        Value::Object(members) => {
            found.push((pointer.clone(), members.keys().cloned().collect()));
            members.iter().for_each(|(key, member)| objects_of(member, format!("{pointer}/{key}"), found));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate().filter(|(index, _)| pointer == "/endpoints" || *index == 0);
            items.for_each(|(index, item)| objects_of(item, format!("{pointer}/{index}"), found));
        }
        _ => {}
    }
}

#[test]
fn every_stage_is_explained() {
    for stage in Stage::ALL {
        let run = common::run(&["probe", "--explain-stage", stage.as_str()], b"");
        assert_eq!(run.exit, Exit::Clean, "{}", run.stderr);
        assert!(run.stdout.starts_with(&format!("{stage}\n\nStage ")), "{}", run.stdout);
        assert!(run.stdout.contains("\n## What it does not prove\n"), "{}", run.stdout);
    }
    let tls = common::run(&["probe", "--explain-stage", "tls"], b"").stdout;
    assert!(tls.lines().any(|line| line.starts_with("- tls-unknown-ca ")), "{tls}");
}

#[test]
fn flags_that_stages_name_exist() {
    let mut command = flowgate::cli::Cli::command();
    command.build();
    let probe = command.find_subcommand("probe").unwrap();
    let known: Vec<&str> = probe.get_arguments().filter_map(|argument| argument.get_long()).collect();
    for stage in Stage::ALL {
        let named =
            doc(stage).split("--").skip(1).map(|rest| rest.split(|c: char| c != '-' && !c.is_ascii_lowercase()));
        let named: Vec<&str> = named.filter_map(|mut parts| parts.next()).filter(|name| !name.is_empty()).collect();
        assert!(!named.is_empty(), "{stage}");
        for name in named {
            assert!(known.contains(&name), "{stage} names `--{name}`, which `flowgate probe` does not have");
        }
    }
}

#[test]
fn a_real_probe_is_told_in_every_format() {
    // A port that was free a moment ago, and that nothing listens at.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let manifest = format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1\nkind: DataflowEndpoint\nmetadata: {{name: line-3}}\n\
         spec:\n  endpointType: Mqtt\n  mqttSettings:\n    host: 127.0.0.1:{port}\n    tls: {{mode: Disabled}}\n    \
         authentication: {{method: Anonymous, anonymousSettings: {{}}}}\n"
    );
    let told = |args: &[&str]| {
        let args: Vec<&str> = ["probe", "-"].into_iter().chain(args.iter().copied()).collect();
        let run = common::run(&args, manifest.as_bytes());
        assert_eq!(run.exit, Exit::Findings, "{}", run.stderr);
        run
    };
    let json = told(&["--format", "json"]);
    let report: Value = serde_json::from_str(&json.stdout).unwrap();
    valid_probe(&report);
    assert_eq!(report["endpoints"][0]["failed_stage"], "tcp");
    assert_eq!(report["endpoints"][0]["stages"][6]["outcome"], "none");
    assert_eq!(json.stderr, "");
    let concise = told(&["--format", "concise"]).stdout;
    assert!(
        concise.ends_with(&format!("\nendpoint line-3 127.0.0.1:{port}: failed at tcp (tcp-refused)\n")),
        "{concise}"
    );
    let human = told(&[]);
    assert!(human.stdout.contains("FAIL  nothing listens at the port (tcp-refused)"), "{}", human.stdout);
    assert!(human.stderr.starts_with("1 endpoint: failed in "), "{}", human.stderr);
    let findings = told(&["-q"]);
    assert!(findings.stdout.starts_with("error[tcp-refused]"), "{}", findings.stdout);
    assert_eq!((told(&["-qq"]).stdout.as_str(), findings.stderr.as_str()), ("", ""));
}
