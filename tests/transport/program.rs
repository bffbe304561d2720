//! Servers that are programs: a web server, and OpenSSL's test server.

use super::brokers::process;
use super::pki::Leaf;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// A running server. It ends when it is dropped, or with the test process.
pub struct Server {
    pub port: u16,
    _process: process::Process,
    _folder: tempfile::TempDir,
}

#[allow(dead_code, reason = "each test uses its part")]
impl Server {
    /// Starts a program; `PORT` and `DIR` in its arguments become a free port and a folder that holds `files`.
    fn start(command: &[&str], files: &[(&str, &str)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let fill =
            |text: &&str| text.replace("PORT", &port.to_string()).replace("DIR", folder.path().to_str().unwrap());
        for (name, content) in files {
            std::fs::write(folder.path().join(name), fill(content)).unwrap();
        }
        let command: Vec<String> = command.iter().map(fill).collect();
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let process = process::Process::start(&command, &folder.path().join("log"), None);
        process.wait_for(&[SocketAddr::from(([127, 0, 0, 1], port))], Duration::from_secs(10));
        Self { port, _process: process, _folder: folder }
    }

    /// mosquitto with the configuration `conf` among `files`.
    pub fn mosquitto(files: &[(&str, &str)]) -> Self {
        let program =
            if std::path::Path::new("/usr/sbin/mosquitto").exists() { "/usr/sbin/mosquitto" } else { "mosquitto" };
        Self::start(&[program, "-c", "DIR/conf"], files)
    }

    /// Python's web server, over an empty folder.
    pub fn web() -> Self {
        Self::start(&["python3", "-m", "http.server", "PORT", "--bind", "127.0.0.1", "--directory", "DIR/none"], &[])
    }

    /// `openssl s_server` with a certificate, and more arguments; `chain` is sent behind the certificate. It serves
    /// one connection after the other.
    pub fn openssl(leaf: &Leaf, chain: &str, more: &[&str], files: &[(&str, &str)]) -> Self {
        let own = [("cert", leaf.certificate.as_str()), ("key", leaf.key.as_str()), ("chain", chain)];
        let files = [&own, files].concat();
        // Without `-www` it ends each connection as soon as its standard input ends.
        let command =
            ["openssl", "s_server", "-accept", "127.0.0.1:PORT", "-cert", "DIR/cert", "-key", "DIR/key", "-www"];
        let behind: &[&str] = if chain.is_empty() { &[] } else { &["-cert_chain", "DIR/chain"] };
        Self::start(&[&command, behind, more].concat(), &files)
    }
}
