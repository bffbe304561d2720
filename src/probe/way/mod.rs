//! The way to an endpoint: names, addresses, TLS, WebSocket. Ends with a connection that the protocol can be spoken on, or
//! with the fault that ends the climb.

mod tls;

use super::climb::{detail, fact};
use super::fault::{Fault, Line};
use super::{Climb, Opening};
use crate::policy::probe::network;
use crate::report::probe::{Fact, Stage};
use crate::transport::Stream;
use crate::transport::net::{self, NameError, NetError, TcpCause};
use crate::transport::tls::TlsFacts;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

pub use tls::late;

/// A connection that the protocol can be spoken on.
#[derive(Debug)]
pub struct Opened {
    /// The connection.
    pub stream: Box<dyn Stream>,
    /// Its other end: the proxy's if there is one.
    pub address: SocketAddr,
    /// What was seen of TLS, if there is any.
    pub tls: Option<TlsFacts>,
    /// How long TCP took to connect: about one round trip.
    pub round_trip: Duration,
}

/// Goes the way to `opening`, and says on the ladder how far it came.
pub async fn open(climb: &mut Climb<'_>, opening: &Opening) -> Option<Opened> {
    let route = &climb.means().reach.route;
    let target = route.resolve(&opening.target).clone();
    let started = Instant::now();
    let reached = net::reach(&opening.target, route).await;
    let took = started.elapsed();
    let _ = target;
    let reached = match reached {
        Ok(reached) => reached,
        Err(error) => {
            climb.stop(fault(&error), Some(took), Vec::new());
            return None;
        }
    };
    let addresses: Vec<Fact> =
        reached.addresses.iter().map(|address| detail("address", address.ip().to_string())).collect();
    climb.pass(Stage::Dns, took, reached.address.ip().to_string(), addresses);
    climb.pass(Stage::Tcp, took, "connected", vec![fact("address", reached.address.to_string())]);
    let address = reached.address;
    let stream: Box<dyn Stream> = Box::new(reached.stream);
    let (stream, facts) = match &opening.tls {
        None => {
            climb.none(Stage::Tls, "`tls.mode` is `Disabled`");
            (stream, None)
        }
        Some(options) => {
            let (stream, facts) = tls::handshake(climb, stream, opening, options).await?;
            (stream, Some(facts))
        }
    };
    Some(Opened { stream, address, tls: facts, round_trip: took })
}

fn fault(error: &NetError) -> Fault {
    match error {
        NetError::Name(NameError::Unknown { .. }) => {
            Fault::new(Stage::Dns, &network::NAME_UNKNOWN, Line::Host, error.to_string())
        }
        NetError::Name(NameError::Silent { .. }) => {
            Fault::new(Stage::Dns, &network::NAME_NO_ANSWER, Line::Host, error.to_string())
        }
        NetError::Proxy(_) => Fault::new(Stage::Tcp, &network::PROXY_FAILED, Line::Host, error.to_string()),
        NetError::Tcp(tcp) => {
            let entry = match tcp.attempts.first() {
                Some((_, TcpCause::Refused)) => &network::TCP_REFUSED,
                Some((_, TcpCause::Silent(_))) => &network::TCP_NO_ANSWER,
                _ => &network::TCP_UNREACHABLE,
            };
            Fault::new(Stage::Tcp, entry, Line::Host, error.to_string())
        }
    }
}
