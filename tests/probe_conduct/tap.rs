//! Listens in on what a client says to a real broker in clear.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A forwarder that keeps what came from the client. It listens until the test process ends.
pub struct Tap {
    pub port: u16,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Tap {
    /// In front of the broker at `port`.
    pub fn before(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let heard: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let tap = Self { port: listener.local_addr().unwrap().port(), heard: Arc::clone(&heard) };
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                let broker = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let index = {
                    let mut heard = heard.lock().unwrap();
                    heard.push(Vec::new());
                    heard.len() - 1
                };
                let (from, to) = (broker.try_clone().unwrap(), client.try_clone().unwrap());
                std::thread::spawn(move || forward(from, to, |_| {}));
                let heard = Arc::clone(&heard);
                std::thread::spawn(move || {
                    forward(client, broker, |bytes| heard.lock().unwrap()[index].extend(bytes));
                });
            }
        });
        tap
    }

    /// What came so far, by connection.
    pub fn heard(&self) -> Vec<Vec<u8>> {
        self.heard.lock().unwrap().clone()
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, mut hear: impl FnMut(&[u8])) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        hear(&buffer[..count]);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
