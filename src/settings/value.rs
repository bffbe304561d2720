//! The values that settings take, read from what is written.

use crate::model::Scalar;

/// A type that a written scalar can be a value of.
pub trait FromScalar: Sized {
    /// The value, if it is one. Case is ignored in words, as some versions spell them otherwise; where a version insists
    /// on its spelling, `schema` says so.
    fn from_scalar(scalar: &Scalar) -> Option<Self>;
}

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// As manifests write it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl FromScalar for $name {
            fn from_scalar(scalar: &Scalar) -> Option<Self> {
                let Scalar::Text(text) = scalar else { return None };
                [$(Self::$variant),+].into_iter().find(|known| known.as_str().eq_ignore_ascii_case(text))
            }
        }
    };
}

words! {
    /// `tls.mode`, `copyMqttProperties`, `batching.mode`.
    Switch {
        /// On.
        Enabled = "Enabled",
        /// Off.
        Disabled = "Disabled",
    }
}

words! {
    /// `mqttSettings.retain`: what becomes of the retain flag on the way from MQTT to MQTT.
    Retain {
        /// It stays as it came.
        Keep = "Keep",
        /// It is cleared.
        Never = "Never",
    }
}

words! {
    /// `mqttSettings.protocol`.
    Protocol {
        /// MQTT over TCP.
        Mqtt = "Mqtt",
        /// MQTT over WebSockets.
        WebSockets = "WebSockets",
    }
}

words! {
    /// `cloudEventAttributes` of the destination's endpoint.
    CloudEvents {
        /// CloudEvents pass as they are.
        Propagate = "Propagate",
        /// Attributes are added or changed so that every message is a CloudEvent.
        CreateOrRemap = "CreateOrRemap",
    }
}

words! {
    /// `kafkaSettings.kafkaAcks`: who has to confirm a record.
    Acks {
        /// Nobody.
        Zero = "Zero",
        /// The leader of the partition.
        One = "One",
        /// All replicas in sync.
        All = "All",
    }
}

words! {
    /// `kafkaSettings.compression` of batches.
    Compression {
        /// Not compressed.
        None = "None",
        /// gzip.
        Gzip = "Gzip",
        /// Snappy.
        Snappy = "Snappy",
        /// LZ4.
        Lz4 = "Lz4",
    }
}

words! {
    /// `kafkaSettings.partitionStrategy`: how records get their partition.
    PartitionStrategy {
        /// Any partition, in turn.
        Default = "Default",
        /// A fixed one for each instance.
        Static = "Static",
        /// By the topic of the MQTT message.
        Topic = "Topic",
        /// By a property of the MQTT message.
        Property = "Property",
    }
}

words! {
    /// `serializationFormat` of the result of a transformation.
    Serialization {
        /// JSON.
        Json = "Json",
        /// Parquet, for storage.
        Parquet = "Parquet",
        /// Delta, for storage.
        Delta = "Delta",
    }
}

words! {
    /// `destinationSettings.headers[].actionType`.
    HeaderActionType {
        /// Added unless a header of that name is there.
        AddIfNotPresent = "AddIfNotPresent",
        /// Added; a header of that name gives way.
        AddOrReplace = "AddOrReplace",
        /// Taken away.
        Remove = "Remove",
    }
}

impl FromScalar for Box<str> {
    fn from_scalar(scalar: &Scalar) -> Option<Self> {
        match scalar {
            Scalar::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

macro_rules! integers {
    ($($integer:ty),+) => {$(
        impl FromScalar for $integer {
            fn from_scalar(scalar: &Scalar) -> Option<Self> {
                match scalar {
                    Scalar::Int(number) => Self::try_from(*number).ok(),
                    _ => None,
                }
            }
        }
    )+};
}

integers!(u8, u16, u32);
