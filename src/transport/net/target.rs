//! Hosts with ports, and detours from one to another, as people write them.

use std::fmt;
use std::str::FromStr;

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
}
