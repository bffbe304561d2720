//! Which resolver the system asks, and for which names: `/etc/resolv.conf` (resolv.conf(5)).
//!
//! Systems without that file are not read; their look-up is in `net` all the same.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};

const PATH: &str = "/etc/resolv.conf";
const PORT: u16 = 53;

/// The resolver that the system asks first; `None` where that is not known.
pub fn system_resolver() -> Option<SocketAddr> {
    Settings::system().resolver
}

/// The names that the system's look-up of `name` asks for, in its order: in a cluster a short name is tried below its
/// search list.
pub fn candidates(name: &str) -> Vec<String> {
    Settings::system().candidates(name)
}

#[derive(Debug, PartialEq, Eq)]
struct Settings {
    resolver: Option<SocketAddr>,
    search: Vec<String>,
    /// With fewer dots a name is tried below the search list first.
    dots: usize,
}

impl Settings {
    fn system() -> Self {
        Self::read(&std::fs::read_to_string(PATH).unwrap_or_default())
    }

    fn read(text: &str) -> Self {
        let mut settings = Self { resolver: None, search: Vec::new(), dots: 1 };
        for line in text.lines().filter(|line| !line.starts_with(['#', ';'])) {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") => settings.resolver = settings.resolver.or_else(|| address(words.next()?)),
                // The last of them counts.
                Some("search" | "domain") => settings.search = words.map(str::to_owned).collect(),
                Some("options") => {
                    let dots = words.filter_map(|word| word.strip_prefix("ndots:")?.parse().ok()).next_back();
                    // 15 is what glibc makes of more.
                    settings.dots = dots.unwrap_or(settings.dots).min(15);
                }
                _ => {}
            }
        }
        settings
    }

    fn candidates(&self, name: &str) -> Vec<String> {
        if let Some(whole) = name.strip_suffix('.') {
            return vec![whole.to_owned()];
        }
        let below = self.search.iter().map(|domain| format!("{name}.{}", domain.trim_matches('.')));
        let whole = std::iter::once(name.to_owned());
        if name.matches('.').count() >= self.dots { whole.chain(below).collect() } else { below.chain(whole).collect() }
    }
}

/// An address, which may have a zone if it is link-local; a zone by name is not known here.
fn address(text: &str) -> Option<SocketAddr> {
    match text.split_once('%') {
        None => Some(SocketAddr::new(text.parse::<IpAddr>().ok()?, PORT)),
        Some((address, zone)) => {
            Some(SocketAddrV6::new(address.parse::<Ipv6Addr>().ok()?, PORT, 0, zone.parse().ok()?).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_pod() {
        let text = "search iot.svc.cluster.local svc.cluster.local\nnameserver 10.96.0.10\nnameserver 1.1.1.1\noptions ndots:5\n";
        let settings = Settings::read(text);
        assert_eq!(settings.resolver, Some("10.96.0.10:53".parse().unwrap()));
        let names = ["broker.iot.svc.cluster.local", "broker.svc.cluster.local", "broker"];
        assert_eq!(settings.candidates("broker"), names);
        assert_eq!(settings.candidates("broker."), ["broker"]);
        assert_eq!(settings.candidates("a.b.c.d.e.f")[0], "a.b.c.d.e.f");
    }

    #[test]
    fn what_cannot_be_read_is_passed_over() {
        let settings =
            Settings::read("# c\nnameserver\nnameserver fe80::1%eth0\nnameserver fe80::1%3\noptions ndots:x rotate\n");
        assert_eq!(settings.resolver, Some("[fe80::1%3]:53".parse().unwrap()));
        assert_eq!(settings.candidates("hub.example"), ["hub.example"]);
        assert_eq!(Settings::read("").resolver, None);
    }
}
