//! What the two connections ask for.

use crate::access::Proof;
use crate::model::FarEnd;
use crate::probe::{Climb, Opening};
use crate::transport::mqtt::{ConnectOptions, Credentials};
use std::hash::{BuildHasher, RandomState};

/// Both connections of a probe: as whom, to where, with which settings.
pub struct Plan {
    base: ConnectOptions,
    /// Marks what this probe leaves in logs and messages.
    pub run: String,
    /// What is sent as a login, in words.
    pub sent: String,
    /// As whom, in words.
    pub words: String,
    /// Whether a secret goes onto the wire.
    pub is_secret: bool,
    /// Whether a client certificate is offered.
    pub has_certificate: bool,
    /// What the manifest asks for.
    pub wanted: Wanted,
}

/// Settings of the manifest that a broker may change.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// `keepAliveSeconds`.
    pub keep_alive: Option<u16>,
    /// `sessionExpirySeconds`.
    pub session_expiry: Option<u32>,
    /// `maxInflightMessages`.
    pub max_inflight: Option<u16>,
}

/// Packets of up to so many bytes are taken from a broker. Nothing is subscribed to on the first connection.
const PACKET: u32 = 256 * 1024;

/// On the second, messages of others may come; large ones are kept away.
const SMALL_PACKET: u32 = 4 * 1024;

impl Plan {
    /// For the endpoint of `climb`, with `proof`.
    pub fn new(climb: &Climb<'_>, opening: &Opening, proof: &Proof) -> Self {
        let run = format!("{:012x}", RandomState::new().hash_one(climb.subject().end.name()) >> 16);
        let mqtt = climb.subject().end.settings.mqtt.as_ref();
        let wanted = Wanted {
            keep_alive: mqtt.and_then(|mqtt| mqtt.keep_alive).map(|setting| setting.value),
            session_expiry: mqtt.and_then(|mqtt| mqtt.session_expiry).map(|setting| setting.value),
            max_inflight: mqtt.and_then(|mqtt| mqtt.max_inflight).map(|setting| setting.value),
        };
        let base = ConnectOptions {
            route: climb.means().reach.route.clone(),
            tls: opening.tls.clone(),
            websocket: opening.websocket.clone(),
            credentials: credentials(proof),
            in_flight: 1,
            ..ConnectOptions::new(opening.target.clone(), format!("flowgate-probe-{run}"))
        };
        Self {
            is_secret: match &base.credentials {
                Credentials::None => false,
                Credentials::Password { password, .. } => password.is_some(),
                Credentials::Enhanced { .. } => true,
            },
            sent: sent(&base.credentials, proof),
            words: proof.words.clone(),
            has_certificate: proof.identity.is_some(),
            base,
            run,
            wanted,
        }
    }

    /// The connection that asks for what the manifest asks for. Its client id is never that of a dataflow, so it can take
    /// no session over.
    pub fn first(&self) -> ConnectOptions {
        let base = &self.base;
        ConnectOptions {
            keep_alive: self.wanted.keep_alive.unwrap_or(base.keep_alive),
            session_expiry: self.wanted.session_expiry.unwrap_or(0),
            receive_maximum: self.wanted.max_inflight.unwrap_or(base.receive_maximum),
            maximum_packet_size: PACKET,
            ..base.clone()
        }
    }

    /// The connection that asks for permissions: its session ends with it, and no message piles up for it.
    pub fn second(&self) -> ConnectOptions {
        ConnectOptions {
            client_id: format!("{}-2", self.base.client_id),
            session_expiry: 0,
            receive_maximum: 1,
            maximum_packet_size: SMALL_PACKET,
            ..self.base.clone()
        }
    }

    /// The authentication method of MQTT 5 in use.
    pub fn method(&self) -> Option<&str> {
        match &self.base.credentials {
            Credentials::Enhanced { method, .. } => Some(method),
            _ => None,
        }
    }

    /// The login of the connections.
    pub const fn credentials(&self) -> &Credentials {
        &self.base.credentials
    }
}

fn credentials(proof: &Proof) -> Credentials {
    match (&proof.token, &proof.user) {
        (Some(bearer), _) => {
            let data = bearer.jwt.expose().as_bytes().to_vec().into();
            Credentials::Enhanced { method: bearer.method.to_owned(), data }
        }
        (None, Some((user, password))) => {
            let password = (!password.expose().is_empty()).then(|| password.clone());
            Credentials::Password { user: user.clone(), password }
        }
        (None, None) => Credentials::None,
    }
}

fn sent(credentials: &Credentials, proof: &Proof) -> String {
    let login = match credentials {
        Credentials::None => None,
        Credentials::Password { user, password: Some(_) } => {
            Some(format!("user name `{}` and a password", user.escape_debug()))
        }
        Credentials::Password { user, password: None } => {
            Some(format!("user name `{}` without a password", user.escape_debug()))
        }
        Credentials::Enhanced { method, .. } => Some(format!("a token by authentication method `{method}`")),
    };
    match (login, proof.identity.is_some()) {
        (None, false) => "no credentials".to_owned(),
        (None, true) => "a client certificate".to_owned(),
        (Some(login), false) => login,
        (Some(login), true) => format!("{login}, and a client certificate"),
    }
}

/// What to look at where a login is refused.
pub fn login_help(far_end: FarEnd, plan: &Plan) -> &'static str {
    match far_end {
        FarEnd::LocalBroker => {
            "look at the BrokerAuthentication of the listener: its methods are tried in order, and none took this login (`kubectl get brokerauthentication -A -o yaml`)"
        }
        FarEnd::EventGrid if plan.method().is_some() => {
            "Event Grid takes tokens of managed identities and service principals only, with the role EventGrid TopicSpaces Publisher or Subscriber on the namespace or a topic space"
        }
        FarEnd::EventGrid => {
            "look at the client of the namespace: its authentication name has to be the user name, or the field of the certificate that the namespace takes it from, and its validation scheme has to fit the certificate"
        }
        _ if plan.has_certificate => "look at which client certificates the broker lets in, and as whom",
        _ if plan.is_secret => {
            "look at the broker's list of users, or its log; mosquitto says the same for an unknown user and a wrong password"
        }
        _ => "the broker lets nobody in without a login: write the `authentication.method` that it wants",
    }
}
