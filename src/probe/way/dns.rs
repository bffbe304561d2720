//! The DNS stage: every address of the host, and by which names it was found.

use super::super::climb::{detail, fact};
use super::super::fault::{Fault, Line};
use super::super::{Means, Opening};
use super::Kind;
use super::stages::Stages;
use crate::policy::probe::network;
use crate::report::probe::{Fact, Stage};
use crate::transport::dns;
use crate::transport::net::{self, NameError, Target};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// The addresses where the connection begins: those of the proxy where there is one.
pub async fn look_up(
    stages: &mut Stages,
    means: &Means<'_>,
    opening: &Opening,
    kind: Kind,
) -> Result<Vec<SocketAddr>, Fault> {
    let route = &means.reach.route;
    let target = route.resolve(&opening.target);
    let started = Instant::now();
    if let Some(proxy) = &route.proxy {
        let found = net::lookup(&proxy.target, route.step_timeout).await;
        let addresses = found.map_err(|error| {
            Fault::new(Stage::Dns, &network::PROXY_FAILED, Line::Host, format!("proxy `{}`: {error}", proxy.target))
        })?;
        let summary = format!("the proxy `{}` looks `{}` up", proxy.target, target.host);
        stages.pass(Stage::Dns, started.elapsed(), summary, Vec::new());
        return Ok(addresses);
    }
    stages.listen(ask_for_aliases(target, route.step_timeout));
    let found = net::lookup(target, route.step_timeout).await;
    let took = started.elapsed();
    let addresses = found.map_err(|error| {
        stages.leave(took, Vec::new());
        unknown(&error, &opening.target, target, kind)
    })?;
    let facts: Vec<Fact> = addresses.iter().map(|address| detail("address", named(address.ip()))).collect();
    stages.pass(Stage::Dns, took, summary(&addresses, target, &opening.target), facts);
    Ok(addresses)
}

fn summary(addresses: &[SocketAddr], target: &Target, written: &Target) -> String {
    let shown: Vec<String> = addresses.iter().take(4).map(|address| named(address.ip())).collect();
    let more = if addresses.len() > 4 { format!(" and {} more", addresses.len() - 4) } else { String::new() };
    let detour = if target == written { String::new() } else { format!(", for `--connect-to` `{target}`") };
    format!("{}{more}{detour}", shown.join(", "))
}

/// An address and where it is.
fn named(address: IpAddr) -> String {
    format!("{address} ({})", net::scope(address))
}

/// Asks for the alias names and the resolver beside the look-up, which does not wait for it. `None` where no resolver is
/// asked: for addresses, and for names of this machine.
fn ask_for_aliases(target: &Target, limit: Duration) -> Option<JoinHandle<Vec<Fact>>> {
    let host = target.host.clone();
    let is_local = host.parse::<IpAddr>().is_ok() || host.eq_ignore_ascii_case("localhost");
    let resolver = dns::system_resolver().filter(|_| !is_local)?;
    Some(tokio::spawn(async move {
        let mut facts = vec![detail("resolver", resolver.to_string())];
        match dns::chain(&host, resolver, limit).await {
            Ok(answer) => {
                facts.extend(answer.aliases.into_iter().map(|alias| fact("alias", alias.escape_debug().to_string())));
                facts.push(detail("answer", answer.code.to_string()));
            }
            Err(error) => facts.push(detail("answer", error.to_string())),
        }
        facts
    }))
}

/// Whether only the DNS of a cluster can know `name`.
pub fn is_in_cluster(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is_service = name.ends_with(".svc") || name.ends_with(".cluster.local");
    is_service || !name.contains('.') || name.ends_with(".azure-iot-operations")
}

fn unknown(error: &NameError, written: &Target, dialled: &Target, kind: Kind) -> Fault {
    let is_detour = written != dialled;
    if !is_detour && (kind.in_cluster || is_in_cluster(&written.host)) {
        let service = written.host.split('.').next().unwrap_or(&written.host);
        let namespace = written.host.split('.').nth(1).unwrap_or("azure-iot-operations");
        let port = written.port;
        let message = format!("`{}` has no address here: it looks like a name of the cluster", written.host);
        return Fault::new(Stage::Dns, &network::IN_CLUSTER_NAME, Line::Host, message)
            .note(error.to_string())
            .help(format!(
                "`kubectl port-forward -n {namespace} service/{service} {port}:{port}`, then `--connect-to \
                 {written}:127.0.0.1:{port}`"
            ))
            .inconclusive();
    }
    match error {
        NameError::Unknown { .. } => Fault::new(Stage::Dns, &network::NAME_UNKNOWN, Line::Host, error.to_string())
            .help(
                "correct the name, or ask the DNS of the site: a private endpoint has its name in a private zone only",
            ),
        NameError::Silent { .. } => Fault::new(Stage::Dns, &network::NAME_NO_ANSWER, Line::Host, error.to_string())
            .help("see whether the name server of this machine can be reached; `--connect-to` leads past it"),
    }
}
