//! What is wrong with a listener that a broker advertises, by how far the way to it led.

use super::super::Opening;
use super::super::fault::{Fault, Line};
use super::super::way::is_in_cluster;
use super::words;
use crate::diag::{Entry, Severity};
use crate::policy::probe::{kafka, network, tls};
use crate::report::probe::Stage;
use crate::transport::kafka_socket::{Broker, Metadata};
use crate::transport::net::{Scope, Target, scope};
use std::net::IpAddr;

/// The longest name that DNS can have, in bytes (RFC 1035, 2.3.4).
const LONGEST_HOST: usize = 255;
/// Names that no DNS outside knows.
const INSIDE: [&str; 5] = [".local", ".internal", ".lan", ".localdomain", ".home.arpa"];

/// The name of a listener on ladders.
pub fn name(broker: &Broker) -> String {
    format!("broker {} at {}:{}", broker.id, words::shown(&broker.host), broker.port)
}

/// Where `broker` says that it is; `None` if nobody could connect there.
pub fn target(broker: &Broker) -> Option<Target> {
    let port = u16::try_from(broker.port).ok().filter(|port| *port != 0)?;
    let is_name = |char: char| char.is_alphanumeric() || "-._:%[]".contains(char);
    let is_host = !broker.host.is_empty() && broker.host.len() <= LONGEST_HOST && broker.host.chars().all(is_name);
    is_host.then(|| Target::new(&broker.host, port))
}

/// The fault of a broker that has no [`target`].
pub fn nowhere(broker: &Broker) -> Fault {
    let message = format!("{} has no address that could be connected to", name(broker));
    Fault::new(Stage::Listeners, &kafka::KAFKA_LISTENER_FAILED, Line::Host, message)
        .help("set `advertised.listeners` of the broker to a host and a port")
}

/// The fault of the listener of `broker` at `target`, because of `cause`, which came on the way. `bootstrap` is the address
/// at the other end of the endpoint's own connection.
pub fn fault(
    broker: &Broker,
    target: &Target,
    opening: &Opening,
    bootstrap: IpAddr,
    cause: &Fault,
    led: &str,
) -> Fault {
    let is_unreached = matches!(cause.stage, Stage::Dns | Stage::Tcp) && cause.entry.id != network::PROXY_FAILED.id;
    let inside = if is_unreached { inside(&target.host, bootstrap) } else { None };
    let entry = match inside {
        Some(_) => &kafka::KAFKA_LISTENER_INTERNAL,
        None => entry(cause),
    };
    let mut message = format!("{} cannot be used: {}", name(broker), cause.message);
    if let Some(why) = inside {
        message = format!("{} is known inside its own network only: {}", name(broker), cause.message);
        let fault = help(Fault::new(Stage::Listeners, entry, Line::Host, message).note(why), target, cause, led);
        if !is_in_the_same_cluster(target, opening) {
            return fault;
        }
        let fault = fault.note("the endpoint is inside the cluster as well, where the dataflow may know the name");
        return fault.severity(Severity::Warning).inconclusive();
    }
    help(Fault::new(Stage::Listeners, entry, Line::Host, message), target, cause, led)
}

fn entry(cause: &Fault) -> &'static Entry {
    match cause.stage {
        Stage::Dns => &kafka::KAFKA_LISTENER_UNRESOLVABLE,
        Stage::Tcp => &kafka::KAFKA_LISTENER_REFUSED,
        Stage::Tls if cause.entry.id == tls::TLS_WRONG_NAME.id => &kafka::KAFKA_LISTENER_WRONG_NAME,
        Stage::Tls => &kafka::KAFKA_LISTENER_TLS,
        Stage::Login => &kafka::KAFKA_LISTENER_LOGIN,
        Stage::Protocol | Stage::Limits | Stage::Listeners | Stage::Permission => &kafka::KAFKA_LISTENER_FAILED,
    }
}

fn help(mut fault: Fault, target: &Target, cause: &Fault, led: &str) -> Fault {
    fault.notes.extend(cause.notes.iter().cloned());
    if !led.is_empty() {
        fault.notes.push(led.to_owned());
    }
    let target = words::shown(&target.to_string());
    fault.help(match cause.stage {
        Stage::Login => "every broker has to take the same login: see the listener's settings on this one".to_owned(),
        Stage::Tls if cause.entry.id == tls::TLS_WRONG_NAME.id => format!(
            "give the broker a certificate for `{target}`, or set its `advertised.listeners` to a name that its \
             certificate has"
        ),
        _ => format!(
            "set `advertised.listeners` of the broker to an address that is known where the dataflow runs; \
             `--connect-to {target}:HOST:PORT` leads past it from here"
        ),
    })
}

/// Whether a listener that only its cluster knows may be good for the dataflow, which runs there, too.
fn is_in_the_same_cluster(target: &Target, opening: &Opening) -> bool {
    is_in_cluster(&target.host) && is_in_cluster(&opening.target.host)
}

/// Why `host` seems to be known inside its own network only.
fn inside(host: &str, bootstrap: IpAddr) -> Option<&'static str> {
    if let Ok(address) = host.parse::<IpAddr>() {
        let reach = scope(address);
        return match reach {
            _ if reach == scope(bootstrap) => None,
            Scope::Public => None,
            Scope::Loopback => Some("it is the broker's own loopback address, which leads every client to itself"),
            Scope::Unspecified => Some("it is the address that stands for all of the broker's own"),
            Scope::Private | Scope::LinkLocal => Some("the address is private, and the endpoint is in another network"),
        };
    }
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    if name == "localhost" {
        return (!bootstrap.is_loopback()).then_some("`localhost` leads every client to itself");
    }
    let is_inside = is_in_cluster(&name) || INSIDE.iter().any(|end| name.ends_with(end));
    is_inside.then_some("such a name is known to the DNS of one network or cluster, and not outside")
}

/// The partitions of `topics` that `broker` leads, in words; empty if there are none.
pub fn led(broker: &Broker, metadata: &Metadata) -> String {
    let mut parts = Vec::new();
    for topic in metadata.topics.iter().flatten() {
        let led = topic.partitions.iter().filter(|partition| partition.leader == Some(broker.id));
        let mut led: Vec<i32> = led.map(|partition| partition.index).collect();
        led.sort_unstable();
        if !led.is_empty() {
            parts.push(format!("partition {} of {}", words::numbers(led), words::quoted(&topic.name)));
        }
    }
    parts.truncate(4);
    if parts.is_empty() { String::new() } else { format!("it leads {}, which cannot be reached", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_of_one_network_are_told() {
        let public: IpAddr = "52.1.2.3".parse().unwrap();
        let private: IpAddr = "10.0.0.4".parse().unwrap();
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        for host in ["kafka-0", "kafka-0.kafka.svc", "a.kafka.svc.cluster.local", "b.internal", "c.LOCAL.", "fd00::1"] {
            assert!(inside(host, public).is_some(), "{host}");
        }
        for (host, bootstrap) in [
            ("10.0.0.5", public),
            ("127.0.0.1", private),
            ("localhost", private),
            ("100.64.0.1", public),
            ("::ffff:10.0.0.1", public),
            ("0.0.0.0", public),
            ("10.0.0.5", loopback),
        ] {
            assert!(inside(host, bootstrap).is_some(), "{host}");
        }
        for (host, bootstrap) in [
            ("kafka.example", public),
            ("52.1.2.4", private),
            ("10.0.0.5", private),
            ("localhost", loopback),
            ("127.0.0.1", loopback),
        ] {
            assert_eq!(inside(host, bootstrap), None, "{host}");
        }
    }

    #[test]
    fn what_nobody_could_connect_to_is_no_target() {
        let broker = |host: &str, port| Broker { id: 1, host: host.to_owned(), port, rack: None };
        assert_eq!(target(&broker("a", 9092)), Some(Target::new("a", 9092)));
        for bad in [
            broker("a", 0),
            broker("a", 70_000),
            broker("a", -1),
            broker("", 9092),
            broker("a\x1b[2J", 1),
            broker(&"a".repeat(300), 1),
        ] {
            assert_eq!(target(&bad), None, "{bad:?}");
        }
    }
}
