//! TCP connections: to the first of several addresses that takes one, or to each of them.

use super::Target;
use crate::transport::words;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// How a connection to one address went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TcpCause {
    /// Nothing listens there.
    #[error("connection refused: nothing listens there")]
    Refused,
    /// No answer in time: a firewall that drops, or a dead host.
    #[error("no answer within {} ms: a firewall on the way, or no such host", .0.as_millis())]
    Silent(Duration),
    /// The connection was reset while it was made: a firewall or a load balancer without a server behind it.
    #[error("the connection was reset while it was made")]
    Reset,
    /// This machine or a router on the way knows no route there.
    #[error("no route to there from this machine")]
    Unreachable,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl TcpCause {
    fn new(error: &io::Error, waited: Duration) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::ConnectionRefused => Self::Refused,
            Kind::ConnectionReset | Kind::ConnectionAborted => Self::Reset,
            // The last is an address family that this machine does not have.
            Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown | Kind::AddrNotAvailable => {
                Self::Unreachable
            }
            // The system gave up before the limit.
            Kind::TimedOut => Self::Silent(waited),
            _ => Self::Other(words::io(error)),
        }
    }
}

/// A connection to one address.
///
/// # Errors
/// If there is none within `limit`.
pub async fn connect(address: SocketAddr, limit: Duration) -> Result<TcpStream, TcpCause> {
    let start = Instant::now();
    match timeout(limit, TcpStream::connect(address)).await {
        Err(_) => Err(TcpCause::Silent(limit)),
        Ok(Err(error)) => Err(TcpCause::new(&error, start.elapsed())),
        Ok(Ok(stream)) => {
            // Acknowledgements are small, and somebody waits for them.
            let _ = stream.set_nodelay(true);
            Ok(stream)
        }
    }
}

/// How it went with one of several addresses.
#[derive(Debug)]
pub struct Attempt {
    /// The address.
    pub address: SocketAddr,
    /// How long it took.
    pub took: Duration,
    /// Whether it took the connection; `None`: it had not answered when it was given up.
    pub result: Option<Result<(), TcpCause>>,
}

/// After one address has answered, the others get ten times as long, and this at least.
const GRACE: Duration = Duration::from_millis(250);

/// The connection that was there first, with its address and how long it took.
pub type First = Option<(TcpStream, SocketAddr, Duration)>;

/// Connects to each of `addresses` side by side, so that a dead one among them is found. Returns the connection that was
/// there first and how it went with each, in their order. Takes `limit` at most; once one is there, the others have to
/// answer soon.
pub async fn dial_each(addresses: &[SocketAddr], limit: Duration) -> (First, Vec<Attempt>) {
    let started = Instant::now();
    let mut running = JoinSet::new();
    for (index, &address) in addresses.iter().enumerate() {
        running.spawn(async move { (index, address, connect(address, limit).await) });
    }
    let mut attempts: Vec<Attempt> =
        addresses.iter().map(|&address| Attempt { address, result: None, took: Duration::ZERO }).collect();
    let mut first: First = None;
    let mut end = started + limit + GRACE;
    while !running.is_empty() {
        let done = tokio::select! {
            done = running.join_next() => done,
            () = sleep_until(end) => break,
        };
        let Some(Ok((index, address, result))) = done else { continue };
        let took = started.elapsed();
        let result = result.map(|stream| {
            if first.is_none() {
                first = Some((stream, address, took));
                end = Instant::now() + (took * 10).max(GRACE);
            }
        });
        if let Some(attempt) = attempts.get_mut(index) {
            (attempt.result, attempt.took) = (Some(result), took);
        }
    }
    (first, attempts)
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn every_address_is_tried() {
        runtime().block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let live = listener.local_addr().unwrap();
            let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
            let limit = Duration::from_secs(5);
            let (first, attempts) = dial_each(&[live, closed, live], limit).await;
            assert_eq!(first.unwrap().1, live);
            let results: Vec<_> = attempts.iter().map(|attempt| attempt.result.clone()).collect();
            assert_eq!(results, [Some(Ok(())), Some(Err(TcpCause::Refused)), Some(Ok(()))]);
            assert_eq!(attempts[1].address, closed);
            assert!(attempts.iter().all(|attempt| attempt.took < limit));
            let (first, attempts) = dial_each(&[], limit).await;
            assert!(first.is_none() && attempts.is_empty());
        });
    }

    #[test]
    fn causes_are_told_apart() {
        let waited = Duration::from_secs(1);
        for (kind, cause) in [
            (io::ErrorKind::ConnectionRefused, TcpCause::Refused),
            (io::ErrorKind::ConnectionReset, TcpCause::Reset),
            (io::ErrorKind::HostUnreachable, TcpCause::Unreachable),
            (io::ErrorKind::NetworkUnreachable, TcpCause::Unreachable),
            (io::ErrorKind::TimedOut, TcpCause::Silent(waited)),
        ] {
            assert_eq!(TcpCause::new(&kind.into(), waited), cause);
        }
        let other = TcpCause::new(&io::ErrorKind::PermissionDenied.into(), waited);
        assert!(matches!(other, TcpCause::Other(_)));
    }
}
