//! Storage, Data Explorer, Fabric, OpenTelemetry: as far as TLS, and whether HTTP answers.
//!
//! A plain request without any credential is sent. Whatever HTTP answers to it proves that the right kind of server is
//! there; that the service would take the login of the cluster is not proved.

use super::climb::detail;
use super::fault::{Fault, Line};
use super::way::{self, Opened};
use super::{Climb, Opening};
use crate::model::EndpointType;
use crate::policy::probe::{door, network};
use crate::report::probe::{Fact, Stage};
use crate::transport::http::{self, Answer, HttpError, Request};
use crate::transport::identify::Spoken;
use std::time::Instant;

/// The body of the answer is of no use.
const LARGEST_BODY: usize = 1024;

/// Asks for the root and takes any answer of HTTP for one.
pub async fn climb(climb: &mut Climb<'_>, opening: &Opening, opened: Opened) {
    let limit = climb.means().reach.route.step_timeout;
    let host = http::host_header(&opening.target, opening.tls.is_some());
    let started = Instant::now();
    let answer = http::exchange(opened.stream, &host, "/", &Request::get(), limit, LARGEST_BODY).await;
    let took = started.elapsed();
    match answer {
        Ok(answer) => {
            let (summary, facts) = told(&answer);
            if answer.status >= 500 {
                let message = format!("the server answers HTTP {} {}", answer.status, answer.phrase);
                climb.fault(Fault::new(Stage::Protocol, &door::HTTP_REFUSED, Line::Host, message));
            }
            climb.pass(Stage::Protocol, took, summary, facts);
        }
        Err(error) => {
            let spoken = way::who(climb.means(), opening, None).await;
            let is_collector = climb.subject().end.summary.kind == Some(EndpointType::OpenTelemetry);
            if is_collector && spoken == Some(Spoken::Http2) {
                climb.pass(Stage::Protocol, started.elapsed(), "HTTP/2, as gRPC has it", Vec::new());
            } else {
                return climb.stop(fault(&error, spoken.as_ref()), Some(took), Vec::new());
            }
        }
    }
    climb.skip(Stage::Login, "the login of this type of endpoint is not tested");
    climb.none(Stage::Limits, "");
    climb.none(Stage::Listeners, "");
    climb.skip(Stage::Permission, "what may be written is not tested");
}

fn told(answer: &Answer) -> (String, Vec<Fact>) {
    let mut facts = vec![detail("status", format!("{} {}", answer.status, answer.phrase))];
    facts.extend(answer.header("server").map(|server| detail("server", server.escape_debug().to_string())));
    (format!("HTTP answers ({} without a login)", answer.status), facts)
}

fn fault(error: &HttpError, spoken: Option<&Spoken>) -> Fault {
    match (error, spoken) {
        (_, Some(spoken)) if !matches!(spoken, Spoken::Http { .. }) => {
            Fault::new(Stage::Protocol, &door::NOT_HTTP, Line::Host, format!("{spoken} is spoken there, and no HTTP"))
                .help("correct host and port")
        }
        (HttpError::Silent(_), _) => Fault::new(Stage::Protocol, &network::PEER_SILENT, Line::Host, error.to_string()),
        (HttpError::Ended(_), _) => Fault::new(Stage::Protocol, &network::PEER_CLOSED, Line::Host, error.to_string()),
        _ => Fault::new(Stage::Protocol, &door::NOT_HTTP, Line::Host, error.to_string()).help("correct host and port"),
    }
}
