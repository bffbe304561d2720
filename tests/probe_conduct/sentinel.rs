//! Secrets that can be found again, in whatever form they come out.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// What is looked for: every form in which one secret could be found.
#[derive(Clone, Debug)]
pub struct Sentinel {
    /// Which secret it is.
    pub name: &'static str,
    forms: Vec<Vec<u8>>,
}

impl Sentinel {
    /// `secret` as it is, in hex, and as any base64 makes it, wherever in a longer text it stands.
    pub fn new(name: &'static str, secret: &[u8]) -> Self {
        let hex = |upper: bool| -> Vec<u8> {
            let digits = |byte: &u8| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
            secret.iter().map(digits).collect::<String>().into_bytes()
        };
        let mut forms = vec![secret.to_vec(), hex(false), hex(true)];
        for before in 0..3 {
            // The first and the last characters depend on the neighbours.
            let shifted = [&vec![0; before][..], secret].concat();
            let whole = shifted.len() / 3 * 4;
            for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
                let encoded = encoded.get(if before == 0 { 0 } else { 4 }..whole).unwrap();
                assert!(encoded.len() >= 12, "`{name}` is too short to be found again");
                forms.push(encoded.as_bytes().to_vec());
            }
        }
        Self { name, forms }
    }

    /// The key of a PEM text: its bytes, and each line of it.
    pub fn of_key(name: &'static str, pem: &str) -> Self {
        let lines: Vec<&str> = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(lines.concat()).unwrap();
        // The secret part is in the middle: what stands before and after says only what kind of key it is.
        let mut sentinel = Self::new(name, bytes.get(36..60).unwrap());
        sentinel.forms.extend(lines.iter().map(|line| line.as_bytes().to_vec()));
        sentinel
    }

    /// The parts of a JWT that come with its login, its signature above all.
    pub fn of_token(name: &'static str, jwt: &str) -> Self {
        let mut sentinel = Self::new(name, jwt.as_bytes());
        sentinel.forms.extend(jwt.split('.').skip(1).map(|part| part.as_bytes().to_vec()));
        sentinel
    }

    /// Whether it is anywhere in `bytes`.
    pub fn is_in(&self, bytes: &[u8]) -> bool {
        self.forms.iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
    }
}

/// A token that is good until 2100, with a signature that can be found again.
pub fn token(audience: &str, subject: &str) -> String {
    let claims = format!(r#"{{"iss":"https://issuer.example","aud":"{audience}","exp":4102444800,"sub":"{subject}"}}"#);
    let parts = [r#"{"alg":"RS256","typ":"JWT"}"#.as_bytes(), claims.as_bytes(), b"sentinel-of-the-signature"];
    parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}

#[test]
fn a_secret_is_found_in_every_form() {
    let secret = b"sentinel/of~a?password";
    let sentinel = Sentinel::new("password", secret);
    assert!(sentinel.is_in(b"\0anna\0sentinel/of~a?password"));
    for before in ["", "u", "us", "user", "\0user\0"] {
        let text = [before.as_bytes(), secret, b" and more"].concat();
        assert!(sentinel.is_in(STANDARD_NO_PAD.encode(&text).as_bytes()), "{before:?}");
        assert!(sentinel.is_in(URL_SAFE_NO_PAD.encode(&text).as_bytes()), "{before:?}");
    }
    assert!(sentinel.is_in(b"73656e74696e656c2f6f667e613f70617373776f7264"));
    assert!(!sentinel.is_in(b"sentinel of something else"));
    let jwt = token("a", "s");
    assert!(Sentinel::of_token("token", &jwt).is_in(format!("auth=Bearer {jwt}\x01").as_bytes()));
}
