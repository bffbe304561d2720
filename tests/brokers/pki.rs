//! Certificates for the brokers: an authority, a server, a client, and an authority that nobody trusts.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::sync::LazyLock;

/// A certificate and its key, both in PEM.
pub struct Pair {
    pub certificate: String,
    pub key: String,
}

/// What the brokers and their clients need.
pub struct Pki {
    /// The authority of server and client.
    pub authority: String,
    /// For `localhost` and `127.0.0.1`.
    pub server: Pair,
    /// For `CN=client`.
    pub client: Pair,
    /// Another authority.
    pub stranger: String,
    /// A client certificate of that one.
    pub strange_client: Pair,
}

/// The same for the whole test process.
pub static PKI: LazyLock<Pki> = LazyLock::new(|| {
    let authority = authority("Flowgate test authority");
    let stranger = self::authority("Some other authority");
    Pki {
        server: leaf(&authority, "localhost", &["localhost", "127.0.0.1"]),
        client: leaf(&authority, "client", &[]),
        strange_client: leaf(&stranger, "client", &[]),
        authority: authority.pem(),
        stranger: stranger.pem(),
    }
});

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn leaf(authority: &CertifiedIssuer<'static, KeyPair>, name: &str, names: &[&str]) -> Pair {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    Pair { certificate: certificate.pem(), key: key.serialize_pem() }
}
