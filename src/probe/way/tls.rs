//! The TLS stage: what the server shows, and what is to be said about it.
//!
//! What is wrong with a handshake that fails is in `refusal`.

use super::super::climb::{detail, fact};
use super::super::fault::{Fault, Line};
use super::super::{Means, Opening};
use super::refusal;
use super::stages::Stages;
use super::{Heard, Kind, Opened, hedged, in_clear};
use crate::policy::probe::tls as entries;
use crate::report::probe::{Fact, Stage};
use crate::transport::identify::Spoken;
use crate::transport::tls::{self, Certificate, Store, TlsCause, TlsFacts, TlsOptions, day};
use std::time::{Instant, SystemTime};

pub use refusal::late;

/// More days than people count: the date says more.
const FAR: i64 = 3650;

/// Makes TLS of the stream of `opened`.
pub async fn handshake(
    stages: &mut Stages,
    means: &Means<'_>,
    opening: &Opening,
    options: &TlsOptions,
    opened: Opened,
    kind: Kind,
) -> Result<Opened, Fault> {
    let limit = means.reach.route.step_timeout;
    let quiet = opened.quiet();
    let Opened { stream, address, round_trip, .. } = opened;
    let started = Instant::now();
    let shaking = tls::handshake(stream, &opening.target.host, options, limit);
    let in_clear = || in_clear(means, opening, limit, Some(Spoken::Tls));
    let heard = hedged(shaking, quiet, in_clear(), |spoken| !matches!(spoken, Spoken::Other(_))).await;
    let error = match heard {
        Heard::Answer(Ok((stream, facts))) => {
            remark(stages, means, options, &facts, kind);
            stages.pass(Stage::Tls, started.elapsed(), summary(&facts, means.now), told(&facts, means.now));
            return Ok(Opened { stream: Box::new(stream), address, tls: Some(facts), round_trip });
        }
        Heard::Foreign(spoken) => {
            stages.leave(started.elapsed(), Vec::new());
            return Err(refusal::plain(&spoken, kind));
        }
        Heard::Answer(Err(error)) => error,
    };
    let took = started.elapsed();
    stages.leave(took, told(&error.facts, means.now));
    // A port that speaks in clear closes, or answers with bytes that are no TLS; if it waits it was asked meanwhile.
    let may_be_plain = matches!(error.cause, TlsCause::Reset | TlsCause::Ended(_) | TlsCause::Plain { .. });
    let spoken = if may_be_plain { in_clear().await } else { None };
    Err(match spoken {
        Some(spoken) => refusal::plain(&spoken, kind),
        None => refusal::fault(&error, options, kind),
    })
}

/// `1.3, name ok, ends in 143 days, trusted by the bundle`.
fn summary(facts: &TlsFacts, now: SystemTime) -> String {
    let mut parts = vec![version(facts)];
    parts.push("name ok".to_owned());
    let left = facts.chain.iter().filter_map(|certificate| days_left(certificate, now)).min();
    if let Some(days) = left.filter(|days| *days <= FAR) {
        parts.push(format!("ends in {days} {}", if days == 1 { "day" } else { "days" }));
    }
    if let Some(store) = facts.trusted_by {
        parts.push(format!("trusted by {}", store_words(store)));
    }
    match &facts.client_certificate {
        Some(request) if request.answered => parts.push("client certificate shown".to_owned()),
        Some(_) => parts.push("asks for a client certificate".to_owned()),
        None => {}
    }
    parts.join(", ")
}

fn version(facts: &TlsFacts) -> String {
    facts.version.as_deref().map_or_else(String::new, |version| version.trim_start_matches("TLSv").replace('_', "."))
}

const fn store_words(store: Store) -> &'static str {
    match store {
        Store::Bundle => "the trust bundle",
        Store::BundledLeaf => "the trust bundle, which holds it",
        Store::PublicRoots => "the bundled public roots",
        Store::OsRoots => "the operating system",
    }
}

/// Everything that was seen.
pub(super) fn told(facts: &TlsFacts, now: SystemTime) -> Vec<Fact> {
    let mut told = Vec::new();
    if facts.version.is_some() {
        told.push(detail("version", version(facts)));
    }
    for (name, value) in [("cipher", &facts.cipher), ("key-exchange", &facts.key_exchange)] {
        told.extend(value.as_ref().map(|value| detail(name, value.clone())));
    }
    let alpn = facts.alpn.as_ref().map(|alpn| alpn.escape_debug().to_string());
    told.extend(alpn.map(|alpn| detail("alpn", alpn)));
    told.push(detail("server-name", facts.server_name.clone()));
    // The chain is what a person needs to see where it is refused.
    let is_refused = facts.trusted_by.is_none();
    for certificate in &facts.chain {
        let words = certificate_words(certificate, now);
        told.push(if is_refused { fact("certificate", words) } else { detail("certificate", words) });
    }
    if let Some(store) = facts.trusted_by {
        told.push(detail("trusted-by", store_words(store)));
    }
    if let Some(request) = &facts.client_certificate {
        let from = match request.authorities.as_slice() {
            [] => "of any authority".to_owned(),
            names => format!("of {}", names.iter().take(5).map(|name| quoted(name)).collect::<Vec<_>>().join(", ")),
        };
        let answered = if request.answered { "shown" } else { "none shown" };
        told.push(detail("client-certificate", format!("asked for one {from}, {answered}")));
    }
    told
}

fn quoted(text: &str) -> String {
    format!("`{}`", text.escape_debug())
}

/// A certificate as a person reads it: who, by whom, until when, for which names.
fn certificate_words(certificate: &Certificate, now: SystemTime) -> String {
    let by = if certificate.is_self_signed() { "itself".to_owned() } else { quoted(&certificate.issuer) };
    let ends = match days_left(certificate, now) {
        Some(days) if days < 0 => format!("ended {} days ago", -days),
        Some(days) if days > FAR => format!("ends on {}", certificate.not_after.map(day).unwrap_or_default()),
        Some(days) => format!("ends in {days} days"),
        None => "no end".to_owned(),
    };
    let names: Vec<String> = certificate.names.iter().take(6).map(|name| quoted(name)).collect();
    let more =
        if certificate.names.len() > 6 { format!(" and {} more", certificate.names.len() - 6) } else { String::new() };
    let names = if names.is_empty() { String::new() } else { format!(", for {}{more}", names.join(", ")) };
    format!("{} by {by}, {ends}{names}", quoted(&certificate.subject))
}

/// What is to be said about a handshake that went well.
fn remark(stages: &mut Stages, means: &Means<'_>, options: &TlsOptions, facts: &TlsFacts, kind: Kind) {
    for certificate in &facts.chain {
        if let Some(days) = days_left(certificate, means.now).filter(|days| *days < i64::from(means.warn_days)) {
            let subject = quoted(&certificate.subject);
            let message = format!("the certificate {subject} of the server ends in {days} days");
            stages.remark(
                Fault::new(Stage::Tls, &entries::CERTIFICATE_ENDS_SOON, Line::Host, message).help(
                    "renew it at the server; where it is also in the trust bundle, put the new one beside it first",
                ),
            );
            break;
        }
    }
    let is_in_bundle = |leaf: &Certificate| options.trust.bundle().iter().any(|known| known.der == leaf.der);
    match facts.trusted_by {
        Some(Store::Bundle | Store::BundledLeaf) if facts.chain.first().is_some_and(is_in_bundle) => {
            stages.remark(Fault::new(
                Stage::Tls,
                &entries::TLS_BUNDLED_LEAF,
                Line::Ca,
                "the server's own certificate is in the trust bundle, and no authority vouches for it",
            ))
        }
        Some(Store::OsRoots) => {
            let issuer = facts.chain.last().map(|last| quoted(&last.issuer)).unwrap_or_default();
            let message = format!("only the operating system of this machine trusts {issuer}: the cluster does not");
            let who = if kind.azure {
                "a proxy that opens TLS on the way is likely"
            } else {
                "a company root, perhaps of a proxy that opens TLS"
            };
            stages.remark(
                Fault::new(Stage::Tls, &entries::TLS_INTERCEPTION, Line::Ca, message)
                    .note(who)
                    .help("let the endpoint pass the inspection untouched, or add the root to the trust bundle"),
            );
        }
        _ => {}
    }
    if options.identity.is_some() && facts.client_certificate.is_none() {
        stages.remark(Fault::new(
            Stage::Tls,
            &entries::CLIENT_CERTIFICATE_UNUSED,
            Line::Method,
            "the server does not ask for a client certificate, so the one of the manifest proves nothing to it",
        ));
    }
}

/// Whole days until `certificate` ends.
fn days_left(certificate: &Certificate, now: SystemTime) -> Option<i64> {
    let seconds = |moment: SystemTime| i64::try_from(moment.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs()).ok();
    Some((seconds(certificate.not_after?)? - seconds(now)?).div_euclid(86_400))
}
