//! A cluster as a source of manifests, by `kubectl`: dataflows with their endpoints and profiles, and the ConfigMaps that
//! endpoints name.
//!
//! What cannot be had is named and the rest goes on. Secrets are not fetched here: `secrets` asks for each of them when a
//! login needs it, in the namespace of its endpoint.

use super::{End, Manifests, login};
use crate::diag::FileId;
use crate::model::{Identity, Resource, ResourceKind};
use crate::secrets::{ChildError, Denial, Tools};
use crate::source::{Encoding, Sources, Text};
use crate::yaml::Stream;
use futures_util::{StreamExt, stream};

/// What is fetched, by the names that are the same in every cluster.
const KINDS: [&str; 3] = [
    "dataflowendpoints.connectivity.iotoperations.azure.com",
    "dataflows.connectivity.iotoperations.azure.com",
    "dataflowprofiles.connectivity.iotoperations.azure.com",
];
/// So many `kubectl` run at once.
const AT_ONCE: usize = 4;
/// So many names stand in a note.
const MOST_NAMES: usize = 5;

/// A cluster.
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    /// How `kubectl` is run, and the context that it uses.
    pub tools: Tools,
}

/// What a cluster gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The file that holds it, if there was anything.
    pub file: Option<FileId>,
    /// What a person should know: what could not be fetched, and what was left out.
    pub notes: Vec<String>,
}

impl Cluster {
    /// What its manifests are called in place of a path.
    pub fn name(&self) -> String {
        match &self.tools.context {
            Some(context) => format!("kubectl context `{context}`"),
            None => "the current kubectl context".to_owned(),
        }
    }

    /// Fetches all endpoints, dataflows and profiles and adds them to `sources` as one file. A resource that is in
    /// `sources` already is left out: what a person has in hand counts.
    ///
    /// # Errors
    /// If `kubectl` gives nothing at all, not because somebody may not read something but because it cannot be run or
    /// does not reach the cluster.
    pub async fn add_to(&self, sources: &mut Sources) -> Result<Fetched, ChildError> {
        let (endpoints, dataflows, profiles) =
            tokio::join!(self.tools.all(KINDS[0]), self.tools.all(KINDS[1]), self.tools.all(KINDS[2]));
        let (mut texts, mut notes, mut useless) = (Vec::new(), Vec::new(), Vec::new());
        for (kind, answer) in KINDS.iter().zip([endpoints, dataflows, profiles]) {
            match answer {
                Ok(text) => texts.push(text),
                Err(error) => match not_listed(kind, &error) {
                    Some(note) => notes.push(note),
                    None => useless.push(error),
                },
            }
        }
        match (texts.is_empty(), useless.is_empty()) {
            (true, false) => return Err(useless.swap_remove(0)),
            _ => notes.extend(useless.iter().map(ToString::to_string)),
        }
        let held = held(sources);
        let mut taken = Taken::default();
        for text in &texts {
            taken.take(text, &held);
        }
        if !taken.left_out.is_empty() {
            let names = short_list(&taken.left_out);
            notes.push(format!("the files count, not {}, for {names}", self.name()));
        }
        let text = Text { content: taken.text, encoding: Encoding::Utf8 };
        let file = (!text.content.is_empty()).then(|| sources.add_text(self.name(), text));
        Ok(Fetched { file, notes })
    }
}

/// A note for what the cluster does not let be listed; `None` where it is not the cluster that refuses.
fn not_listed(kind: &str, error: &ChildError) -> Option<String> {
    match error.denial()? {
        Denial::Forbidden => Some(format!("`{kind}` may not be listed by this login: {error}")),
        Denial::NotFound | Denial::NoSuchKind => {
            Some(format!("the cluster knows no `{kind}`: is Azure IoT Operations installed there? {error}"))
        }
    }
}

fn short_list(names: &[String]) -> String {
    let shown = names.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(MOST_NAMES) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}

/// Every resource of `sources` that could be fetched as well.
fn held(sources: &Sources) -> Vec<(ResourceKind, Identity)> {
    let mut held = Vec::new();
    for file in sources.ids() {
        let Ok(text) = sources.read(file) else { continue };
        each(file, &text.content, |resource| held.push((resource.kind, Identity::of(resource))));
    }
    held
}

fn each(file: FileId, text: &str, mut visit: impl FnMut(&Resource<'_>)) {
    for parsed in Stream::new(text, file) {
        for document in parsed.document.iter() {
            for resource in Resource::all(file, text, document) {
                if matches!(resource.kind, ResourceKind::Flow(_)) {
                    visit(&resource);
                }
            }
        }
    }
}

/// The items of lists, each as a document of its own.
#[derive(Default)]
struct Taken {
    text: String,
    left_out: Vec<String>,
}

impl Taken {
    fn take(&mut self, text: &str, held: &[(ResourceKind, Identity)]) {
        // The number of the file is of no use yet: only places within it are looked at.
        each(FileId(0), text, |resource| {
            let id = Identity::of(resource);
            let is_same = |kind: &ResourceKind, other: &Identity| {
                *kind == resource.kind && other.name == id.name && namespace(other) == namespace(&id)
            };
            if held.iter().any(|(kind, other)| is_same(kind, other)) {
                self.left_out.push(format!("`{}`", id.name()));
                return;
            }
            let span = resource.node.span.range();
            let start = text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
            let indent = span.start - start;
            self.text.push_str("---\n");
            for (number, line) in text.get(span).unwrap_or_default().trim_end().lines().enumerate() {
                let blanks = line.len() - line.trim_start_matches(' ').len();
                let from = if number == 0 { 0 } else { blanks.min(indent) };
                self.text.push_str(line.get(from..).unwrap_or_default());
                self.text.push('\n');
            }
        });
    }
}

/// The namespace of a resource; that of Azure IoT Operations where it names none.
fn namespace(id: &Identity) -> &str {
    id.namespace.as_deref().unwrap_or(login::NAMESPACE)
}

impl Manifests {
    /// Fetches the ConfigMaps that `ends` name and the files do not hold, each in the namespace of its endpoint. The answer
    /// tells what could not be had.
    pub async fn complete<'e>(&mut self, cluster: &Cluster, ends: impl IntoIterator<Item = &'e End>) -> Vec<String> {
        let mut wanted: Vec<(Identity, String)> = Vec::new();
        for endpoint in ends.into_iter().map(|end| &end.summary) {
            let Some(reference) = &endpoint.ca_ref else { continue };
            let known = self.config_map(&endpoint.id, &reference.value).is_some();
            let is_wanted = |(id, name): &(Identity, String)| {
                namespace(id) == namespace(&endpoint.id) && **name == *reference.value
            };
            if !known && !wanted.iter().any(is_wanted) {
                wanted.push((endpoint.id.clone(), reference.value.to_string()));
            }
        }
        let fetch = |(id, name): (Identity, String)| async move {
            let answer = cluster.tools.config_map(namespace(&id), &name).await;
            (id, name, answer)
        };
        let answers: Vec<_> = stream::iter(wanted).map(fetch).buffered(AT_ONCE).collect().await;
        let mut notes = Vec::new();
        for (id, name, answer) in answers {
            let owner = Identity {
                name: Some(name.as_str().into()),
                namespace: Some(namespace(&id).into()),
                place: id.place,
                document: id.document,
            };
            match answer {
                Ok(keys) => self.hold_config_map(owner, keys),
                Err(error) => {
                    let endpoint = id.name();
                    notes.push(format!("ConfigMap `{name}` of endpoint `{endpoint}` is not known: {error}"));
                    if error.denial() == Some(Denial::NotFound) {
                        self.miss_config_map(owner);
                    }
                }
            }
        }
        notes
    }
}
