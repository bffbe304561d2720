//! What a resolver says of a name besides its addresses: alias names on the way, and why there is no address.
//!
//! One question for each kind of address, by UDP, and by TCP where that is too short (RFC 1034, 1035). It stands beside
//! the system's look-up in `net`, which decides: that one also knows the hosts file and other sources. What a message
//! looks like is in `message`, which resolver the system asks is in `system`.

mod message;
mod system;

pub use system::{candidates, system_resolver};

use super::words;
use message::{Kind, Message, Unfit};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout_at};

/// What a resolver says of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The alias names (CNAME), in the order that they are followed; the last is the one that has the addresses, or
    /// should have them.
    pub aliases: Vec<String>,
    /// The addresses, IPv4 first, 64 of each kind at most.
    pub addresses: Vec<IpAddr>,
    /// Who answered.
    pub resolver: SocketAddr,
    /// How it went.
    pub code: Code,
}

/// How a look-up went, as the resolver says (RFC 1035, 4.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Code {
    /// There are addresses.
    #[error("the name has addresses")]
    Found,
    /// The name exists, but has no address (NODATA).
    #[error("the name exists, but has no address")]
    NoAddress,
    /// There is no such name (NXDOMAIN); with aliases it is the last of them that is missing.
    #[error("there is no such name (NXDOMAIN)")]
    NoSuchName,
    /// The resolver got no answer itself, or a wrong one (SERVFAIL).
    #[error("the resolver could not find out (SERVFAIL)")]
    ServerFailure,
    /// The resolver does not answer for this name, or not this machine (REFUSED).
    #[error("the resolver refuses to answer (REFUSED)")]
    Refused,
    /// Another code.
    #[error("the resolver answered with code {0}")]
    Other(u8),
}

/// Why a resolver's answer is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DnsError {
    /// A label of the name is empty or has more than 63 bytes, the name more than 253, or it is not ASCII.
    #[error("that is no name that can be looked up")]
    BadName,
    /// It does not answer in time.
    #[error("no answer from the resolver `{resolver}` within {} ms", .limit.as_millis())]
    Silent {
        /// The resolver.
        resolver: SocketAddr,
        /// How long was waited.
        limit: Duration,
    },
    /// It cannot be asked.
    #[error("the resolver `{resolver}` cannot be asked: {words}")]
    Unreachable {
        /// The resolver.
        resolver: SocketAddr,
        /// Why.
        words: String,
    },
    /// What it says cannot be read.
    #[error("the answer of the resolver `{resolver}` cannot be read: {what}")]
    Malformed {
        /// The resolver.
        resolver: SocketAddr,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// A question or its answer may be lost on the way; then it is asked again.
const AGAIN: Duration = Duration::from_secs(2);

/// More than a message over UDP may have without an agreement, and than a resolver sends with one.
const LONGEST_DATAGRAM: usize = 4 * 1024;

/// Asks `resolver` for the addresses of `name`, as it stands: no search list is applied.
///
/// # Errors
/// If the name cannot be asked for, or neither question is answered within `limit` in a way that can be read.
pub async fn chain(name: &str, resolver: SocketAddr, limit: Duration) -> Result<Answer, DnsError> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let end = Instant::now() + limit;
    let ask = |kind| async move {
        match timeout_at(end, ask(name, kind, resolver)).await {
            Ok(answer) => answer,
            Err(_) => Err(DnsError::Silent { resolver, limit }),
        }
    };
    match tokio::join!(ask(Kind::A), ask(Kind::Aaaa)) {
        (Ok(four), Ok(six)) => Ok(answer(name, resolver, &[four, six])),
        // Some resolvers never answer one of the two.
        (Ok(only), Err(_)) | (Err(_), Ok(only)) => Ok(answer(name, resolver, &[only])),
        (Err(error), Err(_)) => Err(error),
    }
}

fn answer(name: &str, resolver: SocketAddr, messages: &[Message]) -> Answer {
    let mut aliases = Vec::new();
    let mut addresses = Vec::new();
    for message in messages {
        let (names, found) = message.follow(name);
        if names.len() > aliases.len() {
            aliases = names;
        }
        addresses.extend(found);
    }
    let codes = messages.iter().map(|message| message.code);
    let code = match codes.max_by_key(|code| *code != 0) {
        _ if !addresses.is_empty() => Code::Found,
        Some(0) | None => Code::NoAddress,
        Some(2) => Code::ServerFailure,
        Some(3) => Code::NoSuchName,
        Some(5) => Code::Refused,
        Some(other) => Code::Other(other),
    };
    Answer { aliases, addresses, resolver, code }
}

async fn ask(name: &str, kind: Kind, resolver: SocketAddr) -> Result<Message, DnsError> {
    let id = u16::try_from(RandomState::new().hash_one(name) & 0xFFFF).unwrap_or_default();
    let question = message::question(id, name, kind).ok_or(DnsError::BadName)?;
    let unreachable = |error: io::Error| DnsError::Unreachable { resolver, words: words::io(&error) };
    let malformed = |what| DnsError::Malformed { resolver, what };
    let message = by_udp(&question, resolver).await.map_err(unreachable)?.map_err(malformed)?;
    if !message.truncated {
        return Ok(message);
    }
    let bytes = by_tcp(&question, resolver).await.map_err(unreachable)?;
    match message::read(&bytes, &question) {
        Ok(message) => Ok(message),
        Err(Unfit::Malformed(what)) => Err(malformed(what)),
        Err(Unfit::Foreign) => Err(malformed("it belongs to another question")),
    }
}

/// The first answer that belongs to the question. What does not may come from somebody who guesses, and is passed over.
async fn by_udp(question: &[u8], resolver: SocketAddr) -> io::Result<Result<Message, &'static str>> {
    let any: IpAddr = if resolver.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(resolver).await?;
    let mut buffer = vec![0; LONGEST_DATAGRAM];
    loop {
        socket.send(question).await?;
        let again = Instant::now() + AGAIN;
        while let Ok(received) = timeout_at(again, socket.recv(&mut buffer)).await {
            let bytes = buffer.get(..received?).unwrap_or_default();
            match message::read(bytes, question) {
                Ok(message) => return Ok(Ok(message)),
                Err(Unfit::Malformed(what)) => return Ok(Err(what)),
                Err(Unfit::Foreign) => {}
            }
        }
    }
}

/// Over TCP a length of two bytes stands in front of each message (RFC 1035, 4.2.2).
async fn by_tcp(question: &[u8], resolver: SocketAddr) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(resolver).await?;
    let length = u16::try_from(question.len()).unwrap_or_default();
    stream.write_all(&[&length.to_be_bytes(), question].concat()).await?;
    let length = stream.read_u16().await?;
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}
