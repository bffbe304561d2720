//! A folder of `testdata/flows`, and its cases on the translation.

use flowgate::diag::FileId;
use flowgate::message::Message;
use flowgate::model::{Bundle, Dataflow, EndpointSummary, EndpointType, Resource, ResourceKind, Text};
use flowgate::report::run::{Judgement, Verdict};
use flowgate::run::Wire;
use flowgate::run::cases::{self, Case, Sent};
use flowgate::run::compare::{Blame, Came, Journey, Lenience, findings, judge};
use flowgate::run::verdict::verdict;
use flowgate::schema::Kind;
use flowgate::settings::Flow;
use flowgate::translate::{
    Choices, Context, Datasets, DropReason, Dropped, End, Files, LastValues, Outcome, Plan, PlanError, Trace, translate,
};
use flowgate::yaml::Stream;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

const MANIFESTS: FileId = FileId(0);
const CASES: FileId = FileId(1);
/// When messages arrive whose case does not say: 2026-01-01.
const NOW: Duration = Duration::from_secs(1_767_225_600);

/// A folder: `flow.yaml` and `cases.yaml`.
pub struct Folder {
    path: PathBuf,
    /// The text of `flow.yaml`.
    pub manifests: String,
    text: String,
    endpoints: Vec<EndpointSummary>,
    /// The dataflows by their names.
    pub flows: BTreeMap<String, Flow>,
    /// The cases, in order.
    pub cases: Vec<Case>,
}

/// All of them, by name.
pub fn folders() -> Vec<Folder> {
    let entries = std::fs::read_dir("testdata/flows").unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths.into_iter().map(Folder::read).collect()
}

/// The line of `offset`, from 1.
pub fn line(text: &str, offset: u32) -> usize {
    text[..offset as usize].matches('\n').count() + 1
}

impl Folder {
    fn read(path: PathBuf) -> Self {
        let manifests = std::fs::read_to_string(path.join("flow.yaml")).unwrap();
        let text = std::fs::read_to_string(path.join("cases.yaml")).unwrap();
        let mut bundle = Bundle::default();
        let mut flows = BTreeMap::new();
        for parsed in Stream::new(&manifests, MANIFESTS) {
            let document = parsed.document.unwrap();
            for resource in Resource::all(MANIFESTS, &manifests, &document) {
                bundle.add(&resource);
                if resource.kind == ResourceKind::Flow(Kind::Dataflow) {
                    let flow = Flow::of(&Dataflow::new(resource)).unwrap();
                    flows.insert(flow.id.name().to_owned(), flow);
                }
            }
        }
        let cases = cases::read(&text, CASES).unwrap_or_else(|findings| {
            let lines =
                findings.iter().map(|found| format!("{}: {}", line(&text, found.place.span.start), found.message));
            panic!("{}/cases.yaml\n{}", path.display(), lines.collect::<Vec<_>>().join("\n"));
        });
        let endpoints = bundle.endpoints.into_iter().map(|endpoint| *endpoint).collect();
        Self { path, manifests, text, endpoints, flows, cases }
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap().to_string_lossy().into_owned()
    }

    /// The dataflow of `case`.
    pub fn flow(&self, case: &Case) -> &Flow {
        let name = case.dataflow.as_ref().map(|name| &*name.value);
        let flow = name.map_or_else(|| self.flows.values().next(), |name| self.flows.get(name));
        flow.unwrap_or_else(|| panic!("{}: {}: no such dataflow", self.name(), case.name.value))
    }

    /// The endpoint that `reference` names.
    pub fn end(&self, reference: Option<&Text>) -> End {
        let name = &*reference.unwrap().value;
        End::of(self.endpoints.iter().find(|endpoint| endpoint.id.name() == name).unwrap())
    }

    /// What is wrong when the messages of `case` go through the translation, with `settings` as the answers.
    pub fn try_case(&self, case: &Case, settings: &[(Text, Text)]) -> Vec<String> {
        let flow = self.flow(case);
        let source = self.end(flow.source.endpoint.as_ref());
        let destination = self.end(flow.destination.endpoint.as_ref());
        let mut choices = Choices::default();
        for (name, value) in settings {
            if let Err(error) = choices.set(&name.value, &value.value) {
                return vec![error.to_string()];
            }
        }
        let datasets = self.datasets(case);
        let files = Files { datasets: &datasets, output_schema: None };
        let plan = Plan::new(flow, &source, &destination, &choices, files);
        let wire = if source.kind == Some(EndpointType::Kafka) { Wire::Kafka } else { Wire::Mqtt };
        let mut last = LastValues::default();
        let mut wrong = Vec::new();
        for sent in &case.sent {
            let input = sent.draft.message(wire, None, &self.path).unwrap();
            match self.pass(case, plan.as_ref(), &input, &mut last) {
                Ok((outcome, trace)) => wrong.extend(self.compare(case, sent, &input, &outcome, &trace)),
                Err(why) => wrong.push(why),
            }
        }
        wrong
    }

    fn datasets(&self, case: &Case) -> Datasets {
        let mut datasets = Datasets::default();
        for (key, file) in &case.datasets {
            let records = std::fs::read_to_string(self.path.join(&*file.value)).unwrap();
            datasets.insert(&*key.value, &records).unwrap();
        }
        datasets
    }

    /// What becomes of `input`, or why nothing can.
    fn pass(
        &self,
        case: &Case,
        plan: Result<&Plan, &Vec<PlanError>>,
        input: &Message,
        last: &mut LastValues,
    ) -> Result<(Outcome, Trace), String> {
        let mut trace = Trace::recording();
        let plan = match plan {
            Ok(plan) => plan,
            // An expression that is refused before it sees a message transforms none.
            Err(errors) if self.name() == "expressions" => {
                let why = errors[0].message.clone();
                return Ok((Outcome::Dropped(Dropped { reason: DropReason::TransformError, why, cause: None }), trace));
            }
            Err(errors) => return Err(format!("it cannot be run: {}", errors[0].message)),
        };
        let received = case.time.map_or(NOW, |time| time.duration_since(UNIX_EPOCH).unwrap());
        let millis = |time: Duration| i64::try_from(time.as_millis()).unwrap();
        let (received_at, now) = (millis(received), millis(received + case.waited.unwrap_or_default()));
        let mut ids = || "6f7a3c52-9d1e-4b0a-8c55-2f0d9e7b1a34".to_owned();
        let mut context = Context { received_at, now, ids: &mut ids, last };
        Ok((translate(plan, input.clone(), &mut context, &mut trace), trace))
    }

    fn compare(&self, case: &Case, sent: &Sent, input: &Message, outcome: &Outcome, trace: &Trace) -> Vec<String> {
        let Some(expect) = &sent.expect else { return Vec::new() };
        let came = Came::of(outcome);
        let journey = Journey { input, came, steps: trace.steps() };
        let judged = judge(journey, expect, Judgement::Ok, &Lenience::default());
        let found = findings(&judged, came, Blame::Case(&case.name));
        if found.is_empty() && verdict(&judged, came) != Verdict::Passed {
            return vec!["the case expects nothing".to_owned()];
        }
        let said = found.iter().map(|finding| {
            let line = line(&self.text, finding.place.span.start);
            let why = came.why().map(|why| format!(" ({why})")).unwrap_or_default();
            format!("cases.yaml:{line}: {}{why}; {}", finding.message, finding.notes.join("; "))
        });
        said.collect()
    }
}
