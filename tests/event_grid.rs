//! What the cases of single rules cannot show: that one mistake in a host is one finding, and that rules see across files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops where it cannot go on")]

mod common;

use common::{Found, lint, lint_text};
use std::path::{Path, PathBuf};

fn endpoint(kind: &str, block: &str, host: &str, more: &str) -> String {
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata:
  name: plant7-cloud
spec:
  endpointType: {kind}
  {block}:
    host: {host}
    authentication:
      method: SystemAssignedManagedIdentity
      systemAssignedManagedIdentitySettings: {{}}
    tls:
      mode: Enabled
{more}"
    )
}

fn ids(text: &str, family: &str) -> Vec<String> {
    lint_text(text, &["--select".to_owned(), family.to_owned()]).into_iter().map(|finding| finding.id).collect()
}

#[test]
fn one_mistake_in_an_event_grid_host_is_one_finding() {
    let web_sockets = "    protocol: WebSockets\n";
    for (host, more, expected) in [
        ("n.westeurope-1.ts.eventgrid.azure.net:8883", "", None),
        ("n.westeurope-1.ts.eventgrid.azure.net:443/mqtt", web_sockets, None),
        ("n.westeurope-1.ts.privatelink.eventgrid.azure.net:8883", "", None),
        ("n.westeurope-1.ts.eventgrid.azure.net:9092", "", Some("eg-port")),
        ("n.westeurope-1.ts.eventgrid.azure.net:443", "", Some("eg-port")),
        ("n.westeurope-1.ts.eventgrid.azure.net:8883/mqtt", web_sockets, Some("eg-port")),
        ("n.westeurope-1.ts.eventgrid.azure.net:8883", web_sockets, Some("eg-websocket-path")),
        ("n.westeurope-1.ts.eventgrid.azure.net", web_sockets, Some("eg-websocket-path")),
        ("n.westeurope-1.eventgrid.azure.net:443", "", Some("eg-http-hostname")),
        ("n.westeurope-1.eventgrid.azure.net:8883", web_sockets, Some("eg-http-hostname")),
        ("n.westeurope-1.eventgrid.azure.net/api/events", "", Some("eg-http-hostname")),
        ("n.westeurope.ts.eventgrid.azure.net:9092", web_sockets, Some("eg-host-format")),
        ("n.eventgrid.azure.net:1883", "", Some("eg-host-format")),
    ] {
        let text = endpoint("Mqtt", "mqttSettings", host, more);
        assert_eq!(ids(&text, "event-grid"), Vec::from_iter(expected), "{host} {more}");
    }
}

#[test]
fn one_mistake_in_an_event_hubs_host_is_one_finding() {
    for (host, expected) in [
        ("n.servicebus.windows.net:9093", None),
        ("n.privatelink.servicebus.windows.net:9093", None),
        ("a.servicebus.windows.net:9093,b.servicebus.windows.net:9093", None),
        ("n.servicebus.windows.net", Some("eh-host-format")),
        ("n.servicebus.windows.net:443/ovens", Some("eh-host-format")),
        ("n.westeurope.servicebus.windows.net:5671", Some("eh-host-format")),
    ] {
        let text = endpoint("Kafka", "kafkaSettings", host, "");
        assert_eq!(ids(&text, "event-hubs"), Vec::from_iter(expected), "{host}");
    }
}

#[test]
fn a_rule_for_the_endpoint_says_what_the_schema_would_say_too() {
    let text = endpoint("Kafka", "kafkaSettings", "n.servicebus.windows.net:9093", "")
        .replace("    tls:\n      mode: Enabled\n", "");
    let found = lint_text(&text, &[]);
    let about_tls: Vec<&Found> = found.iter().filter(|finding| finding.field.contains("tls")).collect();
    assert_eq!(about_tls.iter().map(|finding| finding.id.as_str()).collect::<Vec<_>>(), ["eh-tls"]);
    assert_eq!(about_tls[0].severity, "error");
}

fn project(name: &str, rule: &str) -> Vec<Found> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/projects").join(name);
    lint(&path, &["--select".to_owned(), rule.to_owned(), "--level".to_owned(), "info".to_owned()])
}

#[test]
fn profile_dataflow_and_endpoint_may_stand_in_three_files() {
    let found = project("orders-from-event-grid", "eg-source-instance-count");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].line, found[0].column), (7, 18), "the value of instanceCount in the profile");
    assert!(found[0].message.contains("`orders-from-cloud`"));
}

#[test]
fn copies_for_two_sites_share_a_client_id_and_copies_for_two_stages_need_not() {
    let found = project("two-sites", "eg-client-id-collision");
    assert_eq!(found.iter().map(|finding| finding.severity.as_str()).collect::<Vec<_>>(), ["info"]);
    assert_eq!(project("two-stages", "eg-client-id-collision"), []);
}
