//! mosquitto with what a test asks for.

use super::pki::PKI;
use super::process::Process;
use super::{free_ports, scratch};
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

/// How it is set up. The default lets everybody in and keeps nothing.
#[derive(Default, Clone)]
pub struct Setup {
    /// Users and passwords. None: everybody may come.
    pub users: Vec<(&'static str, &'static str)>,
    /// The text of an ACL file.
    pub acl: Option<&'static str>,
    /// Whether sessions and messages survive a restart. They are saved on SIGTERM, not on SIGKILL.
    pub persistence: bool,
    /// Further lines of its configuration.
    pub more: &'static str,
}

/// A broker that can be stopped and started again.
pub struct Mosquitto {
    /// In clear.
    pub port: u16,
    /// WebSocket, in clear.
    pub websocket: u16,
    /// TLS.
    pub tls: u16,
    /// TLS with a client certificate.
    pub mtls: u16,
    folder: PathBuf,
    process: Option<Process>,
}

/// A broker for all tests of the process. It ends with the process.
pub static SHARED: LazyLock<Mosquitto> = LazyLock::new(|| Mosquitto::start(&Setup::default()));

impl Mosquitto {
    /// Starts a broker.
    pub fn start(setup: &Setup) -> Self {
        let folder = scratch("mosquitto");
        let [port, websocket, tls, mtls] = free_ports();
        let mosquitto = Self { port, websocket, tls, mtls, folder, process: None };
        mosquitto.write(setup);
        let mut mosquitto = mosquitto;
        mosquitto.run();
        mosquitto
    }

    fn write(&self, setup: &Setup) {
        let file = |name: &str| self.folder.join(name).display().to_string();
        let save = |name: &str, text: &str| std::fs::write(self.folder.join(name), text).unwrap();
        save("authority.pem", &PKI.authority);
        save("server.pem", &PKI.server.certificate);
        save("server.key", &PKI.server.key);
        // As root it would become the user `mosquitto`, who may not read what belongs to root.
        let mut text = String::from(
            "user root\nmax_queued_messages 0\nmax_inflight_messages 1000\nlog_type error\nlog_type warning\nlog_dest stderr\n",
        );
        if setup.persistence {
            writeln!(text, "persistence true\npersistence_location {}/", self.folder.display()).unwrap();
        }
        if setup.users.is_empty() {
            text += "allow_anonymous true\n";
        } else {
            save("passwords", "");
            for (user, password) in &setup.users {
                let status =
                    Command::new("mosquitto_passwd").args(["-b", &file("passwords"), user, password]).output().unwrap();
                assert!(status.status.success());
            }
            writeln!(text, "allow_anonymous false\npassword_file {}", file("passwords")).unwrap();
        }
        if let Some(acl) = setup.acl {
            save("acl", acl);
            writeln!(text, "acl_file {}", file("acl")).unwrap();
        }
        text += setup.more;
        let keys = format!(
            "cafile {}\ncertfile {}\nkeyfile {}",
            file("authority.pem"),
            file("server.pem"),
            file("server.key")
        );
        let Self { port, websocket, tls, mtls, .. } = self;
        writeln!(text, "\nlistener {port} 127.0.0.1").unwrap();
        writeln!(text, "listener {websocket} 127.0.0.1\nprotocol websockets").unwrap();
        writeln!(text, "listener {tls} 127.0.0.1\n{keys}").unwrap();
        writeln!(text, "listener {mtls} 127.0.0.1\n{keys}\nrequire_certificate true").unwrap();
        save("mosquitto.conf", &text);
    }

    fn run(&mut self) {
        let config = self.folder.join("mosquitto.conf");
        let program =
            if std::path::Path::new("/usr/sbin/mosquitto").exists() { "/usr/sbin/mosquitto" } else { "mosquitto" };
        let command = [program, "-c", config.to_str().unwrap()];
        let process = Process::start(&command, &self.folder.join("log"), Some(&self.folder));
        let ports = [self.port, self.websocket, self.tls, self.mtls];
        process.wait_for(&ports.map(|port| SocketAddr::from(([127, 0, 0, 1], port))), Duration::from_secs(10));
        self.process = Some(process);
    }

    /// Stops it by a signal: `-TERM` lets it save, `-KILL` does not.
    pub fn end(&mut self, signal: &str) {
        self.process.as_mut().unwrap().end(signal);
    }

    /// The end of what it logged.
    pub fn log(&self) -> String {
        self.process.as_ref().unwrap().log()
    }

    /// Starts it again, after [`Mosquitto::end`].
    pub fn restart(&mut self) {
        let kept = self.folder.with_extension("kept");
        // The guard removes the folder of a process that it has ended.
        std::fs::rename(&self.folder, &kept).unwrap();
        self.process = None;
        std::fs::rename(&kept, &self.folder).unwrap();
        self.run();
    }
}
