//! The kinds that have a schema. Other kinds of the API group are known elsewhere, and not checked.

use std::fmt;

/// A kind of resource that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// One end of a dataflow.
    DataflowEndpoint,
    /// A way for messages between two endpoints.
    Dataflow,
    /// How the dataflows of a group run.
    DataflowProfile,
    /// A way for messages with several steps.
    DataflowGraph,
}

impl Kind {
    /// Every kind that has a schema.
    pub const ALL: [Self; 4] = [Self::DataflowEndpoint, Self::Dataflow, Self::DataflowProfile, Self::DataflowGraph];

    /// The kind with exactly this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The name as it stands in `kind:`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DataflowEndpoint => "DataflowEndpoint",
            Self::Dataflow => "Dataflow",
            Self::DataflowProfile => "DataflowProfile",
            Self::DataflowGraph => "DataflowGraph",
        }
    }

    /// The annotated schema of `spec`, as text.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::DataflowEndpoint => include_str!("../../schemas/dataflow-endpoint.schema.json"),
            Self::Dataflow => include_str!("../../schemas/dataflow.schema.json"),
            Self::DataflowProfile => include_str!("../../schemas/dataflow-profile.schema.json"),
            Self::DataflowGraph => include_str!("../../schemas/dataflow-graph.schema.json"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_spelt_exactly() {
        assert_eq!(Kind::parse("Dataflow"), Some(Kind::Dataflow));
        assert_eq!(Kind::parse("DataFlow"), None);
        assert_eq!(Kind::parse("RegistryEndpoint"), None);
    }
}
