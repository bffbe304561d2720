//! The TCP stage: a connection to every address, so that one that is dead among others is found.

use super::super::climb::fact;
use super::super::fault::{Fault, Line};
use super::super::{Means, Opening};
use super::stages::Stages;
use crate::diag::Severity;
use crate::policy::probe::network;
use crate::report::probe::{Fact, Stage};
use crate::transport::net::{self, Attempt, Target, TcpCause};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// Connects to one of `addresses`, and tells of the others.
pub async fn connect(
    stages: &mut Stages,
    means: &Means<'_>,
    opening: &Opening,
    addresses: &[SocketAddr],
) -> Result<(TcpStream, SocketAddr, Duration), Fault> {
    let route = &means.reach.route;
    let started = Instant::now();
    let (first, attempts) = net::dial_each(addresses, route.step_timeout).await;
    let took = started.elapsed();
    let facts: Vec<Fact> = attempts.iter().map(told).collect();
    let Some((mut stream, address, round_trip)) = first else {
        stages.leave(took, facts);
        let target = route.proxy.as_ref().map_or_else(|| route.resolve(&opening.target), |proxy| &proxy.target);
        return Err(unreachable(target, &attempts, route.proxy.is_some()));
    };
    let is_localhost = route.resolve(&opening.target).host.eq_ignore_ascii_case("localhost");
    remark_on_dead(stages, &attempts, is_localhost);
    let mut summary = String::from("direct");
    if let Some(proxy) = &route.proxy {
        let to = route.resolve(&opening.target);
        if let Err(error) = proxy.ask(&mut stream, to, route.step_timeout).await {
            stages.leave(started.elapsed(), facts);
            return Err(Fault::new(Stage::Tcp, &network::PROXY_FAILED, Line::Host, error.to_string())
                .help("the proxy has to allow CONNECT to this host and port"));
        }
        summary = format!("through the proxy `{}`", proxy.target);
    } else if let Some(name) = means.unused_proxy {
        summary.push_str(&format!(" ({name} is set and was not used: `--proxy`)"));
    }
    if addresses.len() > 1 {
        let alive = attempts.iter().filter(|attempt| matches!(attempt.result, Some(Ok(())))).count();
        summary.push_str(&format!(", {alive} of {} addresses answer", addresses.len()));
    }
    stages.pass(Stage::Tcp, started.elapsed(), summary, if addresses.len() > 1 { facts } else { Vec::new() });
    Ok((stream, address, round_trip))
}

fn told(attempt: &Attempt) -> Fact {
    let value = match &attempt.result {
        Some(Ok(())) => format!("{}: connected in {:.1} ms", attempt.address, attempt.took.as_secs_f64() * 1000.0),
        Some(Err(cause)) => format!("{}: {cause}", attempt.address),
        None => format!("{}: no answer yet", attempt.address),
    };
    fact("address", value)
}

fn remark_on_dead(stages: &mut Stages, attempts: &[Attempt], is_localhost: bool) {
    let dead: Vec<String> = attempts
        .iter()
        .filter(|attempt| !matches!(attempt.result, Some(Ok(()))))
        .map(|attempt| told(attempt).value)
        .collect();
    if dead.is_empty() {
        return;
    }
    let message =
        format!("{} of {} addresses of the host take no connection: {}", dead.len(), attempts.len(), dead.join("; "));
    let fault = Fault::new(Stage::Tcp, &network::TCP_ADDRESS_DEAD, Line::Host, message)
        .help("take the dead address out of the DNS, or bring its server up: clients that try it first wait for it");
    // That a server listens on one of the two addresses of `localhost` is common, and harms nobody.
    stages.remark(if is_localhost { fault.severity(Severity::Info) } else { fault });
}

/// No address took a connection: by the cause that says most.
fn unreachable(target: &Target, attempts: &[Attempt], is_proxy: bool) -> Fault {
    let all: Vec<String> = attempts.iter().map(|attempt| told(attempt).value).collect();
    let causes = || attempts.iter().filter_map(|attempt| attempt.result.as_ref()?.as_ref().err());
    let (entry, help) = if causes().any(|cause| matches!(cause, TcpCause::Refused)) {
        (&network::TCP_REFUSED, "correct the port, or start what should listen there")
    } else if causes().any(|cause| matches!(cause, TcpCause::Unreachable)) {
        (&network::TCP_UNREACHABLE, "see whether this machine is in the right network, or on the VPN")
    } else if causes().any(|cause| matches!(cause, TcpCause::Reset)) {
        (&network::PEER_RESET, "look for a firewall or a load balancer that ends connections to this port")
    } else {
        (&network::TCP_NO_ANSWER, "look for a firewall on the way that lets this port not through, and for a dead host")
    };
    let entry = if is_proxy { &network::PROXY_FAILED } else { entry };
    let what = if is_proxy { "the proxy " } else { "" };
    Fault::new(Stage::Tcp, entry, Line::Host, format!("no connection to {what}`{target}`: {}", all.join("; ")))
        .help(help)
}
