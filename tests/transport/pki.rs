//! A certificate authority of the test's own.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rcgen::{KeyUsagePurpose, date_time_ymd};

pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, in PEM.
pub struct Leaf {
    pub certificate: String,
    pub key: String,
}

#[allow(dead_code, reason = "each test uses its part")]
impl Authority {
    pub fn new(name: &str) -> Self {
        Self(CertifiedIssuer::self_signed(authority(name), KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    fn sign(&self, params: &CertificateParams) -> Leaf {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Leaf { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    pub fn server(&self, names: &[&str]) -> Leaf {
        self.sign(&server(names))
    }

    pub fn client(&self, name: &str) -> Leaf {
        self.sign(&client(name))
    }

    /// An authority below this one.
    pub fn below(&self, name: &str) -> Self {
        Self(CertifiedIssuer::signed_by(authority(name), KeyPair::generate().unwrap(), &self.0).unwrap())
    }

    /// For a client, and good in 2001 only.
    pub fn expired_client(&self, name: &str) -> Leaf {
        let mut params = client(name);
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2001, 12, 31);
        self.sign(&params)
    }

    /// Good for so many days from now.
    pub fn server_for_days(&self, names: &[&str], days: i64) -> Leaf {
        let mut params = server(names);
        let now = time::OffsetDateTime::now_utc();
        params.not_before = now - time::Duration::days(1);
        params.not_after = now + time::Duration::days(days) + time::Duration::hours(12);
        self.sign(&params)
    }

    /// Good in 2001 only.
    pub fn expired(&self, names: &[&str]) -> Leaf {
        let mut params = server(names);
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2001, 12, 31);
        self.sign(&params)
    }

    /// Good from 2090 on.
    pub fn early(&self, names: &[&str]) -> Leaf {
        let mut params = server(names);
        params.not_before = date_time_ymd(2090, 1, 1);
        params.not_after = date_time_ymd(2091, 1, 1);
        self.sign(&params)
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, "server");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn client(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// A server certificate that vouches for itself; `authority` marks it as one, as `openssl req -x509` does.
pub fn self_signed(names: &[&str], authority: bool) -> Leaf {
    let mut params = server(names);
    if authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.extended_key_usages.clear();
    }
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Leaf { certificate: certificate.pem(), key: key.serialize_pem() }
}
