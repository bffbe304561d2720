//! A dataflow under test, written as its transformation alone.

use flowgate::diag::FileId;
use flowgate::message::{Message, Publish};
use flowgate::model::{Dataflow, Resource};
use flowgate::settings::Flow;
use flowgate::translate::transform::{Datasets, LastValues, PlanError, Transform, Transformed};
use flowgate::translate::{Choices, DropReason, Dropped, Step, Trace};
use flowgate::yaml::Stream;
use serde_json::{Value as Json, json};

/// A dataflow whose transformation has the members `block`, indented by eight.
pub fn manifest(block: &str) -> String {
    let block: String = block.lines().map(|line| format!("        {line}\n")).collect();
    format!(
        "apiVersion: connectivity.iotoperations.azure.com/v1
kind: Dataflow
metadata: {{name: a}}
spec:
  operations:
    - operationType: Source
      sourceSettings: {{endpointRef: default, dataSources: ['t/#']}}
    - operationType: BuiltInTransformation
      builtInTransformationSettings:
{block}    - operationType: Destination
      destinationSettings: {{endpointRef: other, dataDestination: out}}
"
    )
}

pub fn flow(text: &str) -> Flow {
    let document = Stream::new(text, FileId(0)).next().unwrap().document.unwrap();
    let resource = Resource::all(FileId(0), text, &document).into_iter().next().unwrap();
    Flow::of(&Dataflow::new(resource)).unwrap()
}

/// A dataflow under test.
#[derive(Default)]
pub struct Case {
    text: String,
    choices: Choices,
    datasets: Datasets,
    schema: Option<Json>,
}

impl Case {
    pub fn new(block: &str) -> Self {
        Self { text: manifest(block), ..Self::default() }
    }

    pub fn map(rules: &[(&[&str], &str, &str)]) -> Self {
        let rules: String = rules
            .iter()
            .map(|(inputs, output, expression)| {
                let expression = if expression.is_empty() { Json::Null } else { json!(expression) };
                format!("  - {}\n", json!({"inputs": inputs, "output": output, "expression": expression}))
            })
            .collect();
        Self::new(&format!("map:\n{rules}"))
    }

    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.choices.set(name, value).unwrap();
        self
    }

    pub fn dataset(mut self, key: &str, records: &str) -> Self {
        self.datasets.insert(key, records).unwrap();
        self
    }

    pub fn schema(mut self, schema: Json) -> Self {
        self.schema = Some(schema);
        self
    }

    pub fn plan(&self) -> Result<Transform, Vec<PlanError>> {
        let transform =
            Transform::compile(flow(&self.text).transform.as_ref().unwrap(), &self.choices, &self.datasets)?;
        match &self.schema {
            None => Ok(transform),
            Some(schema) => transform.with_schema(schema).map_err(|error| vec![error]),
        }
    }

    pub fn apply(&self, message: &Message) -> Result<Transformed, Dropped> {
        let plain = self.plan().unwrap().apply(message, &mut LastValues::default(), &mut Trace::off());
        let traced = self.plan().unwrap().apply(message, &mut LastValues::default(), &mut Trace::recording());
        assert_eq!(plain, traced, "a trace changes nothing");
        plain
    }

    pub fn payload(&self, payload: &Json) -> Json {
        let out = self.apply(&mqtt(payload)).unwrap().payload.unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    pub fn dropped(&self, payload: &Json) -> (DropReason, String) {
        let dropped = self.apply(&mqtt(payload)).unwrap_err();
        let cause = dropped.cause.expect("every drop has its line");
        (dropped.reason, format!("{}: {}", self.part(&cause), dropped.why))
    }

    /// The text that a cause names.
    pub fn part(&self, cause: &flowgate::translate::Cause) -> String {
        let whole = &self.text[cause.place.span.range()];
        match &cause.part {
            // Inputs and expressions stand in double quotes without escapes here.
            Some(part) => whole.trim_start_matches(['"', '\'']).get(part.clone()).unwrap().to_owned(),
            None => whole.to_owned(),
        }
    }

    pub fn steps(&self, payload: &Json) -> Vec<Step> {
        let mut trace = Trace::recording();
        self.plan().unwrap().apply(&mqtt(payload), &mut LastValues::default(), &mut trace).unwrap();
        trace.steps().to_vec()
    }

    /// The first error of the plan with the text that it names.
    pub fn refused(&self) -> (String, String) {
        let errors = self.plan().expect_err(&self.text);
        (self.part(&errors[0].cause), errors[0].message.clone())
    }
}

pub fn mqtt(payload: &Json) -> Message {
    raw(payload.to_string().into_bytes())
}

pub fn raw(payload: Vec<u8>) -> Message {
    Message::Mqtt(Publish {
        topic: "t/1".to_owned(),
        payload,
        content_type: Some("application/json".to_owned()),
        user_properties: vec![("k".to_owned(), "v1".to_owned()), ("k".to_owned(), "v2".to_owned())],
        ..Publish::default()
    })
}

pub fn close(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => {
            a.is_f64() == b.is_f64() && (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-9
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((ka, a), (kb, b))| ka == kb && close(a, b))
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b)),
        _ => a == b,
    }
}
