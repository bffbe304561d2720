//! Runs the projected schemas over the tree and says of every violation where it stands and what becomes of it.
//!
//! A resource that is valid costs one pass of the validator. Only a violation is looked at closer: `unknown` explains
//! members that the schema does not have, `value` values that it does not take, `hints` what is taken and still odd.

use super::json::Tree;
use super::{ArmVersion, Kind, Shape, Target, findings, hints, project, unknown, value};
use crate::diag::{Diagnostic, Effect, Entry, FileId, Place, Related, Span, pages};
use crate::yaml::edit::Editor;
use crate::yaml::{self, Node};
use jsonschema::error::ValidationErrorKind as ErrorKind;
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value as Schema;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A resource as the schemas see it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The file it stands in.
    pub file: FileId,
    /// The text of that file.
    pub text: &'a str,
    /// The resource.
    pub node: &'a Node<'a>,
    /// The shape to hold it to.
    pub shape: Shape,
}

/// Checks resources against the schemas of their kind, each compiled when it is first needed.
#[derive(Debug)]
pub struct Checker {
    release: Option<ArmVersion>,
    compiled: HashMap<(Kind, Target), Option<Rc<Compiled>>>,
    said: Said,
}

/// What was said of which place, so that an anchor is reported once, however often it is used.
type Said = HashSet<(Place, &'static str, String)>;

#[derive(Debug)]
struct Compiled {
    schema: Schema,
    validator: Validator<Tree>,
    /// Values in lower-case spelling that the schema takes.
    small: Vec<String>,
}

impl Checker {
    /// A checker for clusters up to `release`; all releases where it is `None`.
    pub fn new(release: Option<ArmVersion>) -> Self {
        Self { release, compiled: HashMap::new(), said: Said::new() }
    }

    /// Adds what is wrong with the fields of `subject` to `out`.
    pub fn check(&mut self, kind: Kind, subject: Subject<'_>, out: &mut Vec<Diagnostic>) {
        let target = match self.release {
            Some(release) => Target::Kubernetes { shape: subject.shape, release },
            None => Target::kubernetes(subject.shape),
        };
        let Some(compiled) = self.compiled(kind, target) else {
            out.push(no_such_kind(kind, subject, target));
            return;
        };
        if !compiled.validator.is_valid(subject.node) {
            let said = &mut self.said;
            let mut violations =
                Violations { compiled: &compiled, subject, target, mistyped: HashSet::new(), said, out };
            let errors: Vec<_> = compiled.validator.iter_errors(subject.node).collect();
            violations.mistyped = errors.iter().filter(|error| is_type_error(error)).map(path_of).collect();
            errors.iter().for_each(|error| violations.explain(error));
        }
        hints::look(&compiled.schema, &compiled.small, subject, out);
        hints::first_preview(subject, out);
    }

    fn compiled(&mut self, kind: Kind, target: Target) -> Option<Rc<Compiled>> {
        let slot = self.compiled.entry((kind, target)).or_insert_with(|| {
            let schema = project(kind, target).ok()?;
            let validator = compile(&schema).ok()?;
            let small = hints::small_spellings(&schema);
            Some(Rc::new(Compiled { schema, validator, small }))
        });
        slot.clone()
    }
}

/// A kind that the release does not have: nothing of it could be checked, which must not look like a pass.
fn no_such_kind(kind: Kind, subject: Subject<'_>, target: Target) -> Diagnostic {
    let node = subject.node.get("kind").unwrap_or(subject.node);
    let message = format!("`{kind}` is not a kind of {target}, so nothing in it can be checked");
    let place = Place::new(subject.file, node.place());
    let mut finding = Diagnostic::new(&findings::OTHER_VERSION, place, message);
    "kind".clone_into(&mut finding.field);
    finding.effect = Some(Effect::Refused);
    finding.source = Some(citation(target));
    finding
}

/// A validator of `schema`. Patterns that look ahead need the slower of the two engines.
fn compile(schema: &Schema) -> Result<Validator<Tree>, ValidationError<'static>> {
    // Every draft says the same of the keywords in use; compiling by the meta-schema of draft 7 takes a third of the time
    // that 2020-12 takes with its vocabularies, and that time is most of a start.
    let options = || jsonschema::options_for::<Tree>().offline().with_draft(Draft::Draft7);
    let linear = options().with_pattern_options(PatternOptions::regex()).build(schema);
    linear.or_else(|_| options().with_pattern_options(PatternOptions::fancy_regex()).build(schema))
}

/// Who says so, for a finding of a schema.
fn citation(target: Target) -> String {
    match target {
        Target::Arm(version) => format!("ARM types Microsoft.IoTOperations@{version}"),
        Target::Kubernetes { shape: Shape::V1Beta1Auth, .. } => pages::CRD_V1BETA1.to_string(),
        Target::Kubernetes { shape: Shape::V1Beta1, .. } => {
            "ARM types Microsoft.IoTOperations@2024-08-15-preview".to_owned()
        }
        Target::Kubernetes { shape: Shape::V1, release } => {
            format!("{} with the ARM types up to {release}", pages::CRD_V1)
        }
    }
}

fn is_type_error(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ErrorKind::Type { .. })
}

fn path_of(error: &ValidationError<'_>) -> String {
    error.instance_path().as_str().to_owned()
}

/// A node of the resource with the way to it.
#[derive(Debug, Clone)]
pub(super) struct Found<'a> {
    /// The node.
    pub node: &'a Node<'a>,
    /// The member that it is the value of, with the mapping that has it; none for an item of a list and for the root.
    pub member: Option<(&'a Node<'a>, &'a yaml::Entry<'a>)>,
    /// Where the nearest key above it stands.
    pub key: Span,
    /// Its dotted path.
    pub path: String,
    /// Whether it, or anything above it, is a template.
    pub undecided: bool,
    /// The alias or merge through which it came in, or anything above it; its own alias does not count.
    pub through: Option<Span>,
}

impl<'a> Found<'a> {
    /// Follows a JSON pointer from the root of the resource.
    fn at(root: &'a Node<'a>, pointer: &str) -> Option<Self> {
        let key = root.entries().first().map_or(root.place(), |first| first.key_span);
        let undecided = root.is_template();
        let mut found = Self { node: root, member: None, key, path: String::new(), undecided, through: None };
        for step in pointer.split('/').skip(1) {
            found = found.step(&step.replace("~1", "/").replace("~0", "~"))?;
        }
        Some(found)
    }

    /// The member or item `step` of this node.
    pub fn step(&self, step: &str) -> Option<Self> {
        if let Some(entry) = self.node.entry(step) {
            return Some(self.member(entry));
        }
        let item = self.node.items().get(step.parse::<usize>().ok()?)?;
        let path = format!("{}[{step}]", self.path);
        let undecided = self.undecided || item.is_template();
        let through = self.through.or(self.node.used_at);
        Some(Self { node: item, member: None, key: item.place(), path, undecided, through })
    }

    /// The member `entry` of this mapping.
    pub fn member(&self, entry: &'a yaml::Entry<'a>) -> Self {
        Self {
            node: &entry.value,
            member: Some((self.node, entry)),
            key: entry.merged_at.unwrap_or(entry.key_span),
            path: join(&self.path, &entry.key),
            undecided: self.undecided || entry.value.is_template() || yaml::template::find(&entry.key).is_some(),
            through: self.through.or(self.node.used_at).or(entry.merged_at),
        }
    }

    /// Where its value stands, or its key where the value is empty.
    pub fn span(&self) -> Span {
        if self.node.place().is_empty() { self.key } else { self.node.place() }
    }
}

/// `path` with one more member.
pub(super) fn join(path: &str, member: &str) -> String {
    if path.is_empty() { member.to_owned() } else { format!("{path}.{member}") }
}

/// What the explaining functions work with.
pub(super) struct Violations<'v> {
    compiled: &'v Compiled,
    /// The resource.
    pub subject: Subject<'v>,
    /// The version and dialect that it is held to.
    pub target: Target,
    /// Paths whose type is wrong already: nothing else about their value is worth saying.
    mistyped: HashSet<String>,
    said: &'v mut Said,
    /// Where the findings go.
    out: &'v mut Vec<Diagnostic>,
}

impl<'v> Violations<'v> {
    /// The whole projected schema.
    pub fn schema(&self) -> &'v Schema {
        &self.compiled.schema
    }

    /// The whole resource.
    pub fn root(&self) -> Option<Found<'v>> {
        Found::at(self.subject.node, "")
    }

    /// What makes edits on the text of the resource.
    pub const fn editor(&self) -> Editor<'v> {
        Editor::new(self.subject.text, self.subject.file)
    }

    /// A finding at the value of `found`.
    pub fn at_value(&self, entry: &'static Entry, found: &Found<'_>, message: String) -> Diagnostic {
        self.finding(entry, found.span(), &found.path, message)
    }

    /// A finding at the key of `found`.
    pub fn at_key(&self, entry: &'static Entry, found: &Found<'_>, message: String) -> Diagnostic {
        self.finding(entry, found.key, &found.path, message)
    }

    /// Takes in a finding about `found`. What came in through an alias or a merge is reported once, and never fixed: the
    /// text of the anchor serves other places too.
    pub fn push(&mut self, found: &Found<'_>, mut finding: Diagnostic) {
        let file = self.subject.file;
        let related = |span, message: &str| Related { place: Place::new(file, span), message: message.to_owned() };
        if let Some(through) = found.through {
            finding.fix = None;
            if finding.place.span == through {
                let defined = found.member.map_or(found.node.span, |(_, entry)| entry.key_span);
                finding.related.push(related(defined, "written here"));
            } else {
                finding.related.push(related(through, "comes in here"));
            }
        } else if found.node.used_at == Some(finding.place.span) {
            finding.related.push(related(found.node.span, "written here"));
        }
        let first = self.said.insert((finding.place, finding.id(), finding.message.clone()));
        if first || found.through.is_none() {
            self.out.push(finding);
        }
    }

    fn finding(&self, entry: &'static Entry, span: Span, path: &str, message: String) -> Diagnostic {
        let mut finding = Diagnostic::new(entry, Place::new(self.subject.file, span), message);
        path.clone_into(&mut finding.field);
        finding.effect = Some(Effect::Refused);
        finding.source = Some(citation(self.target));
        finding
    }

    fn explain(&mut self, error: &ValidationError<'_>) {
        let pointer = error.instance_path().as_str();
        let Some(found) = Found::at(self.subject.node, pointer) else { return };
        // `apiVersion`, `kind` and `metadata` have rules of their own.
        let top = found.path.split('.').next().unwrap_or_default();
        if matches!(top, "apiVersion" | "kind" | "metadata") {
            return;
        }
        let schema = self.schema_of(error);
        match error.kind() {
            // Members of a half-templated mapping may be meant for the template; what is written is still checked.
            ErrorKind::AdditionalProperties { unexpected } => unknown::explain(self, &found, schema, unexpected),
            _ if found.undecided => {}
            ErrorKind::Type { .. } => value::wrong_type(self, &found, schema),
            ErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                if !matches!((found.path.as_str(), name), ("", "apiVersion" | "kind" | "metadata")) {
                    value::missing(self, &found, schema, name);
                }
            }
            _ if self.mistyped.contains(pointer) => {}
            ErrorKind::Enum { .. } | ErrorKind::Constant { .. } => value::wrong_choice(self, &found, schema),
            ErrorKind::Minimum { .. }
            | ErrorKind::Maximum { .. }
            | ErrorKind::ExclusiveMinimum { .. }
            | ErrorKind::ExclusiveMaximum { .. } => value::out_of_range(self, &found, schema),
            ErrorKind::Pattern { pattern } => value::wrong_form(self, &found, pattern),
            ErrorKind::MinLength { .. }
            | ErrorKind::MaxLength { .. }
            | ErrorKind::MinItems { .. }
            | ErrorKind::MaxItems { .. } => {
                value::wrong_length(self, &found, schema);
            }
            // "Exactly one of these blocks" is said by rules that know what the blocks are for.
            _ => {}
        }
    }

    /// The object of the schema that holds the keyword which refused.
    fn schema_of(&self, error: &ValidationError<'_>) -> &'v Schema {
        let keyword = error.schema_path().as_str();
        let parent = keyword.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.schema().pointer(parent).unwrap_or(&Schema::Null)
    }
}

/// The members of an object schema.
pub(super) fn properties(schema: &Schema) -> Option<&serde_json::Map<String, Schema>> {
    schema.get("properties")?.as_object()
}

/// Whether an entry of `ENTRIES` is worth a second look at the same key.
pub(super) fn named(annotation: &Schema) -> &'static Entry {
    annotation.get("rule").and_then(Schema::as_str).map_or(&findings::UNKNOWN_FIELD, findings::named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_projection_compiles() {
        for kind in Kind::ALL {
            for release in ArmVersion::ALL {
                for shape in [Shape::V1Beta1Auth, Shape::V1Beta1, Shape::V1] {
                    if let Ok(schema) = project(kind, Target::Kubernetes { shape, release }) {
                        assert!(compile(&schema).is_ok(), "{kind:?} {shape:?} {release}");
                    }
                }
                if let Ok(schema) = project(kind, Target::Arm(release)) {
                    assert!(compile(&schema).is_ok(), "{kind:?} {release}");
                }
            }
        }
    }
}
