//! Starts mosquitto with a configuration of the test's own, and stops it.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running mosquitto. Dropping it kills it.
pub struct Mosquitto {
    child: Child,
    folder: tempfile::TempDir,
    ports: Vec<u16>,
}

/// A port that was free a moment ago: mosquitto cannot choose one.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Mosquitto {
    /// One anonymous listener.
    pub fn anonymous() -> Self {
        Self::start("listener PORT 127.0.0.1\nallow_anonymous true\n", &[])
    }

    /// With `config`, in which each `PORT` becomes a free port and `DIR` a folder that holds `files`.
    pub fn start(config: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Started as root it becomes another user, who has to be able to read.
        open_up(folder.path());
        for (name, content) in files {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            open_up(&path);
        }
        let config = config.replace("DIR", folder.path().to_str().unwrap());
        let (ports, child) = Self::configure(&config, folder.path());
        let mut broker = Self { child, folder, ports };
        // Somebody else may have taken a port in between.
        for _ in 0..5 {
            if broker.is_up() {
                return broker;
            }
            (broker.ports, broker.child) = Self::configure(&config, broker.folder.path());
        }
        panic!("mosquitto does not start: {}", broker.log());
    }

    fn configure(config: &str, folder: &Path) -> (Vec<u16>, Child) {
        let mut ports = Vec::new();
        let mut text = String::from("log_type error\nlog_type warning\n");
        for (index, part) in config.split("PORT").enumerate() {
            if index > 0 {
                let port = free_port();
                text.push_str(&port.to_string());
                ports.push(port);
            }
            text.push_str(part);
        }
        std::fs::write(folder.join("mosquitto.conf"), text).unwrap();
        (ports, Self::spawn(folder))
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn spawn(folder: &Path) -> Child {
        let log = std::fs::File::options().create(true).append(true).open(folder.join("log")).unwrap();
        let mut command = Command::new("mosquitto");
        command.arg("-c").arg(folder.join("mosquitto.conf")).stdout(Stdio::null()).stderr(log);
        command.spawn().expect("mosquitto is not installed")
    }

    /// Whether all listeners take connections; `false` if it has ended instead.
    fn is_up(&mut self) -> bool {
        let start = Instant::now();
        for port in &self.ports {
            while TcpStream::connect(("127.0.0.1", *port)).is_err() {
                if self.child.try_wait().unwrap().is_some() {
                    return false;
                }
                assert!(start.elapsed() < Duration::from_secs(10), "mosquitto does not listen: {}", self.log());
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        self.child.try_wait().unwrap().is_none()
    }

    /// The port of the listener `index`.
    pub fn port(&self, index: usize) -> u16 {
        self.ports[index]
    }

    /// Kills it without a chance to say anything.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, as a service manager does.
    pub fn stop(&mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap();
    }

    /// Starts it again, with the same ports and files.
    pub fn restart(&mut self) {
        self.child = Self::spawn(self.folder.path());
        assert!(self.is_up(), "mosquitto does not start again: {}", self.log());
    }

    /// A password file made by mosquitto's own tool.
    pub fn password_file(users: &[(&str, &str)]) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (user, password) in users {
            writeln!(file.as_file(), "{user}:{password}").unwrap();
        }
        assert!(Command::new("mosquitto_passwd").arg("-U").arg(file.path()).status().unwrap().success());
        std::fs::read_to_string(file.path()).unwrap()
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn open_up(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = if path.is_dir() { 0o777 } else { 0o666 };
    std::fs::set_permissions(PathBuf::from(path), std::fs::Permissions::from_mode(mode)).unwrap();
}
