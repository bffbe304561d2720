//! What the cluster allows, held against the manifest.

use crate::brokers::kafka::SHARED;
use crate::brokers::unique;
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
