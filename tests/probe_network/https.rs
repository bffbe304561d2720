//! Storage, Data Explorer, OpenTelemetry: up to HTTP.

use crate::pki::Authority;
use crate::probe::Scene;
use crate::program::Server;

fn data_explorer(host: &str, mark: bool) -> String {
    let mark = if mark { " #~" } else { "" };
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1\nkind: DataflowEndpoint\nmetadata:\n  name: press\n  namespace: \
         azure-iot-operations\nspec:\n  endpointType: DataExplorer\n  dataExplorerSettings:\n    host: {host}{mark}\n    \
         database: press\n    authentication:\n      method: SystemAssignedManagedIdentity\n      \
         systemAssignedManagedIdentitySettings: {{}}\n"
    )
}

#[test]
fn a_web_server_over_tls_is_what_is_expected() {
    let authority = Authority::new("plant 7");
    let server = Server::openssl(&authority.server(&["localhost"]), "", &["-www", "-quiet"], &[]);
    let mut scene = Scene::new(&data_explorer(&format!("https://localhost:{}", server.port), false));
    let ca = scene.add("ca.pem", &authority.pem()).display().to_string();
    let seen = scene.good(&["--ca", &ca], &["dns", "tcp", "tls", "protocol"]);
    assert_eq!(seen.outcome("login"), "not-tested");
    assert_eq!(seen.outcome("permission"), "not-tested");
}

#[test]
fn what_is_no_web_server_is_told() {
    let mosquitto = crate::network_mosquitto();
    let mut scene = Scene::new(&data_explorer(&format!("https://localhost:{}", mosquitto.tls), true));
    let ca = scene.add("ca.pem", &crate::brokers::pki::PKI.authority).display().to_string();
    scene.expect(&["--ca", &ca, "--timeout", "2"], "protocol", "not-http", 1);
}
