//! MQTT 5 as a client, in layers that can be used one by one.
//!
//! `frame` splits bytes, `packet` and `encode` translate them (rumqttc's codec where it can), `connection` moves them,
//! `session` keeps the state, `limits` knows what a server allows, and `client` puts them together for whoever wants one
//! message sent or received. `dialogue` asks a server one thing after the other, for a probe. A bridge under load uses
//! `connection` and `session` directly.

mod client;
mod connack;
mod connection;
mod dialogue;
pub mod encode;
mod fields;
pub mod frame;
mod handshake;
mod limits;
pub mod packet;
mod reason;
mod session;

pub use client::{Client, ClientError, Incoming, PublishResult, Saved, Step, SubscribeResult, Ticket};
pub use connack::ConnAck;
pub use connection::{Connection, ConnectionError, Exchanged};
pub use dialogue::{Dialogue, Renewal, RequestError};
pub use encode::{Credentials, RetainHandling, Subscription, Unsendable};
pub use fields::{Details, Malformed};
pub use handshake::{Accepted, ConnectOptions, Handshake, HandshakeError, handshake, log_in};
pub use limits::{Limits, Refusal};
pub use packet::{Delivery, Packet};
pub use reason::{PacketKind, Reason};
pub use session::{AckToken, Event, NotSent, PublishError, Session};
