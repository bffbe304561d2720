//! Names, addresses, TCP.

use crate::common;
use crate::probe::{Scene, mqtt};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

/// What a scripted peer does with a connection.
#[derive(Clone, Copy)]
enum Manner {
    Silent,
    Close,
    Reset,
}

/// Listens, and does to every connection what `manner` says, until the test process ends.
fn peer(manner: Manner) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            match manner {
                Manner::Silent => kept.push(stream),
                // What is not read would make a reset of it.
                Manner::Close => drop(stream.read(&mut [0; 4096])),
                Manner::Reset => {
                    // What was not read when a socket is closed resets the connection.
                    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                    let mut one = [0];
                    let _ = stream.peek(&mut one);
                    drop(stream);
                }
            }
        }
    });
    address
}

fn anonymous(host: &str, mark: &str) -> Scene {
    Scene::new(&mqtt(host, "Anonymous", None, mark))
}

#[test]
fn a_name_that_nobody_knows() {
    anonymous("nobody.invalid:1883", "host").expect(&[], "dns", "name-unknown", 1);
}

#[test]
fn a_name_of_the_cluster_is_no_failure() {
    let seen = anonymous("aio-broker.azure-iot-operations:18883", "host").expect(&[], "dns", "in-cluster-name", 1);
    assert_eq!(seen.report["endpoints"][0]["verdict"], "inconclusive");
    assert!(seen.run.stdout.contains("kubectl port-forward -n azure-iot-operations service/aio-broker 18883:18883"));
}

#[test]
fn a_host_without_a_port_that_could_be_one() {
    anonymous("broker.example:99999", "host").expect(&[], "dns", "host-unusable", 1);
}

#[test]
fn a_port_where_nothing_listens() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    anonymous(&free.to_string(), "host").expect(&[], "tcp", "tcp-refused", 1);
}

#[test]
fn a_host_that_does_not_answer_takes_the_limit_and_no_longer() {
    // A backlog that is full takes no more connections, and says nothing.
    let listener = full();
    let started = Instant::now();
    anonymous(&listener.0.to_string(), "host").expect(&["--timeout", "0.4"], "tcp", "tcp-no-answer", 1);
    assert!(started.elapsed() >= Duration::from_millis(400));
}

/// A listener that has no room for another connection, and those that fill it.
fn full() -> (SocketAddr, Vec<std::net::TcpStream>) {
    let script = "import socket,sys,time\ns=socket.socket()\ns.bind(('127.0.0.1',0))\ns.listen(0)\nprint(s.getsockname()[1],flush=True)\nsys.stdin.read()";
    let mut child = std::process::Command::new("python3")
        .args(["-c", script])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line).unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, line.trim().parse().unwrap()));
    let mut held = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        held.push(stream);
        assert!(held.len() < 100, "the backlog does not fill");
    }
    // The script ends with its standard input, which ends with this process.
    std::mem::forget(child);
    (address, held)
}

#[test]
fn one_of_several_addresses_that_is_dead() {
    // `--connect-to` leads to one target only, so the name has to have two addresses: those of this machine's own names.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let found: Vec<SocketAddr> =
        std::net::ToSocketAddrs::to_socket_addrs(&("localhost", port)).map(Iterator::collect).unwrap_or_default();
    let seen = anonymous(&format!("localhost:{port}"), "host").probe(&["--timeout", "0.2"]);
    let dead = seen.findings().iter().any(|finding| finding.id == "tcp-address-dead");
    assert_eq!(dead, found.iter().any(SocketAddr::is_ipv6), "{}", seen.run.stdout);
}

#[test]
fn a_connection_that_is_taken_and_left_alone() {
    let started = Instant::now();
    anonymous(&peer(Manner::Silent).to_string(), "host").expect(&["--timeout", "0.4"], "protocol", "peer-silent", 1);
    assert!(started.elapsed() >= Duration::from_millis(400));
}

#[test]
fn a_connection_that_is_closed_without_a_word() {
    anonymous(&peer(Manner::Close).to_string(), "host").expect(&["--timeout", "2"], "protocol", "peer-closed", 1);
}

#[test]
fn a_connection_that_is_reset() {
    anonymous(&peer(Manner::Reset).to_string(), "host").expect(&["--timeout", "2"], "protocol", "peer-reset", 1);
}

#[test]
fn the_same_where_tls_is_wanted() {
    for (manner, id) in [(Manner::Silent, "peer-silent"), (Manner::Close, "peer-closed"), (Manner::Reset, "peer-reset")]
    {
        let manifest = mqtt(&peer(manner).to_string(), "Anonymous", Some(""), "host");
        Scene::new(&manifest).expect(&["--timeout", "0.4"], "tls", id, 1);
    }
}

#[test]
fn a_proxy_that_is_not_there_and_one_that_refuses() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let scene = anonymous("broker.example:1883", "host");
    scene.expect(&["--proxy", &free], "tcp", "proxy-failed", 1);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let seen = scene.expect(&["--proxy", &address], "tcp", "proxy-failed", 1);
    assert!(seen.run.stdout.contains("403"), "{}", seen.run.stdout);
}

#[test]
fn nothing_to_probe_is_said_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let run = common::run(&["probe", folder.path().to_str().unwrap()], b"");
    assert_eq!(run.exit.code(), 3, "{run:?}");
    let scene = anonymous("broker.example:1883", "host");
    let run = common::run(&["probe", &scene.path("endpoint.yaml"), "--endpoint", "other"], b"");
    assert_eq!(run.exit.code(), 2, "{run:?}");
    assert!(run.stderr.contains("`press`"), "{run:?}");
}

#[test]
fn a_host_that_is_still_a_placeholder_is_no_failure() {
    for host in ["${HOST}:8883", "<namespace>.westeurope-1.ts.eventgrid.azure.net:8883"] {
        let seen = Scene::new(&mqtt(host, "Anonymous", Some(""), "host")).expect(&[], "dns", "host-unusable", 1);
        assert_eq!(seen.report["endpoints"][0]["verdict"], "inconclusive", "{host}");
        let kafka = mqtt(host, "Anonymous", Some(""), "host")
            .replace("Mqtt\n", "Kafka\n")
            .replace("mqttSettings", "kafkaSettings");
        let seen = Scene::new(&kafka).expect(&[], "dns", "host-unusable", 1);
        assert_eq!(seen.report["endpoints"][0]["verdict"], "inconclusive", "{host}");
    }
}

#[test]
fn a_volume_is_not_probed_and_did_not_pass() {
    let text = mqtt("x:1", "Anonymous", None, "")
        .replace("Mqtt\n", "LocalStorage\n")
        .replace("mqttSettings", "localStorageSettings");
    let seen = Scene::new(&text).probe(&[]);
    assert_eq!(seen.run.exit.code(), 3, "{}", seen.run.stdout);
    assert_eq!(seen.report["endpoints"][0]["verdict"], "not-tested");
}

#[test]
fn a_password_goes_to_no_broker_that_it_was_not_meant_for() {
    let mut scene = anonymous("one.invalid:1883", "");
    scene.add("two.yaml", &mqtt("two.invalid:1883", "Anonymous", None, "").replace("name: press", "name: other"));
    for login in [&["--username", "plant"][..], &["--anonymous"]] {
        let run = common::run(&[&["probe", &scene.path(".")], login].concat(), b"");
        assert_eq!(run.exit.code(), 2, "{run:?}");
        assert!(run.stderr.contains("`--endpoint` names one"), "{run:?}");
    }
    let run = common::run(&["probe", &scene.path("."), "--endpoint", "press", "--username", "plant"], b"");
    assert_eq!(run.exit.code(), 1, "one endpoint is probed: {run:?}");
}

#[test]
fn event_grids_name_for_http_is_known_beforehand() {
    let host = "plant7.westeurope-1.eventgrid.azure.net:8883";
    Scene::new(&mqtt(host, "SystemAssignedManagedIdentity", Some(""), "host")).expect(
        &[],
        "dns",
        "eg-http-hostname",
        1,
    );
}
