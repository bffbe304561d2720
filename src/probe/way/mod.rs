//! The way to an endpoint: names, addresses, TLS. Ends with a connection that the protocol can be spoken on, or with the
//! fault that ends the climb.
//!
//! The same way leads to the endpoint itself and to every listener that a broker advertises. Who answers where something
//! else than expected does is asked for here ([`who`]); the protocols themselves are beside this.

mod dns;
mod hedge;
mod refusal;
mod stages;
mod tcp;
mod tls;

use super::fault::Fault;
use super::{Climb, Means, Opening};
use crate::access::trust::{self, Bundle};
use crate::access::{address, wire};
use crate::message::Wire;
use crate::model::FarEnd;
use crate::report::probe::{Rung, Stage};
use crate::transport::Stream;
use crate::transport::identify::{self, Spoken};
use crate::transport::net::QuickAck;
use crate::transport::tls::TlsFacts;
use std::net::SocketAddr;
use std::time::Duration;

pub use dns::is_in_cluster;
pub use hedge::{Heard, hedged};
use stages::Stages;
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

impl Opened {
    /// How long nothing has to come before it is asked what else is spoken there: several round trips, and longer where
    /// the other end is far away, since servers take their time to check a login.
    pub fn quiet(&self) -> Duration {
        let least = if self.address.ip().is_loopback() { Duration::from_millis(5) } else { Duration::from_millis(250) };
        (self.round_trip * 4).max(least)
    }
}

/// How far the way led.
#[derive(Debug)]
pub struct Way {
    /// The stages, also the one that failed.
    pub rungs: Vec<Rung>,
    /// What is to be said about stages that were passed.
    pub remarks: Vec<Fault>,
    /// The connection, or what is wrong with the last of the stages.
    pub result: Result<Opened, Fault>,
}

/// Goes the way to `opening`.
pub async fn reach_out(means: &Means<'_>, opening: &Opening, kind: Kind) -> Way {
    let mut stages = Stages::default();
    let result = go(&mut stages, means, opening, kind).await;
    stages.end(result).await
}

/// What an endpoint is, as far as the way to it is judged by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kind {
    /// Whether it is the broker of the cluster, which has a name inside the cluster only.
    pub in_cluster: bool,
    /// Whether it is a service of Azure, whose certificates come from public authorities.
    pub azure: bool,
    /// Whether it should speak through a WebSocket.
    pub websocket: bool,
    /// What it should speak.
    pub expects: Option<Wire>,
    /// Whether the trust bundle of its manifest is not at hand, so that the dataflow may trust what is not trusted here.
    pub bundle_unknown: bool,
}

impl Kind {
    /// That of `subject`.
    pub fn of(subject: &super::Subject, means: &Means<'_>) -> Self {
        let bundle = trust::bundle(&subject.end, means.manifests);
        let far_end = subject.end.summary.far_end;
        Self {
            in_cluster: far_end == FarEnd::LocalBroker,
            azure: !matches!(
                far_end,
                FarEnd::LocalBroker
                    | FarEnd::CustomMqtt
                    | FarEnd::CustomKafka
                    | FarEnd::LocalStorage
                    | FarEnd::OpenTelemetry
                    | FarEnd::Unknown
            ),
            websocket: address::websocket(&subject.end),
            expects: wire(&subject.end),
            bundle_unknown: matches!(bundle, Bundle::Unknown { .. }) && means.reach.trusted.is_empty(),
        }
    }
}

async fn go(stages: &mut Stages, means: &Means<'_>, opening: &Opening, kind: Kind) -> Result<Opened, Fault> {
    let addresses = dns::look_up(stages, means, opening, kind).await?;
    let (stream, address, round_trip) = tcp::connect(stages, means, opening, &addresses).await?;
    let stream: Box<dyn Stream> = Box::new(QuickAck::new(stream));
    let Some(options) = &opening.tls else {
        stages.none(Stage::Tls, "the manifest switches it off");
        return Ok(Opened { stream, address, tls: None, round_trip });
    };
    let opened = Opened { stream, address, tls: None, round_trip };
    tls::handshake(stages, means, opening, options, opened, kind).await
}

/// Goes the way to `opening`, and says on the ladder how far it came.
pub async fn open(climb: &mut Climb<'_>, opening: &Opening) -> Option<Opened> {
    let kind = Kind::of(climb.subject(), climb.means());
    let way = reach_out(climb.means(), opening, kind).await;
    climb.adopt(way)
}

/// What is spoken at the far end of `opening`, by fresh connections without credentials, by `limit` at the latest; inside
/// TLS where the endpoint uses it. `except` has been tried.
pub async fn who(means: &Means<'_>, opening: &Opening, limit: Duration, except: Option<Spoken>) -> Option<Spoken> {
    match &opening.tls {
        Some(tls) => identify::identify_inside(&opening.target, &means.reach.route, tls, limit, except).await,
        None => in_clear(means, opening, limit, except).await,
    }
}

/// What is spoken there without TLS, or that it is TLS.
async fn in_clear(means: &Means<'_>, opening: &Opening, limit: Duration, except: Option<Spoken>) -> Option<Spoken> {
    let name = means.reach.server_name.as_deref().unwrap_or(&opening.target.host);
    identify::identify(&opening.target, &means.reach.route, name, limit, except).await
}
