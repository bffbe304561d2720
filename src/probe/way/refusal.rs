//! What is wrong where TLS fails: each cause with its id, the line of the manifest, and what to do.

use super::super::fault::{Fault, Line};
use super::Kind;
use crate::message::Wire;
use crate::policy::probe::{door, network, tls};
use crate::report::probe::Stage;
use crate::transport::identify::Spoken;
use crate::transport::tls::{ClientRefusal, TlsCause, TlsError, TlsOptions, Trust, late_alert};
use std::io;

/// What ends connections before anything is said.
const ENDED: &str = "a firewall or load balancer on the way does this, and a server that does not take this address";

/// The fault of `error`.
pub fn fault(error: &TlsError, options: &TlsOptions, kind: Kind) -> Fault {
    let message = error.cause.to_string();
    let at = |entry, line| Fault::new(Stage::Tls, entry, line, message.clone());
    match &error.cause {
        TlsCause::UnknownIssuer { .. } | TlsCause::SelfSigned { .. } | TlsCause::IntermediateMissing { .. } => {
            untrusted(error, options, kind)
        }
        TlsCause::WrongName { .. } => at(&tls::TLS_WRONG_NAME, Line::Host)
            .help("use one of the names of the certificate as `host`, or give the server a certificate with this one"),
        TlsCause::Expired { .. } => at(&tls::TLS_EXPIRED, Line::Host)
            .help("renew the certificate at the server; nothing in the manifest makes up for it"),
        TlsCause::NotYetValid { .. } => at(&tls::TLS_NOT_YET_VALID, Line::Host).help(
            "compare the clocks of this machine and of the server; otherwise wait, or issue the certificate anew",
        ),
        TlsCause::OldVersion => at(&tls::TLS_OLD_VERSION, Line::Host).help("let the server speak TLS 1.2 or 1.3"),
        TlsCause::Client(refusal) => {
            let request = error.facts.client_certificate.as_ref();
            client(*refusal, request.is_some_and(|request| request.answered))
        }
        TlsCause::Incompatible(_) => at(&tls::TLS_NO_COMMON_PARAMETERS, Line::Host)
            .help("let the server take TLS 1.2 or 1.3 with ECDHE and AES-GCM or ChaCha20-Poly1305"),
        TlsCause::Trust(_) => at(&tls::TRUST_BUNDLE_UNUSABLE, Line::Ca),
        TlsCause::Certificate(_) => at(&tls::TLS_CERTIFICATE_REFUSED, Line::Host),
        TlsCause::Silent(_) => at(&network::PEER_SILENT, Line::Host)
            .help("a server that is overloaded or stuck does this, and a load balancer without a server behind it"),
        TlsCause::Reset => at(&network::PEER_RESET, Line::Host).help(ENDED),
        TlsCause::Ended(_) => at(&network::PEER_CLOSED, Line::Host).help(ENDED),
        TlsCause::Plain { .. } => at(&tls::TLS_ON_PLAIN_PORT, Line::Tls),
        TlsCause::ServerName | TlsCause::Alert { .. } | TlsCause::Other(_) => at(&tls::TLS_FAILED, Line::Host),
    }
}

/// A chain that nobody here vouches for.
fn untrusted(error: &TlsError, options: &TlsOptions, kind: Kind) -> Fault {
    let message = error.cause.to_string();
    // Reading the store of the operating system takes its time, and says nothing about an authority of the site.
    let may_be_public = kind.azure || options.trust.bundle().is_empty();
    let os_knows = may_be_public && Trust::os_knows(&error.facts);
    if kind.azure || os_knows {
        let fault = Fault::new(Stage::Tls, &tls::TLS_INTERCEPTION, Line::Ca, message)
            .severity(crate::diag::Severity::Error)
            .help("let this host pass the TLS inspection untouched, or add its root to the trust bundle");
        return if os_knows {
            fault.note("the operating system of this machine trusts the authority, as it does that of a company's proxy; `--os-roots` goes on with it")
        } else {
            fault.note("certificates of Azure come from public authorities: somebody on the way opens TLS")
        };
    }
    let bundle = match options.trust.bundle().len() {
        0 => "no trust bundle is used: only the bundled public roots are trusted".to_owned(),
        1 => "the trust bundle has 1 certificate".to_owned(),
        n => format!("the trust bundle has {n} certificates"),
    };
    let (entry, help) = match &error.cause {
        TlsCause::SelfSigned { .. } => {
            (&tls::TLS_SELF_SIGNED, "put the certificate of the server into the ConfigMap; `--ca FILE` tries it out")
        }
        TlsCause::IntermediateMissing { .. } => (
            &tls::TLS_INTERMEDIATE_MISSING,
            "let the server send its whole chain; until then the intermediate can be put into the ConfigMap",
        ),
        _ => (&tls::TLS_UNKNOWN_CA, "put the authority's certificate into the ConfigMap; `--ca FILE` tries it out"),
    };
    let fault = Fault::new(Stage::Tls, entry, Line::Ca, message).note(bundle);
    if kind.bundle_unknown {
        return fault
            .note("the trust bundle that the manifest names is not at hand: the dataflow may trust this chain all the same")
            .help("`--ca FILE` gives the certificates of the bundle, `--ask kubectl` fetches it")
            .inconclusive();
    }
    // A single certificate does not say whether its issuer is a root.
    let came_alone = error.facts.chain.len() == 1 && matches!(error.cause, TlsCause::UnknownIssuer { .. });
    let fault = if came_alone {
        fault.note("the server sends its own certificate alone: if that issuer is no root, it has to send its certificate, too")
    } else {
        fault
    };
    fault.help(help)
}

/// What the server makes of the client certificate.
fn client(refusal: ClientRefusal, shown: bool) -> Fault {
    let words = refusal.to_string();
    let at = |entry, line| Fault::new(Stage::Tls, entry, line, words.clone());
    match refusal {
        ClientRefusal::UnknownCa => at(&tls::CLIENT_CERTIFICATE_UNKNOWN_CA, Line::Secret)
            .help("let the server trust the authority of the certificate, or use one of an authority that it trusts"),
        ClientRefusal::Expired => at(&tls::CLIENT_CERTIFICATE_EXPIRED, Line::Secret).help("renew it in the Secret"),
        // Some servers say the same of a certificate that is bad and of one that is missing.
        _ if !shown => at(&tls::CLIENT_CERTIFICATE_REQUIRED, Line::Method)
            .help("use method `X509Certificate` with a Secret that holds `client_cert.pem` and `client_key.pem`"),
        _ => at(&tls::CLIENT_CERTIFICATE_REFUSED, Line::Secret),
    }
}

/// The fault of a TLS alert that comes after the handshake: with TLS 1.3 a server refuses a client certificate then.
/// `shown` says whether one was.
pub fn late(error: &io::Error, shown: bool) -> Option<Fault> {
    late_alert(error).map(|refusal| client(refusal, shown))
}

/// Something is spoken in clear where TLS was expected.
pub fn plain(spoken: &Spoken, kind: Kind) -> Fault {
    let expected = matches!(
        (kind.expects, spoken),
        (Some(Wire::Mqtt), Spoken::Mqtt5 | Spoken::Mqtt311)
            | (Some(Wire::Kafka), Spoken::Kafka)
            | (None, Spoken::Http { .. })
    ) || (kind.websocket && matches!(spoken, Spoken::Http { .. }));
    let message = format!("{spoken} is spoken there in clear, and no TLS");
    if expected {
        return Fault::new(Stage::Tls, &tls::TLS_ON_PLAIN_PORT, Line::Tls, message).help(
            "use the port of the server that has TLS, or let it have one; `mode: Disabled` sends everything in clear",
        );
    }
    let entry = match (kind.expects, spoken) {
        (Some(Wire::Mqtt), Spoken::Http { .. } | Spoken::Http2) => &door::MQTT_PORT_SPEAKS_HTTP,
        (Some(Wire::Mqtt), Spoken::Kafka) => &door::MQTT_PORT_SPEAKS_KAFKA,
        (Some(Wire::Mqtt), _) => &door::MQTT_PORT_SPEAKS_OTHER,
        (Some(Wire::Kafka), Spoken::Mqtt5 | Spoken::Mqtt311) => &door::KAFKA_PORT_SPEAKS_MQTT,
        (Some(Wire::Kafka), Spoken::Http { .. } | Spoken::Http2) => &door::KAFKA_PORT_SPEAKS_HTTP,
        (Some(Wire::Kafka), _) => &door::KAFKA_PORT_SPEAKS_OTHER,
        (None, _) => &door::NOT_HTTP,
    };
    Fault::new(Stage::Tls, entry, Line::Host, message).help("correct host and port")
}
