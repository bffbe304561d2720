//! Names, addresses and TCP: the way to a broker, with its detours.
//!
//! Each step can be made alone, with its own error and facts. A proxy's conversation is in `proxy`.

use super::proxy::{Proxy, ProxyError};
use super::words;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// A host and a port. An IPv6 address is kept without brackets and shown with them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// A name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Target {
    /// `host` may be an IPv6 address in brackets.
    pub fn new(host: &str, port: u16) -> Self {
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        Self { host: host.to_owned(), port }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A target that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not `{expected}`, with an IPv6 address in brackets")]
pub struct BadTarget {
    text: String,
    expected: &'static str,
}

impl FromStr for Target {
    type Err = BadTarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match target(text) {
            Some((target, "")) => Ok(target),
            _ => Err(BadTarget { text: text.to_owned(), expected: "HOST:PORT" }),
        }
    }
}

/// A target and what stands behind it.
fn target(text: &str) -> Option<(Target, &str)> {
    let (host, rest) = match text.strip_prefix('[') {
        Some(text) => {
            let (host, rest) = text.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, rest.strip_prefix(':')?)
        }
        None => text.split_once(':')?,
    };
    let end = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    let (port, rest) = rest.split_at(end);
    let port = port.parse().ok().filter(|port| *port != 0)?;
    let bad = host.is_empty() || host.contains(|char: char| char.is_whitespace() || "/@[]".contains(char));
    (!bad).then(|| (Target::new(host, port), rest))
}

/// `HOST:PORT:HOST:PORT`: connections to the first go to the second, as curl's `--connect-to`. The TLS name stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectTo {
    /// What a manifest or a broker names.
    pub from: Target,
    /// Where to go instead.
    pub to: Target,
}

impl FromStr for ConnectTo {
    type Err = BadTarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (from, rest) = target(text)?;
            match target(rest.strip_prefix(':')?)? {
                (to, "") => Some(Self { from, to }),
                _ => None,
            }
        };
        parse().ok_or_else(|| BadTarget { text: text.to_owned(), expected: "HOST:PORT:HOST:PORT" })
    }
}

/// How connections leave this machine.
#[derive(Debug, Clone)]
pub struct Route {
    /// Detours; the first that fits counts.
    pub connect_to: Vec<ConnectTo>,
    /// An HTTP proxy to ask for each connection. Detours are made first.
    pub proxy: Option<Proxy>,
    /// The limit of each single step.
    pub step_timeout: Duration,
}

impl Default for Route {
    fn default() -> Self {
        Self { connect_to: Vec::new(), proxy: None, step_timeout: Duration::from_secs(10) }
    }
}

impl Route {
    /// Where a connection to `target` really goes. Host names are compared without case.
    pub fn resolve<'a>(&'a self, target: &'a Target) -> &'a Target {
        let fits = |from: &Target| from.port == target.port && from.host.eq_ignore_ascii_case(&target.host);
        self.connect_to.iter().find(|detour| fits(&detour.from)).map_or(target, |detour| &detour.to)
    }
}

/// A name that led nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The resolver knows no such name, or cannot be asked.
    #[error("no address for `{host}`: {cause}")]
    Unknown {
        /// The name.
        host: String,
        /// The resolver's answer.
        cause: String,
    },
    /// The resolver did not answer in time.
    #[error("no answer from the resolver for `{host}` within {} ms", .limit.as_millis())]
    Silent {
        /// The name.
        host: String,
        /// How long was waited.
        limit: Duration,
    },
}

/// Every address of `target`, in the resolver's order, each once. An address needs no resolver.
///
/// # Errors
/// If there is none, or no answer within `limit`.
pub async fn lookup(target: &Target, limit: Duration) -> Result<Vec<SocketAddr>, NameError> {
    if let Ok(address) = target.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, target.port)]);
    }
    let answer = timeout(limit, lookup_host((target.host.as_str(), target.port))).await;
    let host = target.host.clone();
    match answer {
        Err(_) => Err(NameError::Silent { host, limit }),
        Ok(Err(error)) => Err(NameError::Unknown { host, cause: resolver_words(&error) }),
        Ok(Ok(found)) => {
            let mut addresses: Vec<SocketAddr> = Vec::new();
            for address in found {
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
            if addresses.is_empty() {
                return Err(NameError::Unknown { host, cause: "the name has no address".to_owned() });
            }
            Ok(addresses)
        }
    }
}

/// The words of the standard library repeat that it was about a look-up.
fn resolver_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("failed to lookup address information: ").unwrap_or(&text).to_owned()
}

/// How a connection to one address went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TcpCause {
    /// Nothing listens there.
    #[error("connection refused: nothing listens there")]
    Refused,
    /// No answer in time: a firewall that drops, or a dead host.
    #[error("no answer within {} ms: a firewall on the way, or no such host", .0.as_millis())]
    Silent(Duration),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// A connection to one address.
///
/// # Errors
/// If there is none within `limit`.
pub async fn connect(address: SocketAddr, limit: Duration) -> Result<TcpStream, TcpCause> {
    match timeout(limit, TcpStream::connect(address)).await {
        Err(_) => Err(TcpCause::Silent(limit)),
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => Err(TcpCause::Refused),
        Ok(Err(error)) => Err(TcpCause::Other(words::io(&error))),
        Ok(Ok(stream)) => {
            // Acknowledgements are small, and somebody waits for them.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        }
    }
}

/// No address of a target took a connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no connection to `{target}`: {}", list(.attempts))]
pub struct TcpError {
    /// Where it should have gone.
    pub target: Target,
    /// Every address that was tried, and how it went.
    pub attempts: Vec<(SocketAddr, TcpCause)>,
}

fn list(attempts: &[(SocketAddr, TcpCause)]) -> String {
    let all: Vec<String> = attempts.iter().map(|(address, cause)| format!("{address}: {cause}")).collect();
    all.join("; ")
}

/// The next address is tried when the one before has not answered after this time (RFC 8305, section 5).
const NEXT_ADDRESS: Duration = Duration::from_millis(250);

/// The first connection that one of `addresses` takes, and the address that took it. They are tried in order, each
/// started before the one before has run out of time.
///
/// # Errors
/// If none does within `limit` of its start, with the cause for each.
pub async fn dial(
    target: &Target,
    addresses: &[SocketAddr],
    limit: Duration,
) -> Result<(TcpStream, SocketAddr), TcpError> {
    let mut attempts = Vec::new();
    let mut running = JoinSet::new();
    let mut rest = addresses.iter().copied();
    let mut more = true;
    loop {
        if more {
            match rest.next() {
                Some(address) => drop(running.spawn(async move { (address, connect(address, limit).await) })),
                None => more = false,
            }
        }
        tokio::select! {
            biased;
            done = running.join_next(), if !running.is_empty() => match done {
                Some(Ok((address, Ok(stream)))) => return Ok((stream, address)),
                Some(Ok((address, Err(cause)))) => attempts.push((address, cause)),
                Some(Err(_)) | None => {}
            },
            () = sleep(NEXT_ADDRESS), if more => {}
            else => return Err(TcpError { target: target.clone(), attempts }),
        }
    }
}

/// The way to a broker was not found.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// By its name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// By its address.
    #[error(transparent)]
    Tcp(#[from] TcpError),
    /// By the proxy.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
}

/// A TCP connection, and how it came about.
#[derive(Debug)]
pub struct Reached {
    /// The connection, to the broker or through the proxy.
    pub stream: TcpStream,
    /// The address at its other end: the proxy's if there is one.
    pub address: SocketAddr,
    /// Every address that the name had.
    pub addresses: Vec<SocketAddr>,
    /// Whether a proxy stands in between.
    pub by_proxy: bool,
}

/// The addresses where a connection to `target` on `route` begins: the proxy's if there is one, which then looks the
/// name up itself.
///
/// # Errors
/// If there is none.
pub async fn locate(target: &Target, route: &Route) -> Result<Vec<SocketAddr>, NetError> {
    match &route.proxy {
        None => Ok(lookup(route.resolve(target), route.step_timeout).await?),
        Some(proxy) => {
            let found = lookup(&proxy.target, route.step_timeout).await;
            found.map_err(|error| proxy.unreachable(error.to_string()).into())
        }
    }
}

/// Connects to `target` on `route`, where `addresses` come from [`locate`].
///
/// # Errors
/// If a step fails or takes longer than the route allows.
pub async fn reach_at(target: &Target, route: &Route, addresses: Vec<SocketAddr>) -> Result<Reached, NetError> {
    let limit = route.step_timeout;
    let target = route.resolve(target);
    let Some(proxy) = &route.proxy else {
        let (stream, address) = dial(target, &addresses, limit).await?;
        return Ok(Reached { stream, address, addresses, by_proxy: false });
    };
    let dialled = dial(&proxy.target, &addresses, limit).await;
    let (mut stream, address) = dialled.map_err(|error| proxy.unreachable(error.to_string()))?;
    proxy.ask(&mut stream, target, limit).await?;
    Ok(Reached { stream, address, addresses, by_proxy: true })
}

/// Connects to `target` on `route`: [`locate`], then [`reach_at`].
///
/// # Errors
/// If a step fails or takes longer than the route allows.
pub async fn reach(target: &Target, route: &Route) -> Result<Reached, NetError> {
    let addresses = locate(target, route).await?;
    reach_at(target, route, addresses).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detours_are_read() {
        let detour: ConnectTo = "aio-broker.azure-iot-operations:18883:127.0.0.1:31883".parse().unwrap();
        assert_eq!(detour.from, Target::new("aio-broker.azure-iot-operations", 18883));
        assert_eq!(detour.to, Target::new("127.0.0.1", 31883));
        let detour: ConnectTo = "[fd00::1]:8883:[::1]:1".parse().unwrap();
        assert_eq!((detour.from.host.as_str(), detour.to.to_string().as_str()), ("fd00::1", "[::1]:1"));
        for bad in ["", "a", "a:1", "a:1:b", "a:1:b:", "a:0:b:1", "a:1:b:65536", "::1:8883:a:1", ":1:b:1", "a:1:b:1 "] {
            assert!(bad.parse::<ConnectTo>().is_err(), "{bad}");
        }
    }

    #[test]
    fn targets_are_read() {
        assert_eq!("[::1]:1883".parse::<Target>().unwrap().to_string(), "[::1]:1883");
        assert_eq!("broker:1883".parse::<Target>().unwrap(), Target::new("broker", 1883));
        for bad in ["broker", "broker:x", "broker:1883/", "[::g]:1", "mqtt://broker:1883", ""] {
            assert!(bad.parse::<Target>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_first_detour_that_fits_counts() {
        let connect_to = ["a:1:b:2", "a:1:c:3"].map(|text| text.parse().unwrap()).to_vec();
        let route = Route { connect_to, ..Route::default() };
        assert_eq!(route.resolve(&Target::new("A", 1)), &Target::new("b", 2));
        assert_eq!(route.resolve(&Target::new("a", 2)), &Target::new("a", 2));
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn a_dead_address_does_not_hide_a_live_one() {
        runtime().block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let live = listener.local_addr().unwrap();
            let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
            let target = Target::new("two", 1);
            let (_, address) = dial(&target, &[closed, live], Duration::from_secs(5)).await.unwrap();
            assert_eq!(address, live);
            let error = dial(&target, &[closed], Duration::from_secs(5)).await.unwrap_err();
            assert_eq!(error.attempts, [(closed, TcpCause::Refused)]);
        });
    }

    #[test]
    fn an_unknown_name_is_a_name_error() {
        runtime().block_on(async {
            let target = Target::new("no-such-host.invalid", 1883);
            let error = reach(&target, &Route::default()).await.unwrap_err();
            assert!(matches!(error, NetError::Name(_)), "{error}");
        });
    }
}
