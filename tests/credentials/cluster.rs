//! Manifests from a cluster: a script plays `kubectl`.

use super::scripts::{calls, script};
use super::{SENTINEL, block, manifests, sources};
use flowgate::access::trust::Bundle;
use flowgate::access::{Cluster, End, Manifests, trust};
use flowgate::model::EndpointSummary;
use flowgate::secrets::{Denial, Tools};
use flowgate::source::Sources;
use std::time::Duration;

/// `kubectl get` as it prints lists: with what the API server adds.
const ENDPOINTS: &str = r#"apiVersion: v1
items:
- apiVersion: connectivity.iotoperations.azure.com/v1
  kind: DataflowEndpoint
  metadata:
    creationTimestamp: "2026-05-01T10:00:00Z"
    generation: 2
    name: press
    namespace: plant
    resourceVersion: "4711"
    uid: 3e6a4b9e-1c8d-4d57-9a59-2f9f3d1f3c11
  spec:
    endpointType: Mqtt
    mqttSettings:
      authentication:
        method: X509Certificate
        x509CertificateSettings:
          secretRef: press-certificate
      host: aio-broker:18883
      tls:
        mode: Enabled
        trustedCaCertificateConfigMapRef: press-ca
  status:
    provisioningStatus:
      status: Succeeded
- apiVersion: connectivity.iotoperations.azure.com/v1
  kind: DataflowEndpoint
  metadata:
    annotations:
      note: |
        two lines

          indented
    name: oven
    namespace: plant
  spec:
    endpointType: Mqtt
    mqttSettings:
      authentication:
        anonymousSettings: {}
        method: Anonymous
      host: oven.plant:8883
      tls:
        mode: Enabled
        trustedCaCertificateConfigMapRef: press-ca
kind: List
metadata:
  resourceVersion: ""
"#;

const FLOWS: &str = r#"apiVersion: v1
items:
- apiVersion: connectivity.iotoperations.azure.com/v1
  kind: Dataflow
  metadata:
    name: line
    namespace: plant
  spec:
    mode: Enabled
    operations:
    - operationType: Source
      sourceSettings:
        dataSources:
        - a/b
        endpointRef: press
    - destinationSettings:
        dataDestination: c
        endpointRef: oven
      operationType: Destination
    profileRef: default
kind: List
metadata:
  resourceVersion: ""
"#;

const NONE: &str = "apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: \"\"\n";

const FORBIDDEN: &str = "Error from server (Forbidden): dataflows.connectivity.iotoperations.azure.com is forbidden: \
    User \"anna\" cannot list resource \"dataflows\" at the cluster scope";

fn cluster(endpoints: &str, flows: &str, more: &str) -> (tempfile::TempDir, Cluster) {
    let here = |text: &str| format!("cat <<'END'\n{text}END\n");
    let text = format!(
        "case \"$*\" in\n*'get dataflowendpoints.'*) {} ;;\n*'get dataflows.'*) {flows} ;;\n*'get dataflowprofiles.'*) {} ;;\n\
         {more}\n*) echo \"Error from server (NotFound): $* not found\" >&2; exit 1 ;;\nesac",
        here(endpoints),
        here(NONE)
    );
    let (folder, tools) = script("kubectl", &text);
    (folder, Cluster { tools: Tools { context: Some("site-7".to_owned()), ..tools } })
}

fn print(text: &str) -> String {
    format!("cat <<'END'\n{text}END\n")
}

fn fail(text: &str) -> String {
    format!("echo '{text}' >&2; exit 1")
}

#[test]
fn everything_of_a_cluster_is_read_like_a_file() {
    let (folder, cluster) = cluster(ENDPOINTS, &print(FLOWS), "");
    let mut sources = Sources::new();
    let fetched = block(cluster.add_to(&mut sources)).unwrap();
    assert_eq!(fetched.notes, Vec::<String>::new());
    let kind = |kind: &str| {
        format!("--context site-7 get {kind}.connectivity.iotoperations.azure.com --all-namespaces --output yaml")
    };
    assert_eq!(calls(&folder), [kind("dataflowendpoints"), kind("dataflowprofiles"), kind("dataflows")]);
    assert_eq!(sources.name(fetched.file.unwrap()), "kubectl context `site-7`");
    let text = sources.read(fetched.file.unwrap()).unwrap().content.clone();
    assert!(
        text.starts_with("---\napiVersion: connectivity.iotoperations.azure.com/v1\nkind: DataflowEndpoint\n"),
        "{text}"
    );
    assert!(text.contains("    note: |\n      two lines\n\n        indented\n"), "{text}");
    let manifests = Manifests::read(sources, &[], None).unwrap();
    let messages: Vec<&str> = manifests.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, Vec::<&str>::new());
    let line = manifests.line(None).unwrap();
    assert_eq!((line.flow.id.name(), line.source.name(), line.destination.name()), ("line", "press", "oven"));
}

#[test]
fn what_is_denied_is_named_and_the_rest_goes_on() {
    let (_folder, cluster) = cluster(ENDPOINTS, &fail(FORBIDDEN), "");
    let mut sources = Sources::new();
    let fetched = block(cluster.add_to(&mut sources)).unwrap();
    assert_eq!(fetched.notes.len(), 1);
    let start = "`dataflows.connectivity.iotoperations.azure.com` may not be listed by this login: ";
    assert!(fetched.notes[0].starts_with(start) && fetched.notes[0].contains("\"anna\""), "{}", fetched.notes[0]);
    assert_eq!(Manifests::read(sources, &[], None).unwrap().bundle.endpoints.len(), 2);
}

#[test]
fn a_cluster_without_the_kinds_is_no_failure_and_none_at_all_is() {
    let absent = "error: the server doesn'\\''t have a resource type \"dataflows\"";
    let (_folder, tools) = script("kubectl", &fail(absent));
    let mut sources = Sources::new();
    let fetched = block(Cluster { tools }.add_to(&mut sources)).unwrap();
    assert_eq!((fetched.file, fetched.notes.len()), (None, 3));
    assert!(fetched.notes[0].contains("is Azure IoT Operations installed there?"), "{}", fetched.notes[0]);
    let (_folder, tools) = script("kubectl", &fail("error: context \"site-7\" does not exist"));
    let error = block(Cluster { tools }.add_to(&mut Sources::new())).unwrap_err();
    assert!(error.to_string().contains("context \"site-7\" does not exist"), "{error}");
    assert_eq!(error.denial(), None);
    let (_folder, tools) = script("other", "");
    let error = block(Cluster { tools }.add_to(&mut Sources::new())).unwrap_err();
    assert_eq!(error.to_string(), "`kubectl` cannot be run: it is not on the PATH");
    let (_folder, tools) = script("kubectl", "sleep 20");
    let tools = Tools { limit: Duration::from_millis(200), ..tools };
    let error = block(Cluster { tools }.add_to(&mut Sources::new())).unwrap_err();
    assert!(error.to_string().contains("did not end within 0.2 s"), "{error}");
}

#[test]
fn what_is_among_the_files_counts() {
    let file = "apiVersion: connectivity.iotoperations.azure.com/v1
kind: DataflowEndpoint
metadata: { name: press, namespace: plant }
spec:
  endpointType: Mqtt
  mqttSettings:
    host: from-file.plant:8883
    authentication: { method: Anonymous, anonymousSettings: {} }
    tls: { mode: Enabled }
";
    let (_folder, cluster) = cluster(ENDPOINTS, &print(FLOWS), "");
    let mut sources = sources(&[file]);
    let fetched = block(cluster.add_to(&mut sources)).unwrap();
    assert_eq!(fetched.notes, ["the files count, not kubectl context `site-7`, for `press`"]);
    let manifests = Manifests::read(sources, &[], None).unwrap();
    let hosts = |endpoint: &EndpointSummary| endpoint.host.as_ref().unwrap().value.to_string();
    let hosts: Vec<String> = manifests.bundle.endpoints.iter().map(|endpoint| hosts(endpoint)).collect();
    assert_eq!(hosts, ["from-file.plant:8883", "oven.plant:8883"]);
}

fn ends(manifests: &Manifests) -> Vec<End> {
    manifests.bundle.endpoints.iter().map(|endpoint| End::of((**endpoint).clone())).collect()
}

fn complete(manifests: &mut Manifests, cluster: &Cluster) -> Vec<String> {
    let ends = ends(manifests);
    block(manifests.complete(cluster, &ends))
}

fn bundles(manifests: &Manifests) -> Vec<Bundle> {
    ends(manifests).iter().map(|end| trust::bundle(end, manifests)).collect()
}

#[test]
fn config_maps_are_fetched_once_in_the_namespace_of_the_endpoint() {
    let pem = rcgen::generate_simple_self_signed(vec!["broker.plant".to_owned()]).unwrap().cert.pem();
    let json = format!(
        r#"{{"data":{{"ca.crt":"{}","note":"{SENTINEL}"}},"binaryData":{{"b":"AP8="}}}}"#,
        pem.replace('\n', "\\\\n")
    );
    let more = format!("*'get configmap/press-ca --namespace plant '*) echo '{json}' ;;");
    let (folder, cluster) = cluster(ENDPOINTS, &print(FLOWS), &more);
    let mut manifests = manifests(&[ENDPOINTS]);
    assert_eq!(bundles(&manifests), vec![Bundle::Unknown { name: "press-ca".to_owned() }; 2]);
    let notes = complete(&mut manifests, &cluster);
    assert_eq!(notes, Vec::<String>::new());
    assert_eq!(calls(&folder), ["--context site-7 get configmap/press-ca --namespace plant --output json"]);
    for bundle in bundles(&manifests) {
        let Bundle::Known { keys, certificates, damaged, .. } = bundle else { panic!("{bundle:?}") };
        assert_eq!((keys, certificates.len(), damaged), (vec!["b".into(), "ca.crt".into(), "note".into()], 1, false));
    }
    // What is known is not asked for again.
    complete(&mut manifests, &cluster);
    assert_eq!(calls(&folder).len(), 1);
    assert!(!format!("{manifests:?}").contains(SENTINEL));
}

#[test]
fn config_maps_that_are_denied_or_absent_are_told_apart() {
    let name = "press-ca".to_owned();
    let words = "Error from server (Forbidden): configmaps \"press-ca\" is forbidden";
    for (more, denial, expected) in [
        (format!("*'get configmap/'*) {} ;;", fail(words)), Denial::Forbidden, Bundle::Unknown { name: name.clone() }),
        (String::new(), Denial::NotFound, Bundle::Missing { name: name.clone() }),
    ] {
        let (_folder, cluster) = cluster(ENDPOINTS, &print(FLOWS), &more);
        let mut manifests = manifests(&[ENDPOINTS]);
        let notes = complete(&mut manifests, &cluster);
        assert_eq!(notes.len(), 1);
        assert!(
            notes[0].starts_with("ConfigMap `press-ca` of endpoint `press` is not known: `kubectl"),
            "{}",
            notes[0]
        );
        assert!(notes[0].contains(&format!("({denial:?})")), "{}", notes[0]);
        assert_eq!(bundles(&manifests), [expected.clone(), expected]);
    }
}
