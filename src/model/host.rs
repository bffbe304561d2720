//! The text of a `host` field in its parts: scheme, name, port, path.

use std::ops::Range;

/// The suffix of Event Grid's MQTT host names.
pub const EVENT_GRID_MQTT: &str = ".ts.eventgrid.azure.net";
/// The suffix of Event Grid's host names in general; without `.ts` it is the HTTP name.
pub const EVENT_GRID: &str = ".eventgrid.azure.net";
/// The suffix of Event Hubs namespaces.
pub const EVENT_HUBS: &str = ".servicebus.windows.net";

/// A `host` in its parts. Nothing is checked: what is missing is `None` or empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Host<'a> {
    /// The whole text.
    pub text: &'a str,
    /// What stands before `://`.
    pub scheme: Option<&'a str>,
    /// The name or address.
    pub name: &'a str,
    /// The text of the port.
    pub port: Option<&'a str>,
    /// From the first `/` behind the name on.
    pub path: &'a str,
}

impl<'a> Host<'a> {
    /// Splits `text`.
    pub fn parse(text: &'a str) -> Self {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, text),
        };
        let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        let name_end = if authority.starts_with('[') { authority.find(']').map_or(0, |end| end + 1) } else { 0 };
        let (name, port) = match authority[name_end..].rfind(':') {
            Some(colon) => (&authority[..name_end + colon], Some(&authority[name_end + colon + 1..])),
            None => (authority, None),
        };
        Self { text, scheme, name, port, path }
    }

    /// The port as a number.
    pub fn port_number(&self) -> Option<u16> {
        self.port?.parse().ok()
    }

    /// Whether it is a name of Event Grid, MQTT or HTTP.
    pub fn is_event_grid(&self) -> bool {
        ends_with(self.name, EVENT_GRID)
    }

    /// Whether it is a name of Event Hubs.
    pub fn is_event_hubs(&self) -> bool {
        ends_with(self.name, EVENT_HUBS)
    }

    /// Where the port stands in the text.
    pub fn port_range(&self) -> Option<Range<usize>> {
        self.port.map(|port| self.range_of(port))
    }

    /// Where a part of the text stands in it.
    pub fn range_of(&self, part: &str) -> Range<usize> {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).min(self.text.len());
        start..(start + part.len()).min(self.text.len())
    }
}

fn ends_with(name: &str, suffix: &str) -> bool {
    let start = name.len().checked_sub(suffix.len());
    start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_come_apart() {
        let host = Host::parse("mqtts://a.b:8883/mqtt");
        assert_eq!((host.scheme, host.name, host.port, host.path), (Some("mqtts"), "a.b", Some("8883"), "/mqtt"));
        assert_eq!(host.port_range(), Some(12..16));
        let host = Host::parse("[fd00::1]:1883");
        assert_eq!((host.name, host.port_number()), ("[fd00::1]", Some(1883)));
        let host = Host::parse("a.b.c");
        assert_eq!((host.scheme, host.name, host.port, host.path), (None, "a.b.c", None, ""));
        assert!(Host::parse("X.west-1.TS.eventgrid.azure.net").is_event_grid());
        assert!(!Host::parse("eventgrid.azure.net.example.com").is_event_grid());
        assert!(Host::parse("ns.servicebus.windows.net:9093").is_event_hubs());
    }
}
