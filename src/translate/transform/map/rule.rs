//! A map rule, compiled: its inputs, its output, and which later rules take a field from it.

use super::super::choices::{OVERLAP, SEVERAL_INPUTS};
use super::super::dataset::Enrichment;
use super::super::expression::Expression;
use super::super::input::{Input, Source};
use super::super::last::Fields;
use super::super::plan::PlanError;
use super::Metadata;
use super::pattern::{Capture, Pattern};
use crate::diag::Place;
use crate::model::Text;
use crate::settings::MapRule as Settings;
use crate::syntax::path::{Metadata as MetadataPath, Path, Root};
use crate::translate::{Cause, Choices};

/// Where the value of a rule goes.
#[derive(Debug, Clone)]
pub enum Output {
    /// Nowhere: the inputs are removed.
    Removed,
    /// Into a field of the payload.
    Field(Pattern),
    /// Into a property of the message.
    Metadata(Metadata),
}

/// A map rule, ready to be applied.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The inputs with their patterns.
    pub inputs: Vec<(Input, Pattern)>,
    /// Where the value goes.
    pub output: Output,
    /// What makes the value; without it, it is the first input.
    pub expression: Option<(Expression, Place)>,
    /// The rule in the manifest.
    pub place: Place,
    /// The output in the manifest.
    pub written: Text,
    /// Later rules that take a field from this one where they fit it more narrowly.
    pub narrower: Vec<usize>,
}

impl Rule {
    /// Compiles a rule.
    pub fn compile(
        rule: &Settings,
        datasets: &[Enrichment],
        fields: &mut Fields,
        choices: &Choices,
    ) -> Result<Self, PlanError> {
        let inputs = rule.inputs.iter().map(|text| {
            let input = Input::compile(text, &[], datasets, fields)?;
            let before = match &input.source {
                Source::Message(names) | Source::Context(_, names) => names.clone(),
                Source::Metadata(_) => Vec::new(),
            };
            let behind = input.behind.clone();
            Ok((input, Pattern { before, behind }))
        });
        let inputs = inputs.collect::<Result<Vec<_>, PlanError>>()?;
        let output = output(&rule.output)?;
        let expression = match &rule.expression {
            None => None,
            Some(text) => {
                let compiled = Expression::compile(&text.value, inputs.len(), choices);
                Some((compiled.map_err(|error| PlanError::syntax(text, error))?, text.place))
            }
        };
        let compiled =
            Self { inputs, output, expression, place: rule.place, written: rule.output.clone(), narrower: Vec::new() };
        compiled.check_shape(choices)?;
        compiled.check_wildcards()?;
        Ok(compiled)
    }

    /// Inputs, expression and output have to belong together.
    fn check_shape(&self, choices: &Choices) -> Result<(), PlanError> {
        if let (Output::Removed, Some((_, place))) = (&self.output, &self.expression) {
            return Err(PlanError::new("an empty output removes its inputs, so an expression has no meaning", *place));
        }
        if self.inputs.is_empty() && self.expression.is_none() {
            return Err(PlanError::new("a map rule needs an input or an expression", self.place));
        }
        let several = self.inputs.len() > 1 && self.expression.is_none() && !matches!(self.output, Output::Removed);
        if several && choices.is(&SEVERAL_INPUTS, "refuse") {
            return Err(PlanError::new("a map rule with several inputs needs an expression", self.place));
        }
        Ok(())
    }

    /// `*` stands in all inputs or in none, and in the output as in the inputs.
    fn check_wildcards(&self) -> Result<(), PlanError> {
        let wildcard = self.has_wildcard();
        let at = |cause: &Cause, message: &str| Err(PlanError { message: message.to_owned(), cause: cause.clone() });
        if !matches!(self.output, Output::Removed)
            && let Some((other, _)) = self.inputs.iter().find(|(input, _)| input.has_wildcard() != wildcard)
        {
            return at(&other.cause, "`*` has to stand in all inputs of a rule, or in none");
        }
        match (&self.output, wildcard) {
            (Output::Field(pattern), true) if pattern.behind.is_none() => at(
                &self.written.place.into(),
                "the inputs have a `*`, so the output needs one, or all fields would be one",
            ),
            (Output::Field(pattern), false) if pattern.behind.is_some() => {
                at(&self.written.place.into(), "the output has a `*`, the inputs have none to fill it")
            }
            (Output::Metadata(_), true) => {
                at(&self.written.place.into(), "the inputs have a `*`, which metadata has no place for")
            }
            _ => Ok(()),
        }
    }

    /// Whether its inputs have a `*`.
    pub fn has_wildcard(&self) -> bool {
        self.inputs.first().is_some_and(|(input, _)| input.has_wildcard())
    }

    /// Whether it is `*` to `*`, from which no later rule takes anything: the payload as it is.
    pub fn is_identity(&self) -> bool {
        let all = |pattern: &Pattern| pattern.before.is_empty() && pattern.behind.as_ref().is_some_and(Vec::is_empty);
        self.expression.is_none()
            && self.narrower.is_empty()
            && matches!(self.inputs.as_slice(), [(input, pattern)] if matches!(input.source, Source::Message(_)) && all(pattern))
            && matches!(&self.output, Output::Field(pattern) if all(pattern))
    }

    /// Whether an input is a field of the payload.
    pub fn reads_payload(&self) -> bool {
        self.inputs.iter().any(|(input, _)| matches!(input.source, Source::Message(_)))
    }

    /// How many segments `*` stands for where this rule has the same inputs as `other` has with `capture`: its coverage;
    /// 0 without `*`. `None` where the inputs differ.
    pub fn coverage(&self, other: &Self, capture: &Capture<'_>) -> Option<usize> {
        if matches!(self.output, Output::Removed)
            && let [theirs] = other.inputs.as_slice()
        {
            return self.inputs.iter().find_map(|own| fit(own, theirs, capture, |fitted| fitted.len()));
        }
        match (self.inputs.as_slice(), other.inputs.as_slice()) {
            ([own], [theirs]) => fit(own, theirs, capture, |fitted| fitted.len()),
            (own, theirs) if own.len() == theirs.len() => {
                let names = |fitted: &Capture<'_>| fitted.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
                let mut captures = own.iter().zip(theirs).map(|(own, theirs)| fit(own, theirs, capture, names));
                let first = captures.next()??;
                captures.all(|capture| capture.as_ref() == Some(&first)).then_some(first.len())
            }
            _ => None,
        }
    }
}

/// What the `*` of `own` stands for where it fits the field that `theirs` has with `capture`.
fn fit<T>(
    own: &(Input, Pattern),
    theirs: &(Input, Pattern),
    capture: &Capture<'_>,
    of: impl Fn(&Capture<'_>) -> T,
) -> Option<T> {
    let same = match (&own.0.source, &theirs.0.source) {
        (Source::Message(_), Source::Message(_)) => true,
        (Source::Context(own, _), Source::Context(theirs, _)) => own == theirs,
        _ => false,
    };
    let path = same.then(|| theirs.1.fill(capture))?;
    own.1.fit(&path).map(of)
}

/// Notes for each rule with `*` which later ones may take a field from it: those that remove, and where that is chosen
/// all.
pub fn link(rules: &mut [Rule], choices: &Choices) {
    let moves = choices.is(&OVERLAP, "move");
    let takes: Vec<bool> = rules.iter().map(|rule| moves || matches!(rule.output, Output::Removed)).collect();
    for (index, rule) in rules.iter_mut().enumerate() {
        if rule.has_wildcard() && !matches!(rule.output, Output::Removed) {
            rule.narrower = (index + 1..takes.len()).filter(|later| takes.get(*later) == Some(&true)).collect();
        }
    }
}

fn output(text: &Text) -> Result<Output, PlanError> {
    if text.value.trim().is_empty() {
        return Ok(Output::Removed);
    }
    let path = Path::parse(&text.value).map_err(|error| PlanError::syntax(text, error))?;
    let refuse = |message: &str| {
        Err(PlanError {
            message: message.to_owned(),
            cause: Cause { place: text.place, part: Some(path.range.clone()) },
        })
    };
    if path.last.is_some() {
        return refuse("`? $last` is for inputs");
    }
    let written = text.value.get(path.range.clone()).unwrap_or_default();
    match &path.root {
        Root::Context(_) => refuse("a data set cannot be written to"),
        Root::Message if written.starts_with("$source.") => refuse("an output is written without `$source.`"),
        Root::Message => {
            let (before, behind) = path.around();
            Ok(Output::Field(Pattern { before, behind: path.wildcard().map(|_| behind) }))
        }
        Root::Metadata(metadata) => Ok(Output::Metadata(match metadata {
            MetadataPath::Topic => Metadata::Topic,
            MetadataPath::ContentType => Metadata::ContentType,
            MetadataPath::UserProperty(name) => Metadata::UserProperty(name.clone()),
            MetadataPath::Header(key) => Metadata::Header(key.clone()),
        })),
    }
}
