//! The requests of Kafka that are made here, and the versions of each that are spoken.

use kafka_protocol::messages as kafka;
use kafka_protocol::protocol::{Encodable, HeaderVersion};
use std::fmt;

/// A range of versions of a request, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// The oldest.
    pub min: i16,
    /// The newest.
    pub max: i16,
}

impl Range {
    /// The newest version that is in both.
    pub fn newest_common(self, other: Self) -> Option<i16> {
        let newest = self.max.min(other.max);
        (newest >= self.min && newest >= other.min).then_some(newest)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min == self.max { write!(f, "{}", self.min) } else { write!(f, "{} to {}", self.min, self.max) }
    }
}

macro_rules! apis {
    ($($(#[$doc:meta])* $name:ident = $key:literal, $request:ident -> $answer:ident, $min:literal..=$max:literal;)*) => {
        /// A request (<https://kafka.apache.org/protocol#protocol_api_keys>).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(i16)]
        pub enum Api {
            $($(#[$doc])* $name = $key,)*
        }

        impl Api {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name as Kafka's documentation writes it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// The versions that are spoken here.
            pub const fn spoken(self) -> Range {
                match self {
                    $(Self::$name => Range { min: $min, max: $max },)*
                }
            }
        }

        $(impl Ask for kafka::$request {
            const API: Api = Api::$name;
            type Answer = kafka::$answer;
        })*
    };
}

/// A request that is made here.
pub(super) trait Ask: Encodable + HeaderVersion {
    /// Which.
    const API: Api;
    /// What answers it; only the form of its header is used.
    type Answer: HeaderVersion;
}

apis! {
    /// Sends records. From version 13 on topics have ids instead of names.
    Produce = 0, ProduceRequest -> ProduceResponse, 3..=9;
    /// Reads records. From version 13 on topics have ids instead of names.
    Fetch = 1, FetchRequest -> FetchResponse, 4..=12;
    /// The offsets at the ends of partitions.
    ListOffsets = 2, ListOffsetsRequest -> ListOffsetsResponse, 1..=6;
    /// Brokers and topics. Version 0 cannot ask for no topic.
    Metadata = 3, MetadataRequest -> MetadataResponse, 1..=12;
    /// What a group has committed. From version 8 on it asks for several groups.
    OffsetFetch = 9, OffsetFetchRequest -> OffsetFetchResponse, 1..=7;
    /// Which broker keeps a group. From version 4 on it asks for several groups.
    FindCoordinator = 10, FindCoordinatorRequest -> FindCoordinatorResponse, 0..=3;
    /// A sign of life of a member of a group.
    Heartbeat = 12, HeartbeatRequest -> HeartbeatResponse, 0..=4;
    /// The state of a group.
    DescribeGroups = 15, DescribeGroupsRequest -> DescribeGroupsResponse, 0..=5;
    /// Which SASL mechanism will be used. After version 0 the login is no Kafka request.
    SaslHandshake = 17, SaslHandshakeRequest -> SaslHandshakeResponse, 1..=1;
    /// Which versions of which requests the broker takes. The versions in between add nothing.
    ApiVersions = 18, ApiVersionsRequest -> ApiVersionsResponse, 0..=3;
    /// Settings of a topic.
    DescribeConfigs = 32, DescribeConfigsRequest -> DescribeConfigsResponse, 1..=4;
    /// A step of a SASL login.
    SaslAuthenticate = 36, SaslAuthenticateRequest -> SaslAuthenticateResponse, 0..=2;
}

impl Api {
    /// Its number on the wire.
    pub const fn key(self) -> i16 {
        self as i16
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{Api, Ask, Range};
    use kafka_protocol::messages::{MetadataRequest, SaslAuthenticateRequest};
    use kafka_protocol::protocol::Request;

    #[test]
    fn the_newest_common_version_is_taken() {
        let ours = Range { min: 1, max: 4 };
        for (min, max, expected) in
            [(0, 9, Some(4)), (0, 3, Some(3)), (4, 9, Some(4)), (5, 9, None), (0, 0, None), (3, 2, None)]
        {
            assert_eq!(ours.newest_common(Range { min, max }), expected, "{min} to {max}");
        }
    }

    #[test]
    fn keys_are_kafkas() {
        assert_eq!(MetadataRequest::API.key(), MetadataRequest::KEY);
        assert_eq!(SaslAuthenticateRequest::API.key(), SaslAuthenticateRequest::KEY);
        for api in Api::ALL {
            let known = kafka_protocol::messages::ApiKey::try_from(api.key()).unwrap();
            assert_eq!(format!("{known:?}"), api.name());
        }
    }
}
