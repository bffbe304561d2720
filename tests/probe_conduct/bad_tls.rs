//! No credential leaves over a connection whose TLS verdict is bad, nor in clear where the manifest asks for TLS.

use crate::pki::{Authority, Leaf, self_signed};
use crate::program::probe;
use crate::recorder::{Record, Recorder, Version};
use crate::ways_in::{self, WayIn};
use crate::willing::Mood;

/// A bad certificate, and what is said about it.
struct Bad {
    id: &'static str,
    leaf: Leaf,
}

fn bad_certificates(trusted: &Authority) -> Vec<Bad> {
    let names = ["127.0.0.1", "localhost"];
    let bad = |id, leaf| Bad { id, leaf };
    vec![
        bad("tls-unknown-ca", Authority::new("stranger").server(&names)),
        bad("tls-self-signed", self_signed(&names, true)),
        bad("tls-self-signed", self_signed(&names, false)),
        bad("tls-wrong-name", trusted.server(&["elsewhere.example"])),
        bad("tls-expired", trusted.expired(&names)),
        bad("tls-not-yet-valid", trusted.early(&names)),
        // A certificate of a client, and not of a server.
        bad("tls-certificate-refused", trusted.client("127.0.0.1")),
    ]
}

/// Probes a server by a way in, and says what it printed.
fn tried(way: &WayIn, folder: &std::path::Path, port: u16, ca: &str) -> crate::program::Said {
    std::fs::write(folder.join("manifest.yaml"), way.manifest(&format!("127.0.0.1:{port}"), ca)).unwrap();
    let limit = ["--timeout".to_owned(), "5".to_owned()];
    probe(folder, &[way.arguments.clone(), limit.into()].concat(), &[])
}

/// Nothing of a credential is in anything that was recorded.
fn assert_nothing_left(records: &[Record], way: &WayIn, what: &str) {
    assert!(!records.is_empty(), "{what}: nobody came");
    for record in records {
        for sentinel in &way.sentinels {
            assert!(!sentinel.is_in(&record.wire), "{what}: the {} on the wire", sentinel.name);
            assert!(!sentinel.is_in(&record.inside), "{what}: the {} inside TLS", sentinel.name);
        }
        assert_eq!(record.certificates.len(), 0, "{what}: the client certificate was shown");
    }
}

#[test]
fn no_credential_leaves_on_a_bad_tls_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("plant CA");
    let ways = ways_in::all(folder.path());
    for bad in bad_certificates(&authority) {
        for version in [Version::Tls13, Version::Tls12] {
            // Before TLS 1.3 a client certificate is sent in clear, and earlier; everything else is alike.
            for way in ways.iter().filter(|way| version == Version::Tls13 || way.is_certificate()) {
                let what = format!("{}, {}, {version:?}", bad.id, way.name);
                let server = Recorder::secure(way.speaks(), &bad.leaf, version);
                let said = tried(way, folder.path(), server.port, &authority.pem());
                assert_eq!(said.code, Some(1), "{what}: {said:?}");
                assert!(said.stdout.contains(bad.id), "{what}: {}", said.stdout);
                let records = server.records();
                assert_nothing_left(&records, way, &what);
                // Not even a word that is no credential.
                assert!(
                    records.iter().all(|record| record.inside.is_empty() && !record.handshake),
                    "{what}: {records:?}"
                );
            }
        }
    }
}

#[test]
fn no_credential_leaves_in_clear_where_tls_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("plant CA");
    for way in ways_in::all(folder.path()) {
        let server = Recorder::plain(way.speaks(), Mood::Yes);
        let said = tried(&way, folder.path(), server.port, &authority.pem());
        assert_eq!(said.code, Some(1), "{}: {said:?}", way.name);
        assert!(said.stdout.contains("tls-on-plain-port"), "{}: {}", way.name, said.stdout);
        assert_nothing_left(&server.records(), &way, way.name);
    }
}

/// The recorder would have seen it: with a good certificate the credential comes.
#[test]
fn a_credential_reaches_a_good_server_and_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("plant CA");
    for version in [Version::Tls13, Version::Tls12] {
        for way in ways_in::all(folder.path()) {
            let server = Recorder::secure(way.speaks(), &authority.server(&["127.0.0.1"]), version);
            let said = tried(&way, folder.path(), server.port, &authority.pem());
            let records = server.records();
            assert!(records.iter().any(|record| record.handshake), "{}: {said:?}", way.name);
            let shown = if way.is_certificate() {
                records.iter().any(|record| !record.certificates.is_empty())
            } else {
                let is_inside = |record: &Record| way.sentinels.iter().any(|sentinel| sentinel.is_in(&record.inside));
                way.name.contains("WebSocket") || records.iter().any(is_inside)
            };
            assert!(shown, "{} {version:?}: {said:?}", way.name);
            // The key of a certificate never leaves, nor anything outside TLS.
            let outside = |record: &Record| way.sentinels.iter().any(|sentinel| sentinel.is_in(&record.wire));
            assert!(!records.iter().any(outside), "{}", way.name);
        }
    }
}
