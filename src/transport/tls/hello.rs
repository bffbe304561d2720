//! A ClientHello by itself, to see whether TLS is spoken somewhere. Nothing is made of the answer.

use super::trust::provider;
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore};

/// The first record of a TLS 1.2 or 1.3 client that wants `server_name`; without a name if it is none that TLS can send.
pub fn client_hello(server_name: &str) -> Option<Vec<u8>> {
    let name = ServerName::try_from(server_name.to_owned());
    // With an address rustls sends no name.
    let name = name.unwrap_or(ServerName::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()));
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().ok()?;
    let config = config.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(config), name).ok()?;
    let mut bytes = Vec::new();
    while connection.wants_write() {
        connection.write_tls(&mut bytes).ok()?;
    }
    Some(bytes)
}
