//! SCRAM on the client's side (RFC 5802, RFC 7677), without a connection: texts in, texts out.
//!
//! Passwords go in as they are, in UTF-8: Kafka does not apply SASLprep either (`ScramFormatter.normalize`), so a server that
//! does sees another password where that would change one.

use crate::redact::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::{digest, hmac, pbkdf2};
use std::num::NonZeroU32;

/// The fewest iterations that are accepted, as Kafka has it and RFC 7677 recommends.
const MIN_ITERATIONS: u32 = 4096;
/// The most: half a second of work.
const MAX_ITERATIONS: u32 = 1_000_000;

/// A SCRAM mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scram {
    /// `SCRAM-SHA-256`.
    Sha256,
    /// `SCRAM-SHA-512`.
    Sha512,
}

impl Scram {
    /// Its name in SASL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SCRAM-SHA-256",
            Self::Sha512 => "SCRAM-SHA-512",
        }
    }

    fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }

    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha512 => &digest::SHA512,
        }
    }

    fn pbkdf2(self) -> pbkdf2::Algorithm {
        match self {
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }
}

/// The first message of the client, without channel binding.
#[derive(Debug)]
pub(super) struct First {
    kind: Scram,
    nonce: String,
    /// The message without its header.
    bare: String,
}

/// The client's first message for `user`, with a `nonce` that nobody can guess.
pub(super) fn first(kind: Scram, user: &str, nonce: String) -> First {
    let user = user.replace('=', "=3D").replace(',', "=2C");
    First { kind, bare: format!("n={user},r={nonce}"), nonce }
}

/// What the server's first message asks for.
#[derive(Debug, PartialEq, Eq)]
struct Challenge<'a> {
    nonce: &'a str,
    salt: Vec<u8>,
    iterations: NonZeroU32,
}

impl First {
    /// As it is sent.
    pub(super) fn message(&self) -> String {
        format!("n,,{}", self.bare)
    }

    fn challenge<'a>(&self, server_first: &'a str) -> Result<Challenge<'a>, String> {
        let mut fields = server_first.split(',');
        let mut field = |name: &str, what: &str| {
            let field = fields.next().and_then(|field| field.strip_prefix(name)?.strip_prefix('='));
            field.ok_or_else(|| format!("the server's first message has no {what} where one is expected"))
        };
        let nonce = field("r", "nonce")?;
        if nonce.strip_prefix(&self.nonce).is_none_or(str::is_empty) {
            return Err("the server's nonce does not continue this side's".to_owned());
        }
        let salt = field("s", "salt")?;
        let salt = BASE64.decode(salt).map_err(|_| "the server's salt is no Base64".to_owned())?;
        let iterations = field("i", "number of iterations")?;
        let iterations = iterations.parse().ok().and_then(NonZeroU32::new);
        match iterations.filter(|number| (MIN_ITERATIONS..=MAX_ITERATIONS).contains(&number.get())) {
            Some(iterations) => Ok(Challenge { nonce, salt, iterations }),
            None => Err(format!(
                "the server asks for a number of iterations that is not in {MIN_ITERATIONS} to {MAX_ITERATIONS}"
            )),
        }
    }

    /// The answer to the server's first message. Takes the time of up to a million iterations.
    ///
    /// # Errors
    /// If that message breaks the rules.
    pub(super) fn answer(&self, server_first: &str, password: &Secret<String>) -> Result<Proof, String> {
        let challenge = self.challenge(server_first)?;
        let (hmac, digest) = (self.kind.hmac(), self.kind.digest());
        let mut salted = vec![0; digest.output_len()];
        let password = password.expose().as_bytes();
        pbkdf2::derive(self.kind.pbkdf2(), challenge.iterations, &challenge.salt, password, &mut salted);
        let salted = hmac::Key::new(hmac, &salted);
        let client_key = hmac::sign(&salted, b"Client Key");
        let stored_key = digest::digest(digest, client_key.as_ref());
        // `biws` is the header `n,,` in Base64: no channel binding.
        let without_proof = format!("c=biws,r={}", challenge.nonce);
        let auth_message = format!("{},{server_first},{without_proof}", self.bare);
        let signature = hmac::sign(&hmac::Key::new(hmac, stored_key.as_ref()), auth_message.as_bytes());
        let proof: Vec<u8> = client_key.as_ref().iter().zip(signature.as_ref()).map(|(key, sign)| key ^ sign).collect();
        let server_key = hmac::sign(&salted, b"Server Key");
        Ok(Proof {
            message: format!("{without_proof},p={}", BASE64.encode(proof)),
            server_key: hmac::Key::new(hmac, server_key.as_ref()),
            auth_message,
        })
    }
}

/// The client's last message, and what the server's last has to hold.
#[derive(Debug)]
pub(super) struct Proof {
    /// As it is sent.
    pub(super) message: String,
    server_key: hmac::Key,
    auth_message: String,
}

/// What the server's last message says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It knows the password.
    Proved,
    /// Its signature is wrong.
    NotProved,
    /// It names an error.
    Refused(String),
}

impl Proof {
    /// Checks the server's last message.
    ///
    /// # Errors
    /// If that message breaks the rules.
    pub(super) fn check(&self, server_final: &str) -> Result<Outcome, String> {
        let first = server_final.split(',').next().unwrap_or_default();
        if let Some(error) = first.strip_prefix("e=") {
            return Ok(Outcome::Refused(error.to_owned()));
        }
        let signature = first.strip_prefix("v=").ok_or("the server's last message holds no signature")?;
        let signature = BASE64.decode(signature).map_err(|_| "the server's signature is no Base64".to_owned())?;
        let proved = hmac::verify(&self.server_key, self.auth_message.as_bytes(), &signature).is_ok();
        Ok(if proved { Outcome::Proved } else { Outcome::NotProved })
    }
}

#[cfg(test)]
mod tests {
    use super::{First, Outcome, Scram, first};
    use crate::redact::Secret;

    const SERVER: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    fn rfc7677() -> First {
        first(Scram::Sha256, "user", "rOprNGfwEbeRWgbNEkqO".to_owned())
    }

    #[test]
    fn the_example_of_rfc_7677_comes_out() {
        let first = rfc7677();
        assert_eq!(first.message(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        let proof = first.answer(SERVER, &Secret::new("pencil".to_owned())).unwrap();
        let expected = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        assert_eq!(proof.message, expected);
        let signature = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
        assert_eq!(proof.check(signature), Ok(Outcome::Proved));
        assert_eq!(proof.check(&format!("{signature},x=1")), Ok(Outcome::Proved));
        assert_eq!(proof.check("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), Ok(Outcome::NotProved));
        assert_eq!(proof.check("v="), Ok(Outcome::NotProved));
        assert_eq!(proof.check("e=invalid-proof"), Ok(Outcome::Refused("invalid-proof".to_owned())));
        assert!(proof.check("").is_err() && proof.check("v=%").is_err());
    }

    #[test]
    fn a_name_may_hold_what_separates_fields() {
        let first = first(Scram::Sha512, "a=b,c", "N".to_owned());
        assert_eq!(first.message(), "n,,n=a=3Db=2Cc,r=N");
    }

    #[test]
    fn a_challenge_that_breaks_the_rules_is_refused() {
        let first = rfc7677();
        let nonce = "r=rOprNGfwEbeRWgbNEkqO";
        for (message, expected) in [
            (String::new(), "no nonce"),
            ("m=ext,r=x".to_owned(), "no nonce"),
            (format!("{nonce},s=AAAA,i=4096"), "does not continue"),
            ("r=other,s=AAAA,i=4096".to_owned(), "does not continue"),
            (format!("{nonce}x"), "no salt"),
            (format!("{nonce}x,s=%,i=4096"), "no Base64"),
            (format!("{nonce}x,s=AAAA"), "no number of iterations"),
            (format!("{nonce}x,s=AAAA,i=4095"), "4096 to 1000000"),
            (format!("{nonce}x,s=AAAA,i=1000001"), "4096 to 1000000"),
            (format!("{nonce}x,s=AAAA,i=99999999999999999999"), "4096 to 1000000"),
            (format!("{nonce}x,s=AAAA,i=-1"), "4096 to 1000000"),
        ] {
            let error = first.answer(&message, &Secret::new("p".to_owned())).unwrap_err();
            assert!(error.contains(expected), "{message}: {error}");
        }
    }
}
