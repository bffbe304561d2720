//! TLS: every way in which a certificate, a version or a port can be wrong.

use crate::pki::{Authority, Leaf, self_signed};
use crate::probe::{Scene, Seen, config_map, mqtt, secret};
use crate::program::Server;

/// An endpoint at `server` whose bundle is `trusted`.
fn scene(port: u16, trusted: &str, mark: &str) -> Scene {
    let mut scene = Scene::new(&mqtt(&format!("localhost:{port}"), "Anonymous", Some("press-ca"), mark));
    scene.add("bundle.yaml", &config_map("press-ca", trusted));
    scene
}

/// Holds the verdict about a server that shows `leaf`, whose authority is trusted.
fn judged(authority: &Authority, leaf: &Leaf, id: &str, mark: &str) -> Seen {
    let server = Server::openssl(leaf, "", &["-quiet"], &[]);
    scene(server.port, &authority.pem(), mark).expect(&["--timeout", "3"], "tls", id, 1)
}

#[test]
fn a_name_that_is_not_in_the_certificate() {
    let authority = Authority::new("plant 7");
    let seen = judged(&authority, &authority.server(&["other.example"]), "tls-wrong-name", "host");
    assert!(seen.run.stdout.contains("other.example"), "the names of the certificate are told");
}

#[test]
fn certificates_out_of_their_time() {
    let authority = Authority::new("plant 7");
    judged(&authority, &authority.expired(&["localhost"]), "tls-expired", "host");
    judged(&authority, &authority.early(&["localhost"]), "tls-not-yet-valid", "host");
}

#[test]
fn authorities_that_nobody_knows() {
    let (known, stranger) = (Authority::new("plant 7"), Authority::new("plant 8"));
    let leaf = stranger.server(&["localhost"]);
    let server = Server::openssl(&leaf, &stranger.pem(), &["-quiet"], &[]);
    let seen = scene(server.port, &known.pem(), "ca").expect(&[], "tls", "tls-unknown-ca", 1);
    assert!(seen.run.stdout.contains("plant 8"), "the chain is told although it is refused");
    let leaf = self_signed(&["localhost"], false);
    let server = Server::openssl(&leaf, "", &["-quiet"], &[]);
    scene(server.port, &known.pem(), "ca").expect(&[], "tls", "tls-self-signed", 1);
}

#[test]
fn an_intermediate_that_the_server_does_not_send() {
    let root = Authority::new("plant 7");
    let between = root.below("plant 7 issuing CA");
    let leaf = between.server(&["localhost"]);
    let server = Server::openssl(&leaf, "", &["-quiet"], &[]);
    scene(server.port, &root.pem(), "ca").expect(&[], "tls", "tls-intermediate-missing", 1);
}

#[test]
fn a_server_of_old_times() {
    let authority = Authority::new("plant 7");
    let leaf = authority.server(&["localhost"]);
    let server = Server::openssl(&leaf, "", &["-quiet", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], &[]);
    scene(server.port, &authority.pem(), "host").expect(&[], "tls", "tls-old-version", 1);
}

#[test]
fn a_trust_bundle_without_a_certificate() {
    let authority = Authority::new("plant 7");
    let server = Server::openssl(&authority.server(&["localhost"]), "", &["-quiet"], &[]);
    scene(server.port, "no certificate at all", "ca").expect(&[], "tls", "trust-bundle-empty", 1);
    let cut = authority.pem().replace("-----END", "AAAA\n-----END");
    scene(server.port, &cut, "ca").expect(&[], "tls", "trust-bundle-unusable", 1);
}

#[test]
fn a_leaf_in_the_bundle_is_taken_with_a_note() {
    let leaf = self_signed(&["localhost"], false);
    let server = Server::openssl(&leaf, "", &["-quiet"], &[]);
    let seen = scene(server.port, &leaf.certificate, "ca").probe(&["--timeout", "0.5"]);
    assert_eq!(seen.outcome("tls"), "passed", "{}", seen.run.stdout);
    assert!(seen.findings().iter().any(|finding| finding.id == "tls-bundled-leaf"), "{}", seen.run.stdout);
}

#[test]
fn every_key_and_every_certificate_of_the_bundle_counts() {
    let (first, second) = (Authority::new("plant 7"), Authority::new("plant 8"));
    let server = Server::openssl(&second.server(&["localhost"]), "", &["-quiet"], &[]);
    let both = format!("{}{}", first.pem(), second.pem());
    assert_eq!(scene(server.port, &both, "").probe(&["--timeout", "0.5"]).outcome("tls"), "passed");
}

#[test]
fn a_chain_that_ends_soon_is_told_of() {
    let authority = Authority::new("plant 7");
    let leaf = authority.server_for_days(&["localhost"], 20);
    let server = Server::openssl(&leaf, "", &["-quiet"], &[]);
    let scene = scene(server.port, &authority.pem(), "host");
    let ids =
        |args: &[&str]| -> Vec<String> { scene.probe(args).findings().into_iter().map(|finding| finding.id).collect() };
    assert!(ids(&["--timeout", "0.5"]).contains(&"certificate-ends-soon".to_owned()));
    assert!(!ids(&["--timeout", "0.5", "--warn-days", "10"]).contains(&"certificate-ends-soon".to_owned()));
}

/// An endpoint with a client certificate.
fn with_identity(port: u16, trusted: &str, leaf: (&str, &str), mark: &str) -> Scene {
    let mut scene = Scene::new(&mqtt(&format!("localhost:{port}"), "X509Certificate", Some("press-ca"), mark));
    scene.add("bundle.yaml", &config_map("press-ca", trusted));
    scene.add("secret.yaml", &secret("press-login", &[("client_cert.pem", leaf.0), ("client_key.pem", leaf.1)]));
    scene
}

#[test]
fn client_certificates_that_are_missing_or_wrong() {
    let (authority, stranger) = (Authority::new("plant 7"), Authority::new("plant 8"));
    let server_leaf = authority.server(&["localhost"]);
    for version in ["-tls1_2", "-tls1_3"] {
        let demands = ["-quiet", version, "-Verify", "2", "-verify_return_error", "-CAfile", "DIR/ca"];
        let server = Server::openssl(&server_leaf, "", &demands, &[("ca", &authority.pem())]);
        let pem = authority.pem();
        scene(server.port, &pem, "method").expect(&["--timeout", "2"], "tls", "client-certificate-required", 1);
        let strange = stranger.client("press");
        let strange = (strange.certificate.as_str(), strange.key.as_str());
        with_identity(server.port, &pem, strange, "secret").expect(
            &["--timeout", "2"],
            "tls",
            "client-certificate-unknown-ca",
            1,
        );
    }
}

#[test]
fn client_certificates_that_need_no_server_to_be_judged() {
    let authority = Authority::new("plant 7");
    let server = Server::openssl(&authority.server(&["localhost"]), "", &["-quiet"], &[]);
    let pem = authority.pem();
    let (mine, other) = (authority.client("press"), authority.client("other"));
    let judge = |certificate: &str, key: &str, id: &str| {
        with_identity(server.port, &pem, (certificate, key), "secret").expect(&["--timeout", "0.5"], "tls", id, 1)
    };
    judge(&mine.certificate, &other.key, "client-key-mismatch");
    judge("nothing", &other.key, "client-certificate-unusable");
    judge(&mine.certificate, "nothing", "client-certificate-unusable");
    let expired = authority.expired_client("press");
    judge(&expired.certificate, &expired.key, "client-certificate-expired");
}

#[test]
fn tls_spoken_to_ports_that_speak_in_clear() {
    let web = Server::web();
    let scene = |port: u16, mark| Scene::new(&mqtt(&format!("127.0.0.1:{port}"), "Anonymous", Some(""), mark));
    scene(web.port, "host").expect(&[], "tls", "mqtt-port-speaks-http", 1);
    let mosquitto = crate::network_mosquitto();
    scene(mosquitto.port, "tls").expect(&[], "tls", "tls-on-plain-port", 1);
}
