//! How far an address reaches.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address reaches. Addresses inside a cluster are private ones, and cannot be told from those of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// This machine alone.
    Loopback,
    /// A private network: RFC 1918, RFC 6598 (carriers), RFC 4193 (unique local).
    Private,
    /// The network that this machine is plugged into: RFC 3927, RFC 4291.
    LinkLocal,
    /// Everywhere.
    Public,
    /// `0.0.0.0` or `::`: no place to go to. A filtering resolver answers so.
    Unspecified,
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Public => "public",
            Self::Unspecified => "unspecified",
        })
    }
}

/// How far `address` reaches; an IPv4 address inside an IPv6 one counts as itself.
pub fn scope(address: IpAddr) -> Scope {
    match address.to_canonical() {
        address if address.is_loopback() => Scope::Loopback,
        address if address.is_unspecified() => Scope::Unspecified,
        IpAddr::V4(address) => scope_4(address),
        IpAddr::V6(address) => scope_6(address),
    }
}

fn scope_4(address: Ipv4Addr) -> Scope {
    let [first, second, ..] = address.octets();
    if address.is_link_local() {
        Scope::LinkLocal
    } else if address.is_private() || (first == 100 && second & 0xC0 == 64) {
        Scope::Private
    } else {
        Scope::Public
    }
}

const fn scope_6(address: Ipv6Addr) -> Scope {
    if address.is_unicast_link_local() {
        Scope::LinkLocal
    } else if address.is_unique_local() {
        Scope::Private
    } else {
        Scope::Public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_range_to_its_edges() {
        for (addresses, expected) in [
            (&["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"][..], Scope::Loopback),
            (
                &["10.0.0.0", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.0", "100.127.255.255"],
                Scope::Private,
            ),
            (&["fc00::1", "fdff::1", "::ffff:10.1.2.3"], Scope::Private),
            (&["169.254.169.254", "fe80::1", "febf::1"], Scope::LinkLocal),
            (&["172.32.0.1", "100.63.255.255", "100.128.0.0", "20.1.2.3", "2603:1030::1", "fec0::1"], Scope::Public),
            (&["0.0.0.0", "::"], Scope::Unspecified),
        ] {
            for address in addresses {
                assert_eq!(scope(address.parse().unwrap()), expected, "{address}");
            }
        }
    }
}
