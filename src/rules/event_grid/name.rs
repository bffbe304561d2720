//! The forms of Event Grid's host names.

use crate::model::{EVENT_GRID, Host};

/// What an Event Grid host name is, by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// `<namespace>.<region>-1.ts.eventgrid.azure.net`.
    Mqtt,
    /// `<namespace>.<region>-1.eventgrid.azure.net`.
    Http,
    /// A name of a private endpoint; which of them a client may use is not documented.
    PrivateLink,
    /// None of these.
    Malformed,
}

impl Name {
    /// The form of the name in `host`, if it is one of Event Grid.
    pub fn of(host: &Host<'_>) -> Option<Self> {
        if !host.is_event_grid() {
            return None;
        }
        let head = host.name[..host.name.len() - EVENT_GRID.len()].to_ascii_lowercase();
        let labels: Vec<&str> = head.split('.').collect();
        Some(match labels.as_slice() {
            _ if labels.contains(&"privatelink") => Self::PrivateLink,
            [namespace, region, "ts"] if !namespace.is_empty() && is_numbered(region) => Self::Mqtt,
            [namespace, region] if !namespace.is_empty() && is_numbered(region) => Self::Http,
            _ => Self::Malformed,
        })
    }
}

/// Whether `label` is `<region>-<number>`.
fn is_numbered(label: &str) -> bool {
    label.rsplit_once('-').is_some_and(|(region, number)| {
        !region.is_empty() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The port of MQTT, or of MQTT over WebSockets.
pub(super) const fn port(web_sockets: bool) -> &'static str {
    if web_sockets { "443" } else { "8883" }
}

/// The path of MQTT over WebSockets.
pub(super) const WEB_SOCKET_PATH: &str = "/mqtt";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        for (host, form) in [
            ("oven.westeurope-1.ts.eventgrid.azure.net:8883", Some(Name::Mqtt)),
            ("Oven.WestEurope-1.TS.EventGrid.Azure.net:8883", Some(Name::Mqtt)),
            ("oven.westeurope-1.eventgrid.azure.net", Some(Name::Http)),
            ("oven.westeurope.ts.eventgrid.azure.net:8883", Some(Name::Malformed)),
            ("oven.ts.eventgrid.azure.net", Some(Name::Malformed)),
            ("ts.eventgrid.azure.net", Some(Name::Malformed)),
            ("oven.eventgrid.azure.net", Some(Name::Malformed)),
            (".westeurope-1.ts.eventgrid.azure.net", Some(Name::Malformed)),
            ("oven.westeurope-1.ts.privatelink.eventgrid.azure.net", Some(Name::PrivateLink)),
            ("oven.example.com", None),
        ] {
            assert_eq!(Name::of(&Host::parse(host)), form, "{host}");
        }
    }
}
