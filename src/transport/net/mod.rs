//! Names, addresses and TCP: the way to a broker, with its detours.
//!
//! Each step can be made alone, with its own error and facts. A proxy's conversation is in `proxy`, what a resolver says
//! besides addresses is in `dns`.

mod name;
mod quick_ack;
mod scope;
mod target;
mod tcp;

pub use name::{NameError, lookup};
pub use quick_ack::QuickAck;
pub use scope::{Scope, scope};
pub use target::{BadTarget, ConnectTo, Target};
pub use tcp::{Attempt, TcpCause, TcpError, connect, dial, dial_each};

use super::proxy::{Proxy, ProxyError};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// How connections leave this machine.
#[derive(Debug, Clone)]
pub struct Route {
    /// Detours; the first that fits counts.
    pub connect_to: Vec<ConnectTo>,
    /// An HTTP proxy to ask for each connection. Detours are made first.
    pub proxy: Option<Proxy>,
    /// The limit of each single step.
    pub step_timeout: Duration,
    /// Whether connections acknowledge at once what they receive, for single questions.
    pub quick_ack: bool,
}

impl Default for Route {
    fn default() -> Self {
        Self { connect_to: Vec::new(), proxy: None, step_timeout: Duration::from_secs(10), quick_ack: false }
    }
}

impl Route {
    /// Where a connection to `target` really goes. Host names are compared without case.
    pub fn resolve<'a>(&'a self, target: &'a Target) -> &'a Target {
        let fits = |from: &Target| from.port == target.port && from.host.eq_ignore_ascii_case(&target.host);
        self.connect_to.iter().find(|detour| fits(&detour.from)).map_or(target, |detour| &detour.to)
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
    fn an_unknown_name_is_a_name_error() {
        runtime().block_on(async {
            let target = Target::new("no-such-host.invalid", 1883);
            let error = reach(&target, &Route::default()).await.unwrap_err();
            assert!(matches!(error, NetError::Name(_)), "{error}");
        });
    }
}
