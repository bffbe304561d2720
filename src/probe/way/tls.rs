//! The TLS stage: what the server shows, and what is wrong with it.

use super::super::climb::{detail, fact};
use super::super::fault::{Fault, Line};
use super::super::{Climb, Opening};
use crate::policy::probe::tls;
use crate::report::probe::Stage;
use crate::transport::Stream;
use crate::transport::tls::{self as layer, TlsError, TlsFacts, TlsOptions};
use std::io;
use std::time::Instant;

/// Makes TLS of `stream`.
pub async fn handshake(
    climb: &mut Climb<'_>,
    stream: Box<dyn Stream>,
    opening: &Opening,
    options: &TlsOptions,
) -> Option<(Box<dyn Stream>, TlsFacts)> {
    let limit = climb.means().reach.route.step_timeout;
    let started = Instant::now();
    match layer::handshake(stream, &opening.target.host, options, limit).await {
        Ok((stream, facts)) => {
            let version = facts.version.clone().unwrap_or_default();
            let told =
                vec![fact("version", version.clone()), detail("cipher", facts.cipher.clone().unwrap_or_default())];
            climb.pass(Stage::Tls, started.elapsed(), version, told);
            Some((Box::new(stream), facts))
        }
        Err(error) => {
            climb.stop(fault(&error), Some(started.elapsed()), Vec::new());
            None
        }
    }
}

fn fault(error: &TlsError) -> Fault {
    Fault::new(Stage::Tls, &tls::TLS_FAILED, Line::Tls, error.to_string())
}

/// The fault of a TLS alert that comes after the handshake: with TLS 1.3 a server refuses a client certificate then.
pub fn late(_error: &io::Error) -> Option<Fault> {
    None
}
