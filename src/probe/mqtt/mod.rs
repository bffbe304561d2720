//! MQTT: protocol, login, limits and permissions, on a connection that is open.
//!
//! Two connections are made. The first asks for what the manifest asks for, so that whatever the broker changes shows, and
//! takes its session back at the end. The second asks for permissions, one after the other, in a session that ends with
//! it. They never overlap: Event Grid takes one session for each authentication name (MQTT support page).
//!
//! What another protocol at the port means is in `door`, what a broker's reason means in `reason`.

mod door;
mod limits;
mod login;
mod permission;
mod plan;
mod reason;
mod who;

use super::fault::{self, Fault};
use super::way::Opened;
use super::{Climb, Opening};
use crate::access::{LoginError, Proof};
use crate::report::probe::Stage;
use plan::Plan;
use std::time::Duration;

/// Climbs from the protocol to the permissions.
pub async fn climb(climb: &mut Climb<'_>, opening: &Opening, opened: Opened, proof: Result<Proof, LoginError>) {
    let link = Link::new(climb, &opened);
    let Opened { stream, .. } = opened;
    let stream = match door::websocket(climb, opening, stream, link).await {
        Ok(stream) => stream,
        Err(fault) => return stop(climb, fault, None),
    };
    let proof = match proof {
        Ok(proof) => proof,
        Err(error) => {
            drop(stream);
            return without_login(climb, opening, link, &error).await;
        }
    };
    let plan = Plan::new(climb, opening, &proof);
    let Some((dialogue, connack)) = login::log_in(climb, opening, &plan, stream, link).await else { return };
    limits::judge(climb, &connack, &plan.first());
    // Whether the broker still hears it makes no difference: nothing was asked of it yet.
    let _ = dialogue.leave(true, link.farewell()).await;
    climb.none(Stage::Listeners, "");
    permission::ask(climb, &plan, link).await;
}

/// What is known of the way to the broker: how long is waited for what, and what may be missing.
#[derive(Debug, Clone, Copy)]
struct Link {
    /// The limit of a step.
    limit: Duration,
    /// After this time without an answer it is worth asking what else may be spoken.
    quiet: Duration,
    /// What became of the client certificate.
    certificate: Shown,
}

/// What became of the client certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// The server did not ask for one.
    Unasked,
    /// It asked, and none was sent.
    Wanted,
    /// It asked, and one was sent.
    Yes,
}

impl Link {
    fn new(climb: &Climb<'_>, opened: &Opened) -> Self {
        let limit = climb.means().reach.route.step_timeout;
        let request = opened.tls.as_ref().and_then(|facts| facts.client_certificate.as_ref());
        let certificate = match request.map(|request| request.answered) {
            None => Shown::Unasked,
            Some(false) => Shown::Wanted,
            Some(true) => Shown::Yes,
        };
        Self { limit, quiet: opened.quiet().min(limit), certificate }
    }

    /// For finding out what else is spoken, once the connection has ended without a word.
    fn doubt(self) -> Duration {
        (self.quiet * 4).max(Duration::from_secs(1)).min(self.limit)
    }

    /// For the same, while an answer is still waited for.
    fn meanwhile(self) -> Duration {
        self.doubt().min(self.limit.saturating_sub(self.quiet))
    }

    /// For a broker to close a connection that was ended by DISCONNECT.
    fn farewell(self) -> Duration {
        self.quiet.max(Duration::from_millis(250)).min(self.limit)
    }
}

/// Ends the climb. A fault of a lower layer takes back that it seemed to be passed.
fn stop(climb: &mut Climb<'_>, fault: Fault, took: Option<Duration>) {
    if fault.stage < Stage::Protocol { climb.revoke(fault) } else { climb.stop(fault, took, Vec::new()) }
}

/// Nobody can log in: tells what is spoken, and why nobody can. A CONNECT without credentials would be another login
/// than the manifest's, so only the protocol is asked for, on connections of its own.
async fn without_login(climb: &mut Climb<'_>, opening: &Opening, link: Link, error: &LoginError) {
    if opening.websocket.is_some() {
        climb.pass(Stage::Protocol, Duration::ZERO, "a WebSocket for MQTT, which nothing was sent on", Vec::new());
    } else {
        let started = std::time::Instant::now();
        let spoken = who::who(climb, opening, link.doubt()).await;
        let took = started.elapsed();
        match spoken {
            None => climb.skip(Stage::Protocol, "nothing was sent, and nobody said what is spoken"),
            Some(spoken) => match door::foreign(&spoken, opening) {
                Some(fault) => return stop(climb, fault, Some(took)),
                None => climb.pass(Stage::Protocol, took, spoken.to_string(), Vec::new()),
            },
        }
    }
    let fault = fault::of_login(Stage::Login, error).note("nothing was sent");
    climb.stop(fault, None, Vec::new());
}
