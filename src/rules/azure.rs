//! What Event Grid and Event Hubs have in common: TLS always, certificates of public authorities, one audience.

use super::Sink;
use crate::diag::{Effect, Safety, Severity};
use crate::model::{Endpoint, EndpointSummary, EndpointType, Val};
use crate::schema::Shape;
use crate::settings::{self, Switch};

/// Reports TLS that is off, or on only because nothing is written, for `service`, which speaks nothing else.
pub(super) fn tls(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>, service: &str) {
    if endpoint.tls_mode().is_word(Switch::Enabled.as_str()) {
        return;
    }
    // What is misspelt is reported as that, and needs no second word.
    if endpoint.settings.misspells("tls") || endpoint.settings.get("tls").misspells("mode") {
        return;
    }
    let Some(effective) = settings::Endpoint::of(&EndpointSummary::of(endpoint)).tls else { return };
    let (block, mode) = (endpoint.settings.get("tls"), endpoint.tls_mode());
    if effective.place().is_some() {
        if effective.value == Switch::Disabled {
            let message = format!("{service} takes TLS connections only, and TLS is switched off");
            sink.at(mode, message).label("expected `Enabled`").replace(Safety::Safe, mode, Switch::Enabled.as_str());
        }
        return;
    }
    // The custom resources of Kafka endpoints want the block, if empty.
    let required = endpoint.kind == Some(EndpointType::Kafka) && endpoint.shape != Shape::V1Beta1;
    let finding = if required && block.is_absent() {
        let message = format!("`tls` is missing, and {service} takes TLS connections only");
        sink.key(block, message).severity(Severity::Error).effect(Effect::Refused)
    } else if effective.value == Switch::Disabled {
        let message = format!("TLS is off where `tls.mode` is not written, and {service} takes TLS connections only");
        sink.key(mode, message).severity(Severity::Warning)
    } else {
        let message = format!("{service} takes TLS connections only, and `tls.mode` is left to its default");
        let note = "the default is `Enabled` in this version; it was `Disabled` in the first preview";
        sink.key(mode, message).severity(Severity::Info).note(note)
    };
    let finding = finding.help("write `tls.mode: Enabled`");
    match (block.is_present(), mode.is_present()) {
        // A `mode:` without a value has no place for a second one.
        (_, true) => finding,
        (true, false) => finding.insert(Safety::Safe, block, "mode: Enabled"),
        (false, false) if endpoint.settings.node().is_some_and(|settings| settings.flow) => {
            finding.insert(Safety::Safe, endpoint.settings, "tls: { mode: Enabled }")
        }
        (false, false) => finding.insert(Safety::Safe, endpoint.settings, "tls:\n  mode: Enabled"),
    };
}

/// Reminds that `service` shows a certificate that is trusted without more.
pub(super) fn custom_ca(endpoint: &Endpoint<'_>, sink: &mut Sink<'_>, service: &str) {
    let reference = endpoint.settings.get("tls").get("trustedCaCertificateConfigMapRef");
    if reference.str().is_some_and(|name| !name.is_empty()) {
        sink.at(reference, format!("{service} needs no certificates of your own to be trusted"))
            .note("a site whose proxy opens TLS connections does need its proxy's certificate here")
            .help("remove it unless the traffic goes through such a proxy");
    }
}

/// What a managed identity is told to ask its token for.
pub(super) struct Audience<'a> {
    /// `audience` or `scope`, whichever the method has.
    pub value: Val<'a>,
    /// The text without `/.default` and slashes at the end: a URL.
    pub url: &'a str,
    /// What is written behind the URL: nothing for an audience, `/.default` for a scope.
    pub suffix: &'static str,
}

/// The audience that is written for the method in use, if it is decided. Whether its form is that of an audience or of a
/// scope is for the rules on authentication.
pub(super) fn audience<'a>(endpoint: &Endpoint<'a>) -> Option<Audience<'a>> {
    let authentication = endpoint.authentication();
    let (value, suffix) = if endpoint.method().is_word("SystemAssignedManagedIdentity") {
        (authentication.get("systemAssignedManagedIdentitySettings").get("audience"), "")
    } else if endpoint.method().is_word("UserAssignedManagedIdentity") {
        (authentication.get("userAssignedManagedIdentitySettings").get("scope"), "/.default")
    } else {
        return None;
    };
    let text = value.str().filter(|text| !text.trim().is_empty())?;
    let url = text.strip_suffix("/.default").unwrap_or(text).trim_end_matches('/');
    Some(Audience { value, url, suffix })
}
