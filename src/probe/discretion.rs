//! Takes out of what is told whatever a server or proxy repeated of a credential that it was sent.
//!
//! A server may write into its refusal which password it did not like, and the refusal is told. What is secret by its own
//! shape is for `redact`; here it is what this probe knows to be one.

use crate::access::{LoginError, Proof, Reach};
use crate::redact::{self, MASK};
use crate::report::probe::{Branch, Ladder, Rung};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashSet;

/// So many bytes of a secret in a row are not told: a text from a server may hold a part of it only.
const RUN: usize = 10;
/// A secret shorter than this would be found everywhere, and hides nothing.
const SHORTEST: usize = 4;

/// The credentials that are sent.
#[derive(Default)]
pub struct Sent {
    /// Every run of [`RUN`] bytes of them.
    runs: HashSet<Vec<u8>>,
    /// Those that are no longer than a run.
    short: Vec<Vec<u8>>,
}

impl Sent {
    /// Learns what is sent to log in, and to the proxy.
    pub fn learn(&mut self, proof: &Result<Proof, LoginError>, reach: &Reach) {
        if let Ok(proof) = proof {
            let password = proof.user.as_ref().map(|(_, password)| password);
            let token = proof.token.as_ref().map(|token| &token.jwt);
            password.into_iter().chain(token).for_each(|secret| self.add(secret.expose()));
        }
        let proxy = reach.route.proxy.as_ref().and_then(|proxy| proxy.authorization());
        if let Some(login) = proxy.and_then(|value| value.expose().strip_prefix("Basic ")) {
            self.add(login);
            let plain = STANDARD.decode(login).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            self.add(plain.as_deref().and_then(|plain| plain.split_once(':')).map_or("", |(_, password)| password));
        }
    }

    /// Learns `secret`; of a connection string its key alone, since its host is no secret.
    fn add(&mut self, secret: &str) {
        let parts = redact::ranges(secret);
        let parts = parts.iter().filter_map(|span| secret.get(span.start as usize..span.end as usize));
        let parts: Vec<&str> = parts.collect();
        for part in if parts.is_empty() { vec![secret] } else { parts } {
            self.add_form(part.as_bytes());
            // What a server says is escaped before it is told.
            self.add_form(part.escape_debug().to_string().as_bytes());
        }
    }

    fn add_form(&mut self, form: &[u8]) {
        if form.len() > RUN {
            self.runs.extend(form.windows(RUN).map(<[u8]>::to_vec));
        } else if form.len() >= SHORTEST {
            self.short.push(form.to_vec());
        }
    }

    /// Hides them in everything that `ladder` tells.
    pub fn hide(&self, ladder: &mut Ladder) {
        if self.runs.is_empty() && self.short.is_empty() {
            return;
        }
        self.hide_in_rungs(&mut ladder.rungs);
        ladder.notes.iter_mut().for_each(|note| self.hide_in(note));
        for found in &mut ladder.findings {
            let finding = &mut found.diagnostic;
            self.hide_in(&mut finding.message);
            let more = finding.notes.iter_mut().chain(&mut finding.label).chain(&mut finding.help);
            more.for_each(|text| self.hide_in(text));
        }
    }

    fn hide_in_rungs(&self, rungs: &mut [Rung]) {
        for rung in rungs {
            self.hide_in(&mut rung.summary);
            rung.facts.iter_mut().for_each(|fact| self.hide_in(&mut fact.value));
            rung.branches.iter_mut().for_each(|Branch { rungs, .. }| self.hide_in_rungs(rungs));
        }
    }

    fn hide_in(&self, text: &mut String) {
        let bytes = text.as_bytes();
        let mut secret = vec![false; bytes.len()];
        let mut mark = |start: usize, length: usize| {
            secret.iter_mut().skip(start).take(length).for_each(|byte| *byte = true);
        };
        let runs = bytes.windows(RUN).enumerate().filter(|(_, window)| self.runs.contains(*window));
        runs.for_each(|(start, window)| mark(start, window.len()));
        for short in &self.short {
            let places = bytes.windows(short.len()).enumerate().filter(|(_, window)| window == short);
            places.for_each(|(start, window)| mark(start, window.len()));
        }
        if !secret.contains(&true) {
            return;
        }
        let (mut hidden, mut before) = (String::with_capacity(text.len()), false);
        for (start, char) in text.char_indices() {
            let is_secret = secret.iter().skip(start).take(char.len_utf8()).any(|secret| *secret);
            match (is_secret, before) {
                (true, false) => hidden.push_str(MASK),
                (true, true) => {}
                (false, _) => hidden.push(char),
            }
            before = is_secret;
        }
        *text = hidden;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(secrets: &[&str], text: &str) -> String {
        let mut sent = Sent::default();
        secrets.iter().for_each(|secret| sent.add(secret));
        let mut text = text.to_owned();
        sent.hide_in(&mut text);
        text
    }

    #[test]
    fn what_is_repeated_is_hidden_and_nothing_else() {
        assert_eq!(hidden(&["correct horse battery"], "no user x/correct horse battery!"), "no user x/***!");
        // A part that was cut off.
        assert_eq!(hidden(&["correct horse battery"], "`correct horse b`… is wrong"), "`***`… is wrong");
        assert_eq!(hidden(&["correct horse battery"], "the correct one"), "the correct one");
        assert_eq!(hidden(&["pärsöñlich"], "not pärsöñlich, but"), "not ***, but");
        assert_eq!(hidden(&["a\"b\"c\"d\"e"], "bad a\\\"b\\\"c\\\"d\\\"e"), "bad ***");
        assert_eq!(hidden(&["s3cret"], "s3cret is wrong"), "*** is wrong");
        assert_eq!(hidden(&["abc", ""], "abc"), "abc");
        assert_eq!(hidden(&["one-of-two-secrets", "another secret"], "one-of-two-secretsanother secret"), "***");
    }

    #[test]
    fn the_host_of_a_connection_string_stays() {
        let text =
            "Endpoint=sb://plant7.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=abcdefghijklmnop=";
        let said = "plant7.servicebus.windows.net does not know abcdefghijklmnop=";
        assert_eq!(hidden(&[text], said), "plant7.servicebus.windows.net does not know ***");
    }
}
