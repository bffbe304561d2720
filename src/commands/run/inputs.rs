//! From arguments to jobs: manifests, cases, messages, answers, data sets.

use super::message::{overlay, pair};
use crate::Io;
use crate::access::{Line, ManifestError, Manifests, wire};
use crate::cli::RunArgs;
use crate::commands::CommandError;
use crate::diag::{Diagnostic, FileId};
use crate::message::Message;
use crate::model::Written;
use crate::policy::run::{CANNOT_RUN, CASE_SYNTAX};
use crate::rules::Date;
use crate::run::Wire;
use crate::run::cases::{self, Case, Expectation};
use crate::run::job::{Job, Means, Sending, plan, sample};
use crate::run::sample::topic;
use crate::source::{DiscoverOptions, Input, Sources, Text, discover};
use crate::translate::{Choices, Datasets, Plan};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Everything that was read.
#[derive(Debug)]
pub struct Inputs {
    /// The manifests, with all files.
    pub manifests: Manifests,
    /// What is to be run; empty where `findings` say why not.
    pub jobs: Vec<Job>,
    /// Cases of dataflows that cannot be run, each with the place among the jobs where it stood.
    pub refused: Vec<(usize, Refused)>,
    /// Why something cannot be run.
    pub findings: Vec<Diagnostic>,
    /// The files with cases.
    pub case_files: Vec<FileId>,
    /// Whether the payload is made up by Flowgate.
    pub made_up: bool,
}

/// A case of a dataflow that cannot be applied to any message.
#[derive(Debug)]
pub struct Refused {
    /// The case.
    pub case: Case,
    /// Why not.
    pub findings: Vec<Diagnostic>,
}

/// Answers to open questions by the arguments.
pub fn choices(args: &RunArgs) -> Result<Choices, CommandError> {
    let mut choices = Choices::default();
    for text in &args.translate.settings {
        let (name, value) = pair("--set", text)?;
        choices.set(&name, &value).map_err(|error| CommandError::Argument(error.to_string()))?;
    }
    if args.translate.legacy_filter_semantics {
        choices.set("filter-semantics", "keep").map_err(|error| CommandError::Argument(error.to_string()))?;
    }
    Ok(choices)
}

/// Reads what `args` name.
pub fn read(args: &RunArgs, io: &mut Io<'_>) -> Result<Inputs, CommandError> {
    let mut sources = Sources::new();
    let case_files = args.expect.cases.iter().map(|path| add_file(&mut sources, path)).collect::<Vec<_>>();
    let (inputs, problems) = discover(&args.paths, &DiscoverOptions::default());
    if let Some(problem) = problems.first() {
        return Err(CommandError::Argument(problem.to_string()));
    }
    for input in inputs {
        let is_cases = |path: &Path| args.expect.cases.iter().any(|cases| same_file(Path::new(cases), path));
        match input {
            Input::File { path, .. } if is_cases(&path) => {}
            input => crate::commands::lint::add(&mut sources, input, io)?,
        }
    }
    let manifests = Manifests::read(sources, &case_files, Some(Date::of(SystemTime::now())))?;
    let mut inputs =
        Inputs { manifests, jobs: Vec::new(), refused: Vec::new(), findings: Vec::new(), case_files, made_up: false };
    if inputs.manifests.names().next().is_none() {
        inputs.findings = inputs.manifests.unread().cloned().collect();
        if inputs.findings.is_empty() {
            inputs.manifests.find(None)?;
        }
        return Ok(inputs);
    }
    let datasets = datasets(&args.translate.datasets)?;
    let schema = args.translate.output_schema.as_deref().map(json_file).transpose()?;
    let choices = choices(args)?;
    let means = Means { choices: &choices, datasets: &datasets, output_schema: schema.as_ref() };
    if inputs.case_files.is_empty() {
        inputs.single(args, means, io)?;
    } else {
        inputs.cases(args, means)?;
    }
    Ok(inputs)
}

fn same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

fn add_file(sources: &mut Sources, path: &str) -> FileId {
    sources.add(Input::File { path: PathBuf::from(path), explicit: true })
}

/// The text of `file`.
pub fn text_of(sources: &Sources, file: FileId) -> Result<std::sync::Arc<Text>, CommandError> {
    let error = |error: crate::source::ReadError| CommandError::Argument(format!("{}: {}", sources.name(file), error));
    sources.read(file).map_err(error)
}

impl Inputs {
    /// The dataflow `name` with its plan, or `None` and findings that say why not.
    fn flow(&mut self, name: Option<&str>, means: Means<'_>) -> Result<Option<(Line, Plan)>, CommandError> {
        let line = match self.manifests.line(name) {
            Ok(line) => line,
            Err(error) => {
                let Some(place) = error.place() else { return Err(error.into()) };
                self.findings.push(Diagnostic::new(&CANNOT_RUN, place, error.to_string()));
                if matches!(error, ManifestError::NoEndpoint { .. }) {
                    self.findings.extend(self.manifests.unread().cloned());
                }
                return Ok(None);
            }
        };
        match plan(&line, means, &self.manifests.sources) {
            Ok(plan) => Ok(Some((line, plan))),
            Err(findings) => {
                self.findings.extend(findings);
                Ok(None)
            }
        }
    }

    /// The one message of a run without cases.
    fn single(&mut self, args: &RunArgs, means: Means<'_>, io: &mut Io<'_>) -> Result<(), CommandError> {
        let Some((line, plan)) = self.flow(args.dataflow.as_deref(), means)? else { return Ok(()) };
        let Some(mut message) = self.message(args, &line, &plan, io)? else { return Ok(()) };
        overlay(&mut message, &args.message)?;
        self.made_up = args.message.message.is_none() && args.message.payload.is_none();
        let Some(expected) = self.expected(args)? else { return Ok(()) };
        let name = line.flow.id.name().to_owned();
        let sendings = vec![Sending { message, expected }];
        self.jobs.push(Job::new(name, line, plan, means, sendings));
        Ok(())
    }

    /// The message that `--message` gives, or one that suits the dataflow.
    fn message(
        &mut self,
        args: &RunArgs,
        line: &Line,
        plan: &Plan,
        io: &mut Io<'_>,
    ) -> Result<Option<Message>, CommandError> {
        let sample = sample(line, plan);
        let Some(path) = &args.message.message else { return Ok(Some(sample)) };
        let is_draft = [".yaml", ".yml"].iter().any(|ending| path.ends_with(ending));
        if !is_draft {
            let payload = if path == "-" {
                let mut bytes = Vec::new();
                io.stdin.read_to_end(&mut bytes)?;
                bytes
            } else {
                std::fs::read(path)
                    .map_err(|error| CommandError::Argument(format!("`{path}` cannot be read: {error}")))?
            };
            return Ok(Some(with_payload(sample, payload)));
        }
        let file = add_file(&mut self.manifests.sources, path);
        let text = text_of(&self.manifests.sources, file)?;
        let folder = Path::new(path).parent().unwrap_or(Path::new("."));
        let wire = wire(&line.source).unwrap_or(Wire::Mqtt);
        let topic = topic(&line.flow, wire);
        let message = cases::read_draft(&text.content, file)
            .and_then(|draft| draft.message(wire, Some(&topic), folder).map_err(|error| vec![error.finding()]));
        match message {
            Ok(message) => Ok(Some(message)),
            Err(findings) => {
                self.findings.extend(findings);
                Ok(None)
            }
        }
    }

    /// What `--expect` says; the outer `None` means that it cannot be understood.
    fn expected(&mut self, args: &RunArgs) -> Result<Option<Option<Expectation>>, CommandError> {
        let Some(path) = &args.expect.expect else { return Ok(Some(None)) };
        let file = add_file(&mut self.manifests.sources, path);
        let text = text_of(&self.manifests.sources, file)?;
        match cases::read_expectation(&text.content, file) {
            Ok(expected) => Ok(Some(Some(expected))),
            Err(findings) => {
                self.findings.extend(findings);
                Ok(None)
            }
        }
    }

    fn cases(&mut self, args: &RunArgs, means: Means<'_>) -> Result<(), CommandError> {
        for file in self.case_files.clone() {
            let text = text_of(&self.manifests.sources, file)?;
            let folder =
                self.manifests.sources.path(file).and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
            match cases::read(&text.content, file) {
                Err(findings) => self.findings.extend(findings),
                Ok(cases) => {
                    let wanted =
                        |case: &Case| args.expect.case.as_ref().is_none_or(|part| case.name.value.contains(part));
                    for case in cases.into_iter().filter(wanted) {
                        self.case(case, args, means, &folder)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn case(&mut self, case: Case, args: &RunArgs, means: Means<'_>, folder: &Path) -> Result<(), CommandError> {
        let choices = match case.choices(means.choices) {
            Ok(choices) => choices,
            Err(findings) => {
                self.findings.extend(findings);
                return Ok(());
            }
        };
        let mut datasets = means.datasets.clone();
        for (key, path) in &case.datasets {
            if let Err(why) = add_dataset(&mut datasets, &key.value, &folder.join(&*path.value)) {
                self.findings.push(Diagnostic::new(&CASE_SYNTAX, path.place, why));
                return Ok(());
            }
        }
        let means = Means { choices: &choices, datasets: &datasets, ..means };
        let name = case.dataflow.as_ref().map(|Written { value, .. }| &**value).or(args.dataflow.as_deref());
        let name = name.map(str::to_owned);
        if let Err(error) = self.manifests.find(name.as_deref())
            && error.place().is_none()
        {
            let place = case.dataflow.as_ref().map_or(case.name.place, |text| text.place);
            self.findings.push(Diagnostic::new(&CASE_SYNTAX, place, error.to_string()));
            return Ok(());
        }
        let before = self.findings.len();
        let Some((line, plan)) = self.flow(name.as_deref(), means)? else {
            let findings = self.findings.split_off(before);
            self.refused.push((self.jobs.len(), Refused { case, findings }));
            return Ok(());
        };
        match Job::of_case(case, line, plan, means, folder) {
            Ok(job) => self.jobs.push(job),
            Err(findings) => self.findings.extend(findings),
        }
        Ok(())
    }
}

fn with_payload(mut message: Message, payload: Vec<u8>) -> Message {
    match &mut message {
        Message::Mqtt(publish) => publish.payload = payload,
        Message::Kafka(record) => record.value = Some(payload),
    }
    message
}

fn datasets(given: &[String]) -> Result<Datasets, CommandError> {
    let mut datasets = Datasets::default();
    for text in given {
        let (key, path) = pair("--dataset", text)?;
        add_dataset(&mut datasets, &key, Path::new(&path)).map_err(CommandError::Argument)?;
    }
    Ok(datasets)
}

fn add_dataset(datasets: &mut Datasets, key: &str, path: &Path) -> Result<(), String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?;
    datasets.insert(key, &text).map_err(|error| format!("{}, {error}", path.display()))
}

fn json_file(path: &str) -> Result<serde_json::Value, CommandError> {
    let bytes =
        std::fs::read(path).map_err(|error| CommandError::Argument(format!("`{path}` cannot be read: {error}")))?;
    serde_json::from_slice(&bytes).map_err(|error| CommandError::Argument(format!("`{path}` is no JSON: {error}")))
}
