//! What to read: files, directories, globs and standard input, each file once.

use globset::{GlobBuilder, GlobMatcher};
use ignore::WalkBuilder;
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Extensions that a walk through a directory picks up.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File {
        /// As it was given, or the directory as it was given with the rest of the path.
        path: PathBuf,
        /// Whether the command line names it, itself or by a glob; otherwise it was found in a directory.
        explicit: bool,
    },
    /// Standard input.
    Stdin {
        /// The name to show.
        name: String,
    },
}

/// Settings of [`discover`].
#[derive(Debug, Clone, Default)]
pub struct DiscoverOptions {
    /// The name to show for standard input; `<stdin>` without it.
    pub stdin_filename: Option<String>,
}

/// Why an argument, or a part of a directory, was not read.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// The operating system does not let it be read; often it is not there.
    #[error("`{path}` cannot be read: {source}")]
    Io {
        /// The path, with forward slashes on every system.
        path: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// A glob in no known form.
    #[error("`{pattern}` is not a glob: {source}")]
    Pattern {
        /// The argument.
        pattern: String,
        /// What is wrong with it.
        source: globset::Error,
    },
    /// A glob without a match.
    #[error("`{pattern}` matches no file")]
    NoMatch {
        /// The argument.
        pattern: String,
    },
    /// A directory could not be walked to its end.
    #[error("`{path}` cannot be walked: {source}")]
    Walk {
        /// The directory of the command line.
        path: String,
        /// What went wrong.
        source: ignore::Error,
    },
}

/// Finds the inputs that `args` name, in their order; within a directory by file name. What goes wrong with one
/// argument does not stop the others.
///
/// - A file is taken whatever its name.
/// - A directory is walked: `.yaml`, `.yml` and `.json`, hidden files skipped, `.gitignore` honoured also outside a
///   repository, symbolic links followed.
/// - A glob that the shell left alone matches as a shell would: files only, hidden ones only if the pattern says so,
///   `**` for any directories, `.gitignore` not consulted.
/// - `-` is standard input.
///
/// A file that is reached twice, also by a symbolic link, is taken once.
pub fn discover(args: &[String], options: &DiscoverOptions) -> (Vec<Input>, Vec<DiscoverError>) {
    let mut found = Found { may_repeat: args.len() > 1, ..Found::default() };
    for arg in args {
        let path = Path::new(arg);
        match path.metadata() {
            _ if arg == "-" => found.stdin(options),
            Ok(metadata) if metadata.is_dir() => found.walk(path),
            Ok(_) => found.file(path.to_path_buf(), path.is_symlink(), true),
            Err(_) if is_glob(arg) => found.glob(arg),
            Err(source) => found.errors.push(DiscoverError::Io { path: arg.clone(), source }),
        }
    }
    (found.inputs, found.errors)
}

fn is_glob(arg: &str) -> bool {
    arg.contains(['*', '?', '[', '{'])
}

#[derive(Default)]
struct Found {
    inputs: Vec<Input>,
    errors: Vec<DiscoverError>,
    /// Whether a file may be reached twice: by several arguments, or by a symbolic link.
    may_repeat: bool,
    /// Canonical paths of the files found.
    known: HashSet<PathBuf>,
    /// Canonical paths of their directories, by the path that led to them.
    directories: HashMap<PathBuf, PathBuf>,
}

impl Found {
    fn stdin(&mut self, options: &DiscoverOptions) {
        let name = options.stdin_filename.clone().unwrap_or_else(|| "<stdin>".to_owned());
        if !self.inputs.iter().any(|input| matches!(input, Input::Stdin { .. })) {
            self.inputs.push(Input::Stdin { name });
        }
    }

    fn file(&mut self, path: PathBuf, is_link: bool, explicit: bool) {
        let is_new = !self.may_repeat || {
            let identity = self.identity(&path, is_link);
            self.known.insert(identity)
        };
        if is_new {
            self.inputs.push(Input::File { path, explicit });
        }
    }

    /// The canonical path; only links and directories cost a system call.
    fn identity(&mut self, path: &Path, is_link: bool) -> PathBuf {
        let plain = || path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return plain();
        };
        if is_link {
            return plain();
        }
        if !self.directories.contains_key(parent) {
            let here = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            let Ok(canonical) = here.canonicalize() else {
                return plain();
            };
            self.directories.insert(parent.to_path_buf(), canonical);
        }
        self.directories.get(parent).map_or_else(plain, |directory| directory.join(name))
    }

    fn walk(&mut self, root: &Path) {
        let mut builder = WalkBuilder::new(root);
        builder.standard_filters(false).hidden(true).parents(true).git_ignore(true).require_git(false);
        let paths = self.collect(&builder, root, has_extension);
        for (path, is_link) in paths {
            self.file(path, is_link, false);
        }
    }

    fn glob(&mut self, pattern: &str) {
        let (base, matcher) = match matcher(pattern) {
            Ok(parts) => parts,
            Err(source) => {
                return self.errors.push(DiscoverError::Pattern { pattern: pattern.to_owned(), source });
            }
        };
        let mut builder = WalkBuilder::new(&base);
        let dotted =
            |part: Component<'_>| matches!(part, Component::Normal(name) if name.to_string_lossy().starts_with('.'));
        let dotted = Path::new(pattern).components().skip_while(is_literal).any(dotted);
        builder.standard_filters(false).hidden(!dotted);
        if !pattern.contains("**") {
            let depth = |path: &Path| path.components().filter(|part| *part != Component::CurDir).count();
            builder.max_depth(Some(depth(Path::new(pattern)).saturating_sub(depth(&base))));
        }
        let errors = self.errors.len();
        let matched = self.collect(&builder, &base, |path| matcher.is_match(without_dot(path)));
        if matched.is_empty() && self.errors.len() == errors {
            self.errors.push(DiscoverError::NoMatch { pattern: pattern.to_owned() });
        }
        for (path, is_link) in matched {
            self.file(path, is_link, true);
        }
    }

    /// The files below `root` that `wanted` takes, sorted, and whether each is a symbolic link.
    fn collect(&mut self, builder: &WalkBuilder, root: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<(PathBuf, bool)> {
        let mut builder = builder.clone();
        builder.follow_links(true).sort_by_file_name(std::ffi::OsStr::cmp);
        let mut paths = Vec::new();
        for entry in builder.build() {
            self.may_repeat |= entry.as_ref().is_ok_and(ignore::DirEntry::path_is_symlink);
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| !kind.is_dir()) && wanted(entry.path()) => {
                    paths.push((entry.path().to_path_buf(), entry.path_is_symlink()));
                }
                Ok(_) => {}
                Err(error) => self.walk_error(root, error),
            }
        }
        paths
    }

    /// Tells of an error in a walk, once for each path: nothing about link loops, and nothing about dangling links that
    /// would not be read.
    fn walk_error(&mut self, root: &Path, error: ignore::Error) {
        let mut path = root.to_path_buf();
        let mut cause = &error;
        loop {
            match cause {
                ignore::Error::Loop { .. } => return,
                ignore::Error::WithPath { path: at, err } => {
                    path.clone_from(at);
                    cause = err;
                }
                ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => cause = err,
                _ => break,
            }
        }
        if path.is_symlink() && !has_extension(&path) {
            return;
        }
        let shown = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        let io = matches!(cause, ignore::Error::Io(_));
        let identity = path.parent().and_then(|parent| parent.canonicalize().ok()).zip(path.file_name());
        let identity = identity.map_or_else(|| path.clone(), |(parent, name)| parent.join(name));
        if self.known.insert(identity) {
            self.errors.push(match io {
                // Asked again, the system says it without the path.
                true => DiscoverError::Io { path: shown, source: refusal(&path) },
                false => DiscoverError::Walk { path: shown, source: error },
            });
        }
    }
}

fn refusal(path: &Path) -> io::Error {
    let again = path.metadata().and_then(|metadata| if metadata.is_dir() { path.read_dir().map(drop) } else { Ok(()) });
    again.err().unwrap_or_else(|| io::ErrorKind::Other.into())
}

fn has_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// The directory before the first special character, and what matches paths below it.
fn matcher(pattern: &str) -> Result<(PathBuf, GlobMatcher), globset::Error> {
    let base: PathBuf = Path::new(pattern).components().take_while(is_literal).collect();
    let base = if base.as_os_str().is_empty() { PathBuf::from(".") } else { base };
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let glob = GlobBuilder::new(pattern).literal_separator(true).build()?;
    Ok((base, glob.compile_matcher()))
}

fn is_literal(part: &Component<'_>) -> bool {
    !is_glob(&part.as_os_str().to_string_lossy())
}

fn without_dot(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}
