//! A `Dataflow` while its document is in hand: its operations by kind.

use super::resource::Resource;
use super::val::Val;

/// `operationType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// Where messages come from.
    Source,
    /// What happens to them.
    Transform,
    /// Where they go.
    Destination,
}

impl OperationKind {
    /// All kinds in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Source, Self::Transform, Self::Destination];

    /// The value of `operationType`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "Source",
            Self::Transform => "BuiltInTransformation",
            Self::Destination => "Destination",
        }
    }

    /// The settings block that belongs to it.
    pub const fn settings_key(self) -> &'static str {
        match self {
            Self::Source => "sourceSettings",
            Self::Transform => "builtInTransformationSettings",
            Self::Destination => "destinationSettings",
        }
    }

    /// The kind that `text` names, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }
}

/// One item of `operations`.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// The item.
    pub item: Val<'a>,
    /// `operationType`, if it is a known one in any spelling.
    pub kind: Option<OperationKind>,
    /// The settings block of that kind, present or not; without a kind, that of a source.
    pub settings: Val<'a>,
}

/// A dataflow while its document is in hand.
#[derive(Debug, Clone)]
pub struct Dataflow<'a> {
    /// The resource.
    pub resource: Resource<'a>,
    /// Its operations, in the order of the text.
    pub operations: Vec<Operation<'a>>,
}

impl<'a> Dataflow<'a> {
    /// The dataflow in `resource`.
    pub fn new(resource: Resource<'a>) -> Self {
        let operations = resource.spec().get("operations").items().map(|item| {
            let kind = item.get("operationType").str().and_then(OperationKind::parse);
            let settings = item.get(kind.unwrap_or(OperationKind::Source).settings_key());
            Operation { item, kind, settings }
        });
        Self { resource, operations: operations.collect() }
    }

    /// The operations of one kind.
    pub fn of_kind(&self, kind: OperationKind) -> impl Iterator<Item = &Operation<'a>> {
        self.operations.iter().filter(move |operation| operation.kind == Some(kind))
    }

    /// The operation of a kind, if there is exactly one.
    pub fn only(&self, kind: OperationKind) -> Option<&Operation<'a>> {
        let mut operations = self.of_kind(kind);
        operations.next().filter(|_| operations.next().is_none())
    }

    /// Whether a template decides about the operations, or about the kind of one.
    pub fn is_undecided(&self) -> bool {
        let operations = self.resource.spec().get("operations");
        operations.is_undecided()
            || self
                .operations
                .iter()
                .any(|operation| operation.item.is_undecided() || operation.item.get("operationType").is_undecided())
    }
}
