//! A message through a dataflow, once: what is sent, what was expected, what to make of what came out.
//!
//! [`cases`] reads what people expect, [`sample`] makes a message where nobody gives one, [`compare`] holds what came out
//! against either, [`verdict`] turns it into what `report` tells. The documentation of the findings is in
//! [`policy::run`](crate::policy::run); how a message is translated is for `translate`, how it travels for `transport`.

pub mod cases;
pub mod compare;
pub mod sample;
pub mod verdict;

#[cfg(test)]
mod verdict_tests;

/// What an end of a dataflow speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wire {
    /// MQTT 5.
    Mqtt,
    /// Kafka.
    Kafka,
}

impl Wire {
    /// As people write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mqtt => "MQTT",
            Self::Kafka => "Kafka",
        }
    }
}
