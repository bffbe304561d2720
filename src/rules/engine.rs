//! Runs schemas and rules over documents, then the rules that need all of them.

use super::{Check, Date, Rule, Sink, TABLE};
use crate::diag::{Diagnostic, FileId, Place, Span};
use crate::model::{Bundle, Dataflow, Endpoint, Resource, ResourceKind};
use crate::schema::{self, ArmVersion, Checker, Kind, Subject};
use crate::yaml::{Comment, Document, Stream, findings};
use std::collections::BTreeMap;

/// What a comment for Flowgate holds; other comments are of no matter to anybody.
pub const COMMENT_MARK: &str = "flowgate:";

/// What a run is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether the files are all there is: references that lead out of them are errors.
    pub closed: bool,
    /// The newest release whose fields are known to the cluster (`--aio-version`).
    pub release: Option<ArmVersion>,
    /// The day that dates in manifests are compared with; rules have no clock of their own.
    pub today: Option<Date>,
}

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Resources of the API group that were checked, pasted fragments too.
    pub documents: usize,
    /// Documents that were not, by kind.
    pub skipped: BTreeMap<String, usize>,
    /// Secrets and ConfigMaps that were read for references to them.
    pub supporting: usize,
    /// Documents that are meant for us and cannot be read.
    pub broken: usize,
}

/// What became of one document.
#[derive(Debug)]
pub struct Checked<'c> {
    /// What is wrong with it.
    pub findings: Vec<Diagnostic>,
    /// Where its structure shows that secrets stand.
    pub secrets: &'c [Span],
    /// Its comments, if one may be for Flowgate.
    pub comments: &'c [Comment<'c>],
}

/// Checks documents one after the other; keeps summaries of them, no text.
#[derive(Debug)]
pub struct Linter {
    options: Options,
    checker: Checker,
    bundle: Bundle,
    counts: Counts,
    rules: Rules,
}

/// The table by what rules look at, so that a document meets only the rules for its kind.
#[derive(Debug)]
struct Rules {
    resource: Vec<&'static Rule>,
    endpoint: Vec<&'static Rule>,
    dataflow: Vec<&'static Rule>,
    profile: Vec<&'static Rule>,
    bundle: Vec<&'static Rule>,
}

impl Rules {
    fn new() -> Self {
        let of = |wanted: fn(&Check) -> bool| TABLE.iter().copied().filter(|rule| wanted(&rule.check)).collect();
        Self {
            resource: of(|check| matches!(check, Check::Resource(_))),
            endpoint: of(|check| matches!(check, Check::Endpoint(_))),
            dataflow: of(|check| matches!(check, Check::Dataflow(_))),
            profile: of(|check| matches!(check, Check::Profile(_))),
            bundle: of(|check| matches!(check, Check::Bundle(_))),
        }
    }
}

impl Linter {
    /// A run with nothing read yet.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            checker: Checker::new(options.release),
            bundle: Bundle::default(),
            counts: Counts::default(),
            rules: Rules::new(),
        }
    }

    /// Checks the documents of one file and hands what is known of each to `each`. A file that was found in a directory
    /// and not named (`explicit`) may hold broken documents that are none of ours.
    pub fn file(&mut self, file: FileId, text: &str, explicit: bool, mut each: impl FnMut(Checked<'_>)) {
        let comments_matter = text.contains(COMMENT_MARK);
        for parsed in Stream::new(text, file) {
            let mut out = Vec::new();
            let mut secrets = Vec::new();
            if parsed.unrendered {
                *self.counts.skipped.entry("unrendered template".to_owned()).or_default() += 1;
            }
            let ours = match &parsed.document {
                Some(document) => self.document(file, text, document, &mut out, &mut secrets),
                None => explicit || mentions_us(&text[parsed.span.range()]),
            };
            if ours {
                self.counts.broken += usize::from(parsed.document.is_none() && !parsed.findings.is_empty());
                out.splice(0..0, parsed.findings);
            } else if !parsed.findings.is_empty() {
                *self.counts.skipped.entry("no valid YAML".to_owned()).or_default() += 1;
            }
            let document = parsed.document.as_ref().filter(|_| comments_matter);
            let comments = document.map(|document| document.comments(text)).unwrap_or_default();
            each(Checked { findings: out, secrets: &secrets, comments: &comments });
        }
    }

    /// Checks what needs all resources, and hands each finding to `each`. Call once, after the last file.
    pub fn finish(&mut self, mut each: impl FnMut(Diagnostic)) {
        for rule in &self.rules.bundle {
            if let Check::Bundle(check) = rule.check {
                let mut out = Vec::new();
                check(&self.bundle, &mut Sink::streaming(&rule.entry, self.options, &mut out, &mut each));
                out.into_iter().for_each(&mut each);
            }
        }
    }

    /// What was looked at so far.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The resources that were read so far.
    pub const fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// The resources that were read.
    pub fn into_bundle(self) -> Bundle {
        self.bundle
    }

    /// Checks every resource of a document; false if there is none of ours in it.
    fn document(
        &mut self,
        file: FileId,
        text: &str,
        document: &Document<'_>,
        out: &mut Vec<Diagnostic>,
        secrets: &mut Vec<Span>,
    ) -> bool {
        let mut ours = false;
        for resource in Resource::all(file, text, document) {
            match resource.kind {
                ResourceKind::Flow(_) | ResourceKind::Unknown | ResourceKind::Fragment(_) => {
                    self.counts.documents += 1;
                    ours = true;
                    self.resource(&resource, out);
                }
                ResourceKind::Secret | ResourceKind::ConfigMap | ResourceKind::SecretProvider => {
                    self.counts.supporting += 1;
                    ours = true;
                }
                ResourceKind::KnownUnchecked | ResourceKind::Other => {
                    *self.counts.skipped.entry(resource.kind_name().to_owned()).or_default() += 1;
                }
            }
            if resource.kind == ResourceKind::Secret {
                secrets.extend(resource.secret_spans());
            }
            self.bundle.add(&resource);
        }
        ours
    }

    fn resource(&mut self, resource: &Resource<'_>, out: &mut Vec<Diagnostic>) {
        let first = out.len();
        let mut generic = Vec::new();
        if let Some(kind) = resource.flow_kind() {
            let subject =
                Subject { file: resource.file, text: resource.text, node: resource.node, shape: resource.shape() };
            self.checker.check(kind, subject, &mut generic);
            ambiguous(resource, &generic, out);
        }
        self.rules_on(resource, out);
        let end = out.len();
        for finding in generic {
            // A rule that knows the field says it better than the schema does; what the API server does stays true.
            let better = out[first..end].iter_mut().find(|other| {
                schema::findings::is_generic(finding.entry)
                    && other.place == finding.place
                    && other.field == finding.field
                    && other.id() != finding.id()
            });
            match better {
                Some(better) => better.effect = finding.effect.or(better.effect),
                None => out.push(finding),
            }
        }
    }

    fn rules_on(&self, resource: &Resource<'_>, out: &mut Vec<Diagnostic>) {
        let options = self.options;
        for rule in &self.rules.resource {
            if let Check::Resource(check) = rule.check {
                check(resource, &mut Sink::new(&rule.entry, Some(*resource), options, out));
            }
        }
        match resource.flow_kind() {
            Some(Kind::DataflowEndpoint) => {
                let endpoint = Endpoint::new(*resource);
                for rule in &self.rules.endpoint {
                    if let Check::Endpoint(check) = rule.check {
                        check(&endpoint, &mut Sink::new(&rule.entry, Some(*resource), options, out));
                    }
                }
            }
            Some(Kind::Dataflow) => {
                let flow = Dataflow::new(*resource);
                for rule in &self.rules.dataflow {
                    if let Check::Dataflow(check) = rule.check {
                        check(&flow, &mut Sink::new(&rule.entry, Some(*resource), options, out));
                    }
                }
            }
            Some(Kind::DataflowProfile) => {
                for rule in &self.rules.profile {
                    if let Check::Profile(check) = rule.check {
                        check(resource, &mut Sink::new(&rule.entry, Some(*resource), options, out));
                    }
                }
            }
            Some(Kind::DataflowGraph) | None => {}
        }
    }
}

/// Scalars of this resource that YAML 1.2 reads otherwise, unless the schema already refuses what kubectl reads.
fn ambiguous(resource: &Resource<'_>, refused: &[Diagnostic], out: &mut Vec<Diagnostic>) {
    let whole = resource.node.span;
    let spans = resource.document.ambiguous.iter().copied().filter(|span| whole.contains(*span));
    for span in spans.filter(|span| !refused.iter().any(|finding| finding.place.span == *span)) {
        let mut finding = findings::ambiguous(Place::new(resource.file, span), &resource.text[span.range()]);
        finding.field = resource.path_of(span);
        out.push(finding);
    }
}

/// Whether broken text is meant for us: it names the API group or one of the kinds.
fn mentions_us(text: &str) -> bool {
    text.contains(crate::model::GROUP)
        || Kind::ALL.iter().any(|kind| text.contains(&format!("kind: {}", kind.as_str())))
        || ["mqttSettings:", "kafkaSettings:", "operationType:", "endpointType:"].iter().any(|key| text.contains(key))
}
