//! One node of an annotated schema: which versions and dialects have it, and what its keywords say there.

use serde_json::{Map, Value};

use super::{ArmVersion, Kind, SchemaError};

/// A custom resource definition, or what takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crd {
    /// The definition of 2024-07, `v1beta1` of release 0.6.
    July2024,
    /// The later `v1beta1`, known from pages only.
    V1Beta1,
    /// The definition of an early `v1`.
    V1,
}

impl Crd {
    pub(super) const ALL: [Self; 3] = [Self::July2024, Self::V1Beta1, Self::V1];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::July2024 => "v1beta1-2024-07",
            Self::V1Beta1 => "v1beta1",
            Self::V1 => "v1",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of custom resource definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct CrdSet(u8);

impl CrdSet {
    pub(super) fn of(crds: &[Crd]) -> Self {
        Self(crds.iter().fold(0, |bits, crd| bits | crd.bit()))
    }

    pub(super) const fn has(self, crd: Crd) -> bool {
        self.0 & crd.bit() != 0
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The names of the definitions, as `x-crd` writes them.
    pub(super) fn names(self) -> Vec<&'static str> {
        Crd::ALL.into_iter().filter(|crd| self.has(*crd)).map(Crd::as_str).collect()
    }

    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().try_fold(Self::default(), |set, name| {
            let crd = Crd::ALL.into_iter().find(|crd| name.as_str() == Some(crd.as_str()))?;
            Some(Self(set.0 | crd.bit()))
        })
    }
}

/// A set of ARM versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ArmSet(u16);

impl ArmSet {
    pub(super) fn all() -> Self {
        Self::between(ArmVersion::ALL[0], ArmVersion::NEWEST)
    }

    /// From `first` to `last`, both included; nothing where `last` is older.
    pub(super) fn between(first: ArmVersion, last: ArmVersion) -> Self {
        let bits = ArmVersion::ALL.into_iter().filter(|version| (first..=last).contains(version));
        Self(bits.fold(0, |bits, version| bits | 1 << version as u16))
    }

    pub(super) const fn has(self, version: ArmVersion) -> bool {
        self.0 & (1 << version as u16) != 0
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn iter(self) -> impl DoubleEndedIterator<Item = ArmVersion> {
        ArmVersion::ALL.into_iter().filter(move |version| self.has(*version))
    }

    /// The set as ranges, as `x-arm` writes them.
    pub(super) fn ranges(self) -> Vec<String> {
        let mut ranges: Vec<(ArmVersion, ArmVersion)> = Vec::new();
        for version in self.iter() {
            match ranges.last_mut() {
                Some((_, last)) if *last as u16 + 1 == version as u16 => *last = version,
                _ => ranges.push((version, version)),
            }
        }
        let text = |(first, last): (ArmVersion, ArmVersion)| match (first, last) {
            (first, ArmVersion::NEWEST) if first != ArmVersion::NEWEST => format!("{first}.."),
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}..{last}"),
        };
        ranges.into_iter().map(text).collect()
    }

    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(range) => Self::read_range(range),
            Value::Array(ranges) => ranges
                .iter()
                .try_fold(Self::default(), |set, range| Some(Self(set.0 | Self::read_range(range.as_str()?)?.0))),
            _ => None,
        }
    }

    fn read_range(text: &str) -> Option<Self> {
        let Some((first, last)) = text.split_once("..") else {
            let version = ArmVersion::parse(text)?;
            return Some(Self::between(version, version));
        };
        let first = if first.is_empty() { Some(ArmVersion::ALL[0]) } else { ArmVersion::parse(first) };
        let last = if last.is_empty() { Some(ArmVersion::NEWEST) } else { ArmVersion::parse(last) };
        Some(Self::between(first?, last?))
    }
}

/// Who has a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Presence {
    pub(super) crds: CrdSet,
    pub(super) arm: ArmSet,
}

impl Presence {
    /// What stands above the root: every ARM version, and no custom resource definition unless the root says so.
    pub(super) fn above_root() -> Self {
        Self { crds: CrdSet::default(), arm: ArmSet::all() }
    }
}

/// In whose words a keyword is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Those of a custom resource definition.
    Crd(Crd),
    /// Those of an ARM version.
    Arm(ArmVersion),
}

/// An annotated file, parsed.
pub(super) struct File {
    kind: &'static str,
    root: Value,
}

impl File {
    pub(super) fn of(kind: Kind) -> Result<Self, SchemaError> {
        Self::parse(kind.as_str(), kind.file())
    }

    /// The file that describes what stands around `spec`.
    pub(super) fn document() -> Result<Self, SchemaError> {
        Self::parse("document", include_str!("../../schemas/document.schema.json"))
    }

    fn parse(kind: &'static str, text: &str) -> Result<Self, SchemaError> {
        let root = serde_json::from_str(text).map_err(|source| SchemaError::NotJson { kind, source })?;
        Ok(Self { kind, root })
    }

    pub(super) fn root(&self) -> Result<Node<'_>, SchemaError> {
        self.node(&self.root)
    }

    /// A node of `$defs` by its name.
    pub(super) fn definition(&self, name: &str) -> Result<Node<'_>, SchemaError> {
        self.node(&self.root["$defs"][name])
    }

    fn node<'a>(&'a self, value: &'a Value) -> Result<Node<'a>, SchemaError> {
        let bad = |keyword, expected| SchemaError::Annotation { kind: self.kind, keyword, expected };
        let own = value.as_object().ok_or(bad("node", "an object"))?;
        let shared = match own.get("$ref") {
            None => None,
            Some(reference) => {
                let name = reference.as_str().and_then(|text| text.strip_prefix("#/$defs/"));
                let target = name.and_then(|name| self.root["$defs"][name].as_object());
                Some(target.ok_or(bad("$ref", "`#/$defs/` and a name in the file"))?)
            }
        };
        Ok(Node { file: self, own, shared })
    }
}

/// A node of an annotated schema, together with the definition that it refers to; its own keywords go first.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    file: &'a File,
    own: &'a Map<String, Value>,
    shared: Option<&'a Map<String, Value>>,
}

impl<'a> Node<'a> {
    /// A keyword as it stands, whatever the dialect.
    pub(super) fn get(self, key: &str) -> Option<&'a Value> {
        self.own.get(key).or_else(|| self.shared?.get(key))
    }

    /// Every keyword of the node, those of its cases included, each once.
    pub(super) fn keywords(self) -> Vec<&'a str> {
        let cases = self.cases().iter().filter_map(Value::as_object).flat_map(Map::keys);
        let shared = self.shared.into_iter().flat_map(Map::keys);
        let mut keywords: Vec<&str> = Vec::new();
        for key in self.own.keys().chain(shared).chain(cases) {
            if !keywords.contains(&key.as_str()) && key != "arm" && key != "crd" {
                keywords.push(key);
            }
        }
        keywords
    }

    fn cases(self) -> &'a [Value] {
        self.get("x-cases").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// What a keyword says in one dialect: the last case that speaks of it, or else what stands beside the cases.
    pub(super) fn keyword(self, key: &str, dialect: Dialect) -> Option<&'a Value> {
        let applies = |case: &&Value| match dialect {
            Dialect::Crd(crd) => CrdSet::read(&case["crd"]).is_some_and(|set| set.has(crd)),
            Dialect::Arm(version) => ArmSet::read(&case["arm"]).is_some_and(|set| set.has(version)),
        };
        let spoken = |case: &'a Value| case.as_object()?.get(key);
        let case = self.cases().iter().rev().filter(applies).find_map(spoken);
        case.or_else(|| self.get(key)).filter(|value| !value.is_null())
    }

    /// The strings of a list keyword in one dialect.
    pub(super) fn lists(self, key: &str, dialect: Dialect, name: &str) -> bool {
        let names = self.keyword(key, dialect).and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|entry| entry == name))
    }

    /// Who has the node, given who has its parent.
    pub(super) fn presence(self, parent: Presence) -> Result<Presence, SchemaError> {
        let bad = |keyword, expected| SchemaError::Annotation { kind: self.file.kind, keyword, expected };
        let crds = match self.get("x-crd") {
            None => parent.crds,
            Some(value) => CrdSet::read(value).ok_or(bad("x-crd", "an array of known definitions"))?,
        };
        let arm = match self.get("x-arm") {
            None => parent.arm,
            Some(value) => ArmSet::read(value).ok_or(bad("x-arm", "ranges of known versions"))?.and(parent.arm),
        };
        Ok(Presence { crds, arm })
    }

    /// The fields of an object, each with its node and who has it.
    pub(super) fn children(self, presence: Presence) -> Result<Vec<(&'a str, Node<'a>, Presence)>, SchemaError> {
        let Some(properties) = self.get("properties").and_then(Value::as_object) else {
            return Ok(Vec::new());
        };
        let child = |(name, value): (&'a String, &'a Value)| {
            let node = self.file.node(value)?;
            Ok((name.as_str(), node, node.presence(presence)?))
        };
        properties.iter().map(child).collect()
    }

    /// The node of an array's items.
    pub(super) fn items(self) -> Result<Option<Node<'a>>, SchemaError> {
        self.get("items").map(|items| self.file.node(items)).transpose()
    }

    /// Whether only the service writes the field.
    pub(super) fn read_only(self) -> bool {
        self.get("readOnly") == Some(&Value::Bool(true))
    }

    /// Whether `null` is taken in a custom resource.
    pub(super) fn nullable(self) -> bool {
        self.get("x-nullable") == Some(&Value::Bool(true))
    }

    /// The values that one dialect lists, in its spellings; `None` where any value goes.
    pub(super) fn values(self, dialect: Dialect) -> Option<Vec<Value>> {
        let values = self.keyword("enum", dialect)?.as_array()?;
        let lower = match dialect {
            Dialect::Crd(crd) => self.get("x-lower").and_then(CrdSet::read).is_some_and(|set| set.has(crd)),
            Dialect::Arm(_) => false,
        };
        let mut spellings = Vec::with_capacity(values.len() * 2);
        for value in values {
            spellings.push(value.clone());
            if let (true, Some(text)) = (lower, value.as_str()) {
                spellings.push(Value::from(lower_first(text)));
            }
        }
        Some(spellings)
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ranges_are_read_and_written_alike() {
        for range in ["2024-08-15-preview..", "2024-07-01-preview..2024-11-01", "2025-10-01", "2026-11-01-preview"] {
            let set = ArmSet::read(&json!(range)).expect(range);
            assert_eq!(set.ranges(), [range]);
        }
        let apart = ArmSet::read(&json!(["2025-07-01-preview", "2026-10-01.."])).expect("ranges");
        assert_eq!(apart.ranges(), ["2025-07-01-preview", "2026-10-01.."]);
        assert_eq!(ArmSet::read(&json!("2024-11-02..")), None);
        assert_eq!(ArmSet::read(&json!([])), Some(ArmSet::default()));
    }

    #[test]
    fn every_annotation_of_every_file_can_be_read() {
        fn walk(node: Node<'_>, presence: Presence) {
            for case in node.cases() {
                assert!(case.get("crd").is_none_or(|set| CrdSet::read(set).is_some()), "{case}");
                assert!(case.get("arm").is_none_or(|set| ArmSet::read(set).is_some()), "{case}");
            }
            assert!(node.get("x-lower").is_none_or(|set| CrdSet::read(set).is_some()));
            assert!(node.get("description").is_some_and(Value::is_string), "{:?}", node.own);
            for (_, child, presence) in node.children(presence).expect("children") {
                walk(child, presence);
            }
            if let Some(items) = node.items().expect("items") {
                walk(items, items.presence(presence).expect("presence"));
            }
        }
        for kind in Kind::ALL {
            let file = File::of(kind).expect("a file");
            walk(file.root().expect("a root"), Presence::above_root());
        }
    }

    #[test]
    fn a_later_case_wins_and_null_takes_away() {
        let root = json!({
            "default": 1,
            "x-cases": [{ "arm": "..2024-11-01", "default": 2 }, { "arm": "2024-11-01", "default": null }]
        });
        let file = File { kind: "test", root };
        let node = file.root().expect("a root");
        let default = |version| node.keyword("default", Dialect::Arm(version)).cloned();
        assert_eq!(default(ArmVersion::Preview20240915), Some(json!(2)));
        assert_eq!(default(ArmVersion::V20241101), None);
        assert_eq!(default(ArmVersion::V20250401), Some(json!(1)));
    }
}
