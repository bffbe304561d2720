//! Storage, Data Explorer, Fabric, OpenTelemetry: as far as TLS, and whether HTTP answers.
//!
//! A plain request without any credential is sent. Whatever HTTP answers to it proves that the right kind of server is
//! there; that the service would take the login of the cluster is not proved.

use super::climb::detail;
use super::fault::{Fault, Line};
use super::way::{Heard, Opened, hedged, who};
use super::{Climb, Opening};
use crate::model::EndpointType;
use crate::policy::probe::{door, network};
use crate::report::probe::Stage;
use crate::transport::http::{self, Answer, HttpError, Request};
use crate::transport::identify::Spoken;
use std::time::{Duration, Instant};

/// The body of the answer is of no use.
const LARGEST_BODY: usize = 1024;

/// Asks for the root and takes any answer of HTTP for one.
pub async fn climb(climb: &mut Climb<'_>, opening: &Opening, opened: Opened) {
    let means = climb.means();
    let limit = means.reach.route.step_timeout;
    let is_collector = climb.subject().end.summary.kind == Some(EndpointType::OpenTelemetry);
    let host = http::host_header(&opening.target, opening.tls.is_some());
    let (quiet, request) = (opened.quiet(), Request::get());
    let started = Instant::now();
    let answer = http::exchange(opened.stream, &host, "/", &request, limit, LARGEST_BODY);
    let is_foreign = |spoken: &Spoken| !matches!(spoken, Spoken::Http { .. } | Spoken::Other(_));
    let (error, spoken) = match hedged(answer, quiet, who(means, opening, limit, None), is_foreign).await {
        Heard::Answer(Ok(answer)) => {
            told(climb, &answer, started.elapsed());
            (None, None)
        }
        Heard::Foreign(spoken) => (None, Some(spoken)),
        // A silence was waited out beside the same question.
        Heard::Answer(Err(error @ HttpError::Silent(_))) => (Some(error), None),
        Heard::Answer(Err(error)) => (Some(error), who(means, opening, limit, None).await),
    };
    let took = started.elapsed();
    match (error, spoken) {
        (None, None) => {}
        (_, Some(Spoken::Http2)) if is_collector => {
            climb.pass(Stage::Protocol, took, "HTTP/2, as gRPC has it", Vec::new());
        }
        (error, spoken) => return climb.stop(fault(error.as_ref(), spoken.as_ref()), Some(took), Vec::new()),
    }
    climb.skip(Stage::Login, "the login of this type of endpoint is not tested");
    climb.none(Stage::Limits, "");
    climb.none(Stage::Listeners, "");
    climb.skip(Stage::Permission, "what may be written is not tested");
}

/// Says what HTTP answers: a server that fails is still the right kind of server.
fn told(climb: &mut Climb<'_>, answer: &Answer, took: Duration) {
    let mut facts = vec![detail("status", format!("{} {}", answer.status, answer.phrase))];
    facts.extend(answer.header("server").map(|server| detail("server", server.escape_debug().to_string())));
    climb.pass(Stage::Protocol, took, format!("HTTP answers ({} without a login)", answer.status), facts);
    if answer.status >= 500 {
        let message = format!("the server answers HTTP {} {}", answer.status, answer.phrase);
        climb.fault(Fault::new(Stage::Protocol, &door::HTTP_REFUSED, Line::Host, message));
    }
}

fn fault(error: Option<&HttpError>, spoken: Option<&Spoken>) -> Fault {
    let at = |entry, message: String| Fault::new(Stage::Protocol, entry, Line::Host, message);
    match (error, spoken) {
        (_, Some(spoken)) if !matches!(spoken, Spoken::Http { .. }) => {
            at(&door::NOT_HTTP, format!("{spoken} is spoken there, and no HTTP")).help("correct host and port")
        }
        (Some(error @ HttpError::Silent(_)), _) => at(&network::PEER_SILENT, error.to_string()),
        (Some(error @ HttpError::Ended(_)), _) => at(&network::PEER_CLOSED, error.to_string()),
        (Some(error), _) => at(&door::NOT_HTTP, error.to_string()).help("correct host and port"),
        (None, _) => at(&door::NOT_HTTP, "no HTTP is spoken there".to_owned()).help("correct host and port"),
    }
}
