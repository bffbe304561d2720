//! The files of a run: numbers, names, texts while they are needed, and excerpts.

use super::discover::Input;
use super::excerpt::Excerpt;
use super::text::{Encoding, ReadError, Text};
use crate::diag::{FileId, Span};
use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Excerpts that are kept for the next finding of the same file.
const RECENT: usize = 4;

/// All files of a run.
///
/// A file's text is not kept: memory grows with what is said about files, not with them. Standard
/// input and pipes, which can be read only once, are.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Entry>,
    recent: Mutex<VecDeque<Arc<Excerpt>>>,
}

#[derive(Debug)]
struct Entry {
    name: Arc<str>,
    origin: Origin,
    explicit: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
enum Origin {
    File(PathBuf),
    Stdin,
    Memory,
}

#[derive(Debug, Default)]
struct State {
    /// Length and hash of the text that was read first.
    seen: Option<(usize, u64)>,
    hidden: Vec<Span>,
    text: Weak<Text>,
    /// The text of what cannot be read again.
    kept: Option<Arc<Text>>,
    excerpt: Weak<Excerpt>,
}

impl Sources {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Numbers an input; nothing is read yet.
    pub fn add(&mut self, input: Input) -> FileId {
        match input {
            Input::File { path, explicit } => {
                let name = display_name(&path);
                self.push(name, Origin::File(path), explicit, State::default())
            }
            Input::Stdin { name } => self.push(name, Origin::Stdin, true, State::default()),
        }
    }

    /// Adds a text that is in memory already, such as an example.
    pub fn add_text(&mut self, name: impl Into<String>, text: Text) -> FileId {
        let state = State { kept: Some(Arc::new(text)), ..State::default() };
        self.push(name.into(), Origin::Memory, true, state)
    }

    /// The same files under the same numbers, those in `texts` with another text.
    pub fn with_texts(&self, texts: &HashMap<FileId, String>) -> Self {
        let mut other = Self::new();
        for (file, entry) in self.ids().zip(&self.files) {
            let kept = match (texts.get(&file), &entry.origin) {
                (Some(text), _) => Some(Arc::new(Text { content: text.clone(), encoding: Encoding::Utf8 })),
                (None, Origin::File(_)) => None,
                (None, Origin::Stdin | Origin::Memory) => lock(&entry.state).kept.clone(),
            };
            let origin = match &entry.origin {
                Origin::File(path) => Origin::File(path.clone()),
                Origin::Stdin => Origin::Stdin,
                Origin::Memory => Origin::Memory,
            };
            other.push(entry.name.to_string(), origin, entry.explicit, State { kept, ..State::default() });
        }
        other
    }

    fn push(&mut self, name: String, origin: Origin, explicit: bool, state: State) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Entry { name: name.into(), origin, explicit, state: Mutex::new(state) });
        id
    }

    /// Every number that was given, in order.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..u32::try_from(self.files.len()).unwrap_or(u32::MAX)).map(FileId)
    }

    /// The name for people: the path as it was given with forward slashes, or the name of standard input.
    pub fn name(&self, file: FileId) -> &str {
        self.entry(file).map_or("", |entry| &entry.name)
    }

    /// The path of a file on disk, for writing fixes.
    pub fn path(&self, file: FileId) -> Option<&Path> {
        match &self.entry(file)?.origin {
            Origin::File(path) => Some(path),
            Origin::Stdin | Origin::Memory => None,
        }
    }

    /// Whether it was named on the command line, not found in a directory.
    pub fn is_explicit(&self, file: FileId) -> bool {
        self.entry(file).is_some_and(|entry| entry.explicit)
    }

    /// The text as it is, secrets included: for parsing and for applying fixes only, never for output. Drop it when the
    /// file is done.
    ///
    /// # Errors
    /// [`ReadError`], where it cannot be read or is no text.
    pub fn read(&self, file: FileId) -> Result<Arc<Text>, ReadError> {
        let entry = self.entry(file).ok_or(ReadError::Unknown)?;
        let mut state = lock(&entry.state);
        if let Some(text) = state.kept.clone().or_else(|| state.text.upgrade()) {
            return Ok(text);
        }
        let (text, again) = load(&entry.origin)?;
        let text = Arc::new(text);
        state.seen.get_or_insert_with(|| fingerprint(&text.content));
        state.text = Arc::downgrade(&text);
        if !again {
            state.kept = Some(Arc::clone(&text));
        }
        Ok(text)
    }

    /// Hides a range that only the parsed document shows to be secret.
    pub fn hide(&self, file: FileId, span: Span) {
        if let Some(entry) = self.entry(file) {
            let mut state = lock(&entry.state);
            state.hidden.push(span);
            state.excerpt = Weak::new();
        }
    }

    /// The text that may be shown. `None`: the file cannot be read any more, or is not what was read first.
    pub fn excerpt(&self, file: FileId) -> Option<Arc<Excerpt>> {
        let entry = self.entry(file)?;
        let mut state = lock(&entry.state);
        if let Some(excerpt) = state.excerpt.upgrade() {
            return Some(excerpt);
        }
        let content = match state.kept.clone().or_else(|| state.text.upgrade()) {
            Some(text) => text.content.clone(),
            None => load(&entry.origin).ok()?.0.content,
        };
        let now = fingerprint(&content);
        if *state.seen.get_or_insert(now) != now {
            return None;
        }
        let excerpt = Arc::new(Excerpt::new(Arc::clone(&entry.name), content, &state.hidden));
        state.excerpt = Arc::downgrade(&excerpt);
        drop(state);
        let mut recent = lock(&self.recent);
        recent.truncate(RECENT - 1);
        recent.push_front(Arc::clone(&excerpt));
        Some(excerpt)
    }

    fn entry(&self, file: FileId) -> Option<&Entry> {
        self.files.get(file.0 as usize)
    }
}

/// A panic elsewhere leaves the state as good as it was.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fingerprint(content: &str) -> (usize, u64) {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    (content.len(), hasher.finish())
}

/// The text, and whether it can be read again.
fn load(origin: &Origin) -> Result<(Text, bool), ReadError> {
    let mut bytes = Vec::new();
    let again = match origin {
        Origin::Memory => return Err(ReadError::Unknown),
        Origin::Stdin => {
            bounded(io::stdin().lock(), &mut bytes)?;
            false
        }
        Origin::File(path) => {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            if metadata.len() > u64::from(u32::MAX) {
                return Err(ReadError::TooLarge { bytes: metadata.len() });
            }
            // One more byte lets the last read see the end without growing.
            bytes.reserve_exact(usize::try_from(metadata.len()).unwrap_or(0) + 1);
            bounded(file, &mut bytes)?;
            metadata.is_file()
        }
    };
    Ok((Text::decode(bytes)?, again))
}

/// Reads to the end, but never more than one byte over the limit: pipes and devices state no size.
fn bounded(reader: impl Read, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
    let read = reader.take(u64::from(u32::MAX) + 1).read_to_end(bytes)? as u64;
    if read > u64::from(u32::MAX) {
        return Err(ReadError::TooLarge { bytes: read });
    }
    Ok(())
}

/// `path` with forward slashes and without a leading `./`.
fn display_name(path: &Path) -> String {
    let name = path.to_string_lossy();
    let name = if std::path::MAIN_SEPARATOR == '\\' { name.replace('\\', "/") } else { name.into_owned() };
    let mut rest = name.as_str();
    while let Some(stripped) = rest.strip_prefix("./").filter(|stripped| !stripped.is_empty()) {
        rest = stripped.trim_start_matches('/');
    }
    rest.to_owned()
}
