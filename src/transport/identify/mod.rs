//! What is spoken at a port: every protocol's greeting at once, each on a connection of its own, until one is answered.
//!
//! No greeting carries a credential, and none leaves anything behind. The greetings are in `greeting`, how an answer is
//! read is in `answer`. What should be spoken there, and what follows if it is not, is for the caller.

mod answer;
mod greeting;

use super::net::{self, Route, Target};
use super::tls::{self, TlsOptions};
use super::{Stream, words};
use futures_util::stream::{FuturesUnordered, StreamExt};
use greeting::Greeting;
use std::fmt;
use std::mem::discriminant;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

/// What a server speaks, by how it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spoken {
    /// TLS; what is spoken inside it is not known.
    Tls,
    /// MQTT 5. The server may speak 3.1.1 too.
    Mqtt5,
    /// MQTT 3.1.1. If MQTT 5 was tried as well, it is 3.1.1 alone.
    Mqtt311,
    /// Kafka.
    Kafka,
    /// HTTP/1.
    Http {
        /// The status of the answer; 400 where the server took another protocol's greeting for HTTP.
        status: u16,
        /// What the server calls itself, control characters escaped.
        server: Option<String>,
    },
    /// HTTP/2 without TLS, as gRPC has it.
    Http2,
    /// AMQP.
    Amqp,
    /// SSH.
    Ssh,
    /// Something else: the first bytes of it.
    Other(Vec<u8>),
}

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls => "TLS",
            Self::Mqtt5 => "MQTT 5",
            Self::Mqtt311 => "MQTT 3.1.1",
            Self::Kafka => "Kafka",
            Self::Http { .. } => "HTTP",
            Self::Http2 => "HTTP/2",
            Self::Amqp => "AMQP",
            Self::Ssh => "SSH",
            Self::Other(bytes) => {
                return write!(f, "a protocol that begins with `{}`", words::start(bytes));
            }
        })
    }
}

/// Finds out what is spoken at `target`: `server_name` goes into the TLS and HTTP greetings. `except` is what the caller
/// has tried already; it is neither tried nor returned.
///
/// Ends with the first answer that settles it, after `limit` at the latest. `None` if nothing was said, or nobody could
/// be reached.
pub async fn identify(
    target: &Target,
    route: &Route,
    server_name: &str,
    limit: Duration,
    except: Option<Spoken>,
) -> Option<Spoken> {
    let door = Door { target, route, server_name, tls: None };
    door.knock(limit, except).await
}

/// The same inside TLS: what is spoken over connections that `tls` makes, with the client certificate if it has one.
pub async fn identify_inside(
    target: &Target,
    route: &Route,
    tls: &TlsOptions,
    limit: Duration,
    except: Option<Spoken>,
) -> Option<Spoken> {
    let server_name = tls.server_name.as_deref().unwrap_or(&target.host);
    let door = Door { target, route, server_name, tls: Some(tls) };
    door.knock(limit, except).await
}

/// An answer is not read further than that; the head of an HTTP answer decides how much is useful.
const LONGEST_ANSWER: usize = 4 * 1024;

/// A server of MQTT 3.1.1 gets that long at least to answer MQTT 5 as well.
const FOR_THE_OTHER: Duration = Duration::from_millis(250);

struct Door<'a> {
    target: &'a Target,
    route: &'a Route,
    server_name: &'a str,
    tls: Option<&'a TlsOptions>,
}

impl Door<'_> {
    async fn knock(&self, limit: Duration, except: Option<Spoken>) -> Option<Spoken> {
        let end = Instant::now() + limit;
        let addresses = timeout_at(end, net::locate(self.target, self.route)).await.ok()?.ok()?;
        let unwanted =
            |spoken: &Spoken| except.as_ref().is_some_and(|except| discriminant(except) == discriminant(spoken));
        let mut waiting: Vec<Greeting> =
            Greeting::ALL.into_iter().filter(|greeting| !unwanted(&greeting.protocol())).collect();
        let greet = |greeting: &Greeting| {
            let (greeting, addresses) = (*greeting, &addresses);
            async move { (greeting, self.greet(greeting, addresses, end).await) }
        };
        let mut running: FuturesUnordered<_> = waiting.iter().map(greet).collect::<FuturesUnordered<_>>();
        let mut best: Option<(u8, Spoken)> = None;
        let (started, mut end) = (Instant::now(), end);
        while let Ok(Some((greeting, answer))) = timeout_at(end, running.next()).await {
            waiting.retain(|waiting| *waiting != greeting);
            if let Some(spoken) = answer.filter(|spoken| !unwanted(spoken)) {
                let rank = rank(&spoken, greeting);
                if best.as_ref().is_none_or(|(best, _)| rank >= *best) {
                    best = Some((rank, spoken));
                }
            }
            if best.as_ref().is_some_and(|(_, spoken)| is_settled(spoken, &waiting)) {
                break;
            }
            if best.as_ref().is_some_and(|(_, spoken)| *spoken == Spoken::Mqtt311) {
                // Whoever speaks both answers the one as fast as the other.
                end = end.min(Instant::now() + (started.elapsed() * 10).max(FOR_THE_OTHER));
            }
        }
        best.map(|(_, spoken)| spoken)
    }

    /// What the answer to one greeting says.
    async fn greet(&self, greeting: Greeting, addresses: &[SocketAddr], end: Instant) -> Option<Spoken> {
        let hello = greeting.bytes(self.target.port, self.server_name)?;
        let mut stream = timeout_at(end, self.open(addresses, end)).await.ok()??;
        // A server that closes at once may have said why before.
        let _ = timeout_at(end, async { (stream.write_all(&hello).await, stream.flush().await) }).await;
        let mut heard = Vec::new();
        let mut buffer = [0; 1024];
        loop {
            if let Some(spoken) = answer::begun(&heard) {
                if let Some(bye) = greeting.good_bye(&spoken) {
                    let _ = timeout_at(end, async { (stream.write_all(bye).await, stream.flush().await) }).await;
                }
                return Some(spoken);
            }
            match timeout_at(end, stream.read(&mut buffer)).await {
                Ok(Ok(count)) if count > 0 && heard.len() < LONGEST_ANSWER => {
                    heard.extend(buffer.iter().take(count));
                }
                _ => return answer::ended(&heard),
            }
        }
    }

    async fn open(&self, addresses: &[SocketAddr], end: Instant) -> Option<Box<dyn Stream>> {
        let stream = net::reach_at(self.target, self.route, addresses.to_vec()).await.ok()?.stream;
        let Some(options) = self.tls else { return Some(Box::new(stream)) };
        let left = end.saturating_duration_since(Instant::now());
        let (stream, _) = tls::handshake(stream, &self.target.host, options, left).await.ok()?;
        Some(Box::new(stream))
    }
}

/// Of two answers, the one that says more.
fn rank(spoken: &Spoken, to: Greeting) -> u8 {
    match spoken {
        Spoken::Other(_) => 0,
        // What its own greeting got has the status that a person would see.
        Spoken::Http { .. } if to != Greeting::Http => 1,
        Spoken::Http { .. } => 2,
        Spoken::Mqtt311 => 3,
        _ => 4,
    }
}

/// Whether no answer that is still awaited could say more.
fn is_settled(spoken: &Spoken, waiting: &[Greeting]) -> bool {
    match spoken {
        // Most servers of MQTT 5 answer 3.1.1 as well.
        Spoken::Mqtt311 => !waiting.contains(&Greeting::Mqtt5),
        // It is also what HTTPS servers say in clear to everything that is no TLS.
        Spoken::Http { status: 400, .. } => !waiting.contains(&Greeting::Tls) && !waiting.contains(&Greeting::Http),
        Spoken::Other(_) => waiting.is_empty(),
        _ => true,
    }
}
