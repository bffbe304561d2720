//! What the cluster allows, held against the manifest.

use crate::brokers::kafka::SHARED;
use crate::brokers::unique;
use crate::scripted::Broker;
use crate::site::{facts, hub, local, summary};

#[test]
fn what_a_cluster_is() {
    let topic = unique("limits");
    SHARED.create_topic(&topic, 2);
    let seen = hub(&local(SHARED.ports.plain), "").writes(&topic).passes(&[]);
    assert!(summary(&seen, "limits").starts_with("1 broker, cluster `"), "{}", summary(&seen, "limits"));
    assert_eq!(facts(&seen, "limits", "max-message-bytes"), [format!("`{topic}`: 1048588")]);
    assert_eq!(facts(&seen, "limits", "controller"), ["broker 1"]);
}

#[test]
fn messages_that_do_not_fit() {
    let topic = unique("too-large");
    SHARED.create_topic(&topic, 1);
    let plain = local(SHARED.ports.plain);
    let size = |size: usize| ["--message-size".to_owned(), size.to_string()];
    let too_large = size(1_048_588);
    let args: Vec<&str> = too_large.iter().map(String::as_str).collect();
    for write in [&[][..], &["--write"]] {
        let seen =
            hub(&plain, "topic").writes(&topic).fails(&[&args, write].concat(), "limits", "kafka-message-too-large");
        // What is known not to fit is not tried.
        assert_eq!(seen.findings().len(), 1);
        assert!(facts(&seen, "permission", "sent").is_empty());
    }
    // Compression may make them fit.
    let seen = hub(&plain, "topic").set("compression", "Gzip").writes(&topic).scene();
    assert_eq!(seen.expect(&args, "limits", "kafka-message-too-large", 1).outcome("limits"), "warned");
    // What fits by a hair is written, too.
    let fits = size(1_048_588 - 110);
    let args: Vec<&str> = fits.iter().map(String::as_str).chain(["--write"]).collect();
    hub(&plain, "topic").writes(&topic).passes(&args);
}

#[test]
fn batches_that_do_not_fit() {
    let topic = unique("batches");
    SHARED.create_topic(&topic, 1);
    let plain = local(SHARED.ports.plain);
    let batches = |mode: &str| {
        let hub = hub(&plain, "batching.maxBytes").set("batching.mode", mode).set("batching.latencyMs", 5);
        hub.set("batching.maxBytes", 2_000_000).writes(&topic)
    };
    let seen = batches("Enabled").scene().expect(&[], "limits", "kafka-batch-too-large", 1);
    assert_eq!(seen.outcome("limits"), "warned");
    batches("Disabled").passes(&[]);
}

#[test]
fn event_hubs_takes_a_megabyte_and_gzip() {
    // A broker that does not show the limits of topics, under the name of an Event Hubs namespace.
    let port = Broker::default().start();
    let host = "plant7.servicebus.windows.net:9093";
    let to = format!("{host}:127.0.0.1:{port}");
    let hub = |mark| hub(host, mark).writes("t");
    let size = |size: &'static str| ["--connect-to", to.as_str(), "--message-size", size];
    hub("topic").fails(&size("1048576"), "limits", "kafka-message-too-large");
    hub("").passes(&size("1000000"));
    hub("compression").set("compression", "Lz4").fails(&size("10"), "limits", "kafka-compression");
    hub("").set("compression", "Gzip").passes(&size("10"));
    let seen = hub("topic").scene().expect(&size("10"), "limits", "kafka-not-tested", 0);
    assert_eq!(facts(&seen, "limits", "max-message-bytes"), ["`t`: not shown"]);
}
