//! The two ladders of the README, made anew against real servers. `FLOWGATE_BLESS=1` writes them.

use crate::common::run;
use crate::pki::{Authority, Leaf};
use crate::program::Server;
use std::path::{Path, PathBuf};

const PROJECT: &str = "testdata/projects/plant-7-broker";

/// What goes into the README: with the ports and places of this run taken out.
fn ladder(authority: &Authority, leaf: &Leaf, demands: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let client = authority.client("plant-7-dataflows");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let ca = write("ca.pem", &authority.pem());
    write("secrets/plant-7-client/client_cert.pem", &client.certificate);
    write("secrets/plant-7-client/client_key.pem", &client.key);
    let secrets = folder.path().join("secrets").display().to_string();
    let server = server(leaf, authority, demands);
    let detour = format!("broker.plant7.example:8883:127.0.0.1:{}", server.1);
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join(PROJECT).display().to_string();
    let args = ["probe", &project, "--ca", &ca, "--secrets", &secrets, "--connect-to", &detour];
    let seen = run(&args, b"");
    let command = format!(
        "$ flowgate probe {PROJECT} --ca ca.pem --secrets secrets \\\n    --connect-to broker.plant7.example:8883:127.0.0.1:31883\n"
    );
    let text = format!("{command}{}{}", seen.stdout, seen.stderr);
    let text = text.replace(&server.1.to_string(), "31883");
    text.replace(&format!("{}/", env!("CARGO_MANIFEST_DIR")), "")
}

/// mosquitto with this certificate; `demands` are further lines of its configuration.
fn server(leaf: &Leaf, authority: &Authority, demands: &[&str]) -> (Server, u16) {
    let config = format!(
        "user root\nlistener PORT 127.0.0.1\nallow_anonymous true\ncertfile DIR/cert\nkeyfile DIR/key\ncafile DIR/ca\n{}\n",
        demands.join("\n")
    );
    let files = [("cert", leaf.certificate.as_str()), ("key", &leaf.key), ("ca", &authority.pem()), ("conf", &config)];
    let server = Server::mosquitto(&files);
    let port = server.port;
    (server, port)
}

/// What differs from run to run: times.
fn normal(text: &str) -> String {
    let time = regex::Regex::new(r" *\d+(\.\d+)? (ms|µs|s)\b").unwrap();
    let client = regex::Regex::new(r"flowgate-probe-[0-9a-f]+").unwrap();
    client.replace_all(&time.replace_all(text, " N ms"), "flowgate-probe-N").into_owned()
}

fn hold(name: &str, fresh: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- begin: {name} -->\n"), format!("<!-- end: {name} -->"));
    let start = text.find(&begin).unwrap() + begin.len();
    let stop = start + text[start..].find(&end).unwrap();
    let part = format!("\n```text\n{fresh}```\n\n");
    if std::env::var_os("FLOWGATE_BLESS").is_some() {
        return std::fs::write(&path, format!("{}{part}{}", &text[..start], &text[stop..])).unwrap();
    }
    let same = normal(&text[start..stop]) == normal(&part);
    assert!(same, "`{name}` is stale in the README, expected:\n{fresh}");
}

#[test]
fn the_ladders_of_the_readme_are_real() {
    let authority = Authority::new("Plant 7 authority");
    let good = authority.server_for_days(&["broker.plant7.example"], 143);
    hold("probe good", &ladder(&authority, &good, &["require_certificate true"]));
    let bad = authority.server_for_days(&["mqtt.plant7.example"], 143);
    hold("probe bad", &ladder(&authority, &bad, &[]));
}
