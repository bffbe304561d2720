//! From a name to its addresses, by the system's own look-up.
//!
//! What the resolver says besides, such as alias names, is for `dns`.

use super::Target;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

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

/// A name has fewer addresses than that; what is more is left out.
const MOST_ADDRESSES: usize = 64;

/// Every address of `target`, in the resolver's order, each once, and 64 at most. An address needs no resolver.
///
/// # Errors
/// If there is none, or no answer within `limit`.
pub async fn lookup(target: &Target, limit: Duration) -> Result<Vec<SocketAddr>, NameError> {
    if let Ok(address) = target.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, target.port)]);
    }
    let (name, port) = (target.host.clone(), target.port);
    let ask = move || (name.as_str(), port).to_socket_addrs().map(distinct);
    let answer = timeout(limit, aside(ask)).await;
    let host = target.host.clone();
    match answer {
        Err(_) => Err(NameError::Silent { host, limit }),
        Ok(Err(error) | Ok(Err(error))) => Err(NameError::Unknown { host, cause: resolver_words(&error) }),
        Ok(Ok(Ok(addresses))) if addresses.is_empty() => {
            Err(NameError::Unknown { host, cause: "the name has no address".to_owned() })
        }
        Ok(Ok(Ok(addresses))) => Ok(addresses),
    }
}

fn distinct(found: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut addresses = Vec::new();
    for address in found {
        if !addresses.contains(&address) && addresses.len() < MOST_ADDRESSES {
            addresses.push(address);
        }
    }
    addresses
}

/// Runs `work` on a thread that nobody waits for: a system's look-up cannot be ended, and tokio would hold the program
/// until its own threads are done.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let (done, result) = oneshot::channel();
    std::thread::Builder::new().name("look-up".to_owned()).spawn(move || drop(done.send(work())))?;
    result.await.map_err(|_| io::Error::other("the look-up ended without an answer"))
}

/// The words of the standard library repeat that it was about a look-up.
fn resolver_words(error: &io::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("failed to lookup address information: ").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_look_up_that_hangs_holds_nothing() {
        let (release, hang) = mpsc::channel::<()>();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let waited = async { timeout(Duration::from_millis(50), aside(move || hang.recv().is_ok())).await };
        let answer = runtime.block_on(waited);
        assert!(answer.is_err());
        // It would never end if it waited for the thread.
        drop(runtime);
        assert!(release.send(()).is_ok(), "the look-up still hangs");
    }

    #[test]
    fn addresses_come_once_and_not_without_end() {
        let all = (0..1000_u16).map(|port| SocketAddr::from(([127, 0, 0, 1], port / 2)));
        let addresses = distinct(all);
        assert_eq!(addresses.len(), MOST_ADDRESSES);
        assert_eq!(addresses[..2].iter().map(SocketAddr::port).collect::<Vec<_>>(), [0, 1]);
    }
}
