//! What a JSON Web Token says of itself (RFC 7519). Its signature is not checked: only who issued it could.

use base64::Engine;
use serde_json::Value;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The claims that say who, for whom and until when. The token itself is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenFacts {
    /// `iss`: who issued it.
    pub issuer: Option<String>,
    /// `aud`: whom it is for.
    pub audiences: Vec<String>,
    /// `exp`: when it ends.
    pub expires: Option<SystemTime>,
    /// `nbf`: when it starts.
    pub not_before: Option<SystemTime>,
    /// `sub`: whom it stands for; of a service account `system:serviceaccount:NAMESPACE:NAME`.
    pub subject: Option<String>,
    /// `oid`: the object in Entra.
    pub object: Option<String>,
    /// `appid` or `azp`: the application in Entra.
    pub application: Option<String>,
    /// `tid`: the tenant in Entra.
    pub tenant: Option<String>,
    /// `upn`, `unique_name` or `preferred_username`: a person.
    pub person: Option<String>,
    /// `idtyp`: `app` or `user`, where Entra was told to say it.
    pub kind: Option<String>,
    /// Whether there is an `scp`: an application acts for a person.
    pub delegated: bool,
}

/// Why a text is no token. Nothing of it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAToken {
    /// A JWT has three parts.
    #[error("a JWT has three parts with dots in between")]
    Parts,
    /// The claims are no Base64url or no JSON.
    #[error("its claims cannot be decoded")]
    Claims,
}

/// What would make a server refuse a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenProblem {
    /// It is for somebody else.
    Audience {
        /// Whom it should be for.
        expected: String,
        /// Whom it is for.
        is: Vec<String>,
    },
    /// It has ended.
    Expired {
        /// How long ago.
        ago: Duration,
    },
    /// It has not started.
    NotYet {
        /// How long until then.
        wait: Duration,
    },
}

impl fmt::Display for TokenProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Audience { expected, is } if is.is_empty() => {
                write!(f, "the token names no audience, and `{expected}` is expected")
            }
            Self::Audience { expected, is } => {
                let is: Vec<String> = is.iter().take(10).map(|audience| shown(audience)).collect();
                write!(f, "the token is for audience `{}`, and `{expected}` is expected", is.join("`, `"))
            }
            Self::Expired { ago } => write!(f, "the token expired {} s ago", ago.as_secs()),
            Self::NotYet { wait } => {
                write!(f, "the token is valid in {} s only: is the clock of this machine right?", wait.as_secs())
            }
        }
    }
}

/// Servers allow clocks to differ by so much.
const SKEW: Duration = Duration::from_secs(300);

impl TokenFacts {
    /// Reads the claims of `token`.
    ///
    /// # Errors
    /// If it is no JWT.
    pub fn read(token: &str) -> Result<Self, NotAToken> {
        let mut parts = token.trim().split('.');
        let (Some(_), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(NotAToken::Parts);
        };
        let json = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(claims.trim_end_matches('='))
            .map_err(|_| NotAToken::Claims)?;
        let claims: Value = serde_json::from_slice(&json).map_err(|_| NotAToken::Claims)?;
        let claims = claims.as_object().ok_or(NotAToken::Claims)?;
        let text = |names: &[&str]| names.iter().find_map(|name| claims.get(*name)?.as_str().map(str::to_owned));
        let moment = |name: &str| {
            let seconds = claims.get(name)?;
            let seconds = seconds.as_u64().or_else(|| seconds.as_f64().map(|seconds| seconds as u64))?;
            UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
        };
        Ok(Self {
            issuer: text(&["iss"]),
            audiences: match claims.get("aud") {
                Some(Value::String(one)) => vec![one.clone()],
                Some(Value::Array(all)) => all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
                _ => Vec::new(),
            },
            expires: moment("exp"),
            not_before: moment("nbf"),
            subject: text(&["sub"]),
            object: text(&["oid"]),
            application: text(&["appid", "azp"]),
            tenant: text(&["tid"]),
            person: text(&["upn", "unique_name", "preferred_username"]),
            kind: text(&["idtyp"]),
            delegated: claims.contains_key("scp"),
        })
    }

    /// What a server that expects `audience` would refuse it for at `now`. A slash at the end of an audience makes no
    /// difference to Azure's services.
    pub fn problems(&self, audience: &str, now: SystemTime) -> Vec<TokenProblem> {
        let mut problems = Vec::new();
        let plain = |audience: &str| audience.trim_end_matches('/').to_owned();
        if !self.audiences.iter().any(|is| plain(is) == plain(audience)) {
            problems.push(TokenProblem::Audience { expected: audience.to_owned(), is: self.audiences.clone() });
        }
        if let Some(ago) = self.expires.and_then(|expires| now.duration_since(expires).ok()) {
            problems.push(TokenProblem::Expired { ago });
        }
        if let Some(wait) = self.not_before.and_then(|start| start.duration_since(now + SKEW).ok()) {
            problems.push(TokenProblem::NotYet { wait: wait + SKEW });
        }
        problems
    }

    /// Under which identity it logs in, for people.
    pub fn identity(&self) -> String {
        let account = self.subject.as_deref().and_then(|subject| subject.strip_prefix("system:serviceaccount:"));
        if let Some((namespace, name)) = account.and_then(|account| account.split_once(':')) {
            return format!("service account `{}` of namespace `{}`", shown(name), shown(namespace));
        }
        match (&self.person, &self.application, &self.object, &self.subject) {
            (Some(person), ..) => format!("the person `{}`", shown(person)),
            (None, _, Some(object), _) if self.is_person() => format!("a person (object `{}`)", shown(object)),
            (None, Some(application), Some(object), _) => {
                format!("the application `{}` (object `{}`)", shown(application), shown(object))
            }
            (None, Some(application), None, _) => format!("the application `{}`", shown(application)),
            (None, None, Some(object), _) => format!("the object `{}`", shown(object)),
            (None, None, None, Some(subject)) => format!("`{}`", shown(subject)),
            _ => "nobody that the token names".to_owned(),
        }
    }

    /// Whether it stands for a person. Event Grid takes tokens of managed identities and service principals only.
    pub fn is_person(&self) -> bool {
        match self.kind.as_deref() {
            Some("app") => false,
            Some("user") => true,
            _ => self.person.is_some() || self.delegated,
        }
    }
}

/// A claim as it can be shown: whoever issued the token wrote it.
fn shown(text: &str) -> String {
    let plain = |char: char| if char.is_control() { char::REPLACEMENT_CHARACTER } else { char };
    text.chars().take(200).map(plain).collect()
}
