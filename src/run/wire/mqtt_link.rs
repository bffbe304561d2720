//! A session at an MQTT broker that outlives its connections: pings, reconnects, and hands out what happens.

use super::{About, WireError};
use crate::transport::mqtt::{
    Accepted, ConnectOptions, Connection, ConnectionError, Event, Exchanged, Handshake, HandshakeError, Limits,
    Session, encode, handshake,
};
use crate::transport::{Layer, Stream};
use std::time::{Duration, Instant};

/// Longest wait for the last acknowledgements and the DISCONNECT to go out.
const GOODBYE: Duration = Duration::from_secs(2);

/// One session, and the connection that it has at the moment.
pub(super) struct MqttLink<T> {
    options: ConnectOptions,
    connection: Connection<Box<dyn Stream>>,
    pub(super) session: Session<T>,
    pub(super) accepted: Accepted,
    pub(super) limits: Limits,
    /// When this side last sent something, and whether it waits for the answer to a ping.
    sent: Instant,
    pinged: bool,
    /// Whether packets may have come together with CONNACK, which nothing more on the wire would announce.
    fresh: bool,
}

impl<T> MqttLink<T> {
    /// Connects, with a session for `in_flight` publishes.
    pub(super) async fn connect(options: ConnectOptions) -> Result<Self, WireError> {
        let Handshake { mut connection, accepted } = handshake(&options).await.map_err(|error| refusal(&error))?;
        let mut session = Session::new(options.in_flight);
        let connack = &accepted.connack;
        let limits = Limits::of(connack);
        session.connected(connack.session_present, limits, connection.output());
        Ok(Self { options, connection, session, accepted, limits, sent: Instant::now(), pinged: false, fresh: true })
    }

    /// Connects again, to the same session. Returns what is lost, as the broker forgot the session.
    pub(super) async fn reconnect(&mut self) -> Result<Vec<T>, WireError> {
        self.options.clean_start = false;
        self.options.client_id.clone_from(&self.accepted.client_id);
        let Handshake { connection, accepted } = handshake(&self.options).await.map_err(|error| refusal(&error))?;
        self.connection = connection;
        let connack = &accepted.connack;
        self.limits = Limits::of(connack);
        let lost = self.session.connected(connack.session_present, self.limits, self.connection.output());
        self.accepted = accepted;
        self.pinged = false;
        self.fresh = true;
        Ok(lost)
    }

    /// Whether the broker still has the session of this client.
    pub(super) const fn was_present(&self) -> bool {
        self.accepted.connack.session_present
    }

    /// The session, and where its packets go.
    pub(super) fn parts(&mut self) -> (&mut Session<T>, &mut bytes::BytesMut) {
        (&mut self.session, self.connection.output())
    }

    /// Waits until bytes came or everything queued is out; without `read`, until the latter.
    pub(super) async fn wait(&mut self, read: bool) -> Result<(), WireError> {
        if read && std::mem::take(&mut self.fresh) {
            return Ok(());
        }
        let ping_in = self.ping_in();
        let wait = async {
            if self.connection.unsent() > 0 && !read {
                return self.connection.flush().await;
            }
            if !read {
                return std::future::pending().await;
            }
            let unsent = self.connection.unsent() > 0;
            match self.connection.exchange().await? {
                Exchanged::Read(_) => Ok(()),
                Exchanged::Flushed => {
                    if unsent {
                        self.sent = Instant::now();
                    }
                    Ok(())
                }
            }
        };
        match tokio::time::timeout(ping_in, wait).await {
            Ok(done) => done.map_err(|error| broken(&error)),
            Err(_) => self.ping(),
        }
    }

    fn ping_in(&self) -> Duration {
        match self.accepted.keep_alive {
            Duration::ZERO => Duration::from_secs(3600),
            keep_alive => (keep_alive / 2).saturating_sub(self.sent.elapsed()),
        }
    }

    fn ping(&mut self) -> Result<(), WireError> {
        if std::mem::replace(&mut self.pinged, true) {
            return Err(WireError::passing("the broker does not answer PINGREQ"));
        }
        encode::ping(self.connection.output());
        self.sent = Instant::now();
        Ok(())
    }

    /// What happened next, of what is here.
    pub(super) fn next(&mut self) -> Result<Option<Event<T>>, WireError> {
        loop {
            let Some(packet) = self.connection.next().map_err(|error| broken(&error))? else { return Ok(None) };
            match self.session.handle(packet, self.connection.output()) {
                Ok(Event::None) => {}
                Ok(Event::Pong) => self.pinged = false,
                Ok(Event::Disconnected(reason, details)) => {
                    return Err(broken(&ConnectionError::Disconnected { reason, details }));
                }
                Ok(Event::Auth(..)) => return Err(WireError::lasting("the broker asks to log in again (AUTH)")),
                Ok(event) => return Ok(Some(event)),
                Err(why) => return Err(WireError::passing(format!("the broker sent {why}"))),
            }
        }
    }

    /// Sends what is queued, and DISCONNECT. Without `keep` the session ends at the broker, too.
    ///
    /// Whoever closes a socket that holds unread bytes makes the system reset the connection, and then the other side
    /// never sees acknowledgements that it had not read yet. So what still comes is read until the broker closes.
    pub(super) async fn close(mut self, keep: bool) {
        encode::disconnect(!keep && self.options.session_expiry > 0, self.connection.output());
        let _ = tokio::time::timeout(GOODBYE, async {
            self.connection.flush().await?;
            while self.connection.read().await? > 0 {
                while let Ok(Some(_)) = self.connection.next() {}
            }
            self.connection.shutdown().await
        })
        .await;
    }
}

/// An error before CONNACK: a broker that is not there may come back, one that refuses will refuse again.
fn refusal(error: &HandshakeError) -> WireError {
    let passing = match error {
        HandshakeError::Open(open) => matches!(open.layer(), Layer::Name | Layer::Tcp | Layer::Proxy),
        HandshakeError::Connection(_) => true,
        _ => false,
    };
    let about = match error {
        HandshakeError::Refused(connack) if is_login(connack.reason.code) => About::Login,
        _ => About::Host,
    };
    WireError { message: error.to_string(), passing, about }
}

/// Whether CONNACK with this code is about who logs in: client identifier, user name or password, not authorized, banned,
/// authentication method (MQTT 5, table 3-1).
const fn is_login(code: u8) -> bool {
    matches!(code, 0x85 | 0x86 | 0x87 | 0x8A | 0x8C)
}

/// An error on a connection that had been up.
fn broken(error: &ConnectionError) -> WireError {
    let passing = !matches!(error, ConnectionError::Disconnected { reason, .. } if !may_pass(reason.code));
    WireError { message: error.to_string(), passing, about: About::Host }
}

/// Whether a DISCONNECT with this code is about the server and not about what this side did: server shutting down, server
/// busy, keep alive timeout, and the like (MQTT 5, table 2-6).
const fn may_pass(code: u8) -> bool {
    matches!(code, 0x80 | 0x83 | 0x88 | 0x89 | 0x8B | 0x8D | 0x9C | 0x9D)
}
