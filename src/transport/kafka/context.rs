//! What librdkafka's threads see of a client: routes, verdicts on certificates, and whom to wake.

use super::settings::Route;
use rdkafka::client::ClientContext;
use std::ffi::{CStr, CString};
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// Shared with librdkafka's threads for as long as the client lives.
#[derive(Default)]
pub(super) struct Context {
    routes: Vec<(Route, CString, CString)>,
    verdicts: Mutex<Vec<(String, i32)>>,
    /// Notified when the event queue is no longer empty.
    pub(super) ready: Notify,
}

impl ClientContext for Context {}

impl Context {
    /// A context with `routes`. Those whose host is no C string lead nowhere and are left out.
    pub(super) fn new(routes: &[Route]) -> Self {
        let routes = routes
            .iter()
            .filter_map(|route| {
                let host = CString::new(route.to_host.as_str()).ok()?;
                let port = CString::new(route.to_port.to_string()).ok()?;
                Some((route.clone(), host, port))
            })
            .collect();
        Self { routes, ..Self::default() }
    }

    /// Host and port to dial instead of `host` and `port`.
    pub(super) fn route(&self, host: &CStr, port: &CStr) -> Option<(&CStr, &CStr)> {
        let host = host.to_str().ok()?;
        let port: u16 = port.to_str().ok()?.parse().ok()?;
        let wanted = |route: &Route| route.port == port && route.host.eq_ignore_ascii_case(host);
        let (_, host, port) = self.routes.iter().find(|(route, _, _)| wanted(route))?;
        Some((host, port))
    }

    /// Whether there are routes.
    pub(super) fn has_routes(&self) -> bool {
        !self.routes.is_empty()
    }

    /// Notes that OpenSSL refuses the certificate of `broker`, a `host:port`, with a code of `X509_V_ERR_*`.
    pub(super) fn certificate_refused(&self, broker: String, code: i32) {
        let mut verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        verdicts.retain(|(other, _)| *other != broker);
        verdicts.push((broker, code));
    }

    /// Why OpenSSL refused the certificate of `broker`, if it did.
    pub(super) fn certificate_verdict(&self, broker: &str) -> Option<i32> {
        let verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        verdicts.iter().find(|(other, _)| other == broker).map(|(_, code)| *code)
    }
}
