//! The two ends of a dataflow, and how settings of theirs are carried into a plan.

use crate::diag::{Place, Source};
use crate::model::{DEFAULT_NAME, EndpointSummary, EndpointType};
use crate::settings::{self, Origin, Setting, Shape};
use crate::translate::trace::Cause;
use crate::translate::transform::PlanError;

/// An endpoint at one end of a dataflow.
#[derive(Debug, Clone)]
pub struct End {
    /// Its name.
    pub name: Box<str>,
    /// Its type; `None` where it is not known.
    pub kind: Option<EndpointType>,
    /// Its effective settings.
    pub settings: settings::Endpoint,
    /// Its settings block: the line that decides where a default holds.
    pub place: Place,
}

impl End {
    /// The end that `endpoint` is.
    pub fn of(endpoint: &EndpointSummary) -> Self {
        Self {
            name: endpoint.id.name().into(),
            kind: endpoint.kind,
            settings: settings::Endpoint::of(endpoint),
            place: endpoint.settings,
        }
    }

    /// The endpoint `default`, which every instance has, where no manifest of it is at hand. What its settings bring
    /// about is said at `place`, such as that of the reference to it.
    pub fn default_broker(shape: Shape, place: Place) -> Self {
        Self {
            name: DEFAULT_NAME.into(),
            kind: Some(EndpointType::Mqtt),
            settings: settings::Endpoint::of_default_broker(shape, place),
            place,
        }
    }

    /// `setting` at `path`, or the complaint that it cannot be told.
    pub(super) fn decide<T: Clone>(
        &self,
        path: &str,
        setting: Option<&Setting<T>>,
        errors: &mut Vec<PlanError>,
    ) -> Option<Decided<T>> {
        if let Some(setting) = setting {
            let default = match setting.origin {
                Origin::Written(_) => None,
                Origin::Default(source) => Some(source),
            };
            let cause = setting.place().unwrap_or(self.place).into();
            return Some(Decided { value: setting.value.clone(), cause, default });
        }
        let place = self.settings.open.iter().find(|(open, _)| *open == path).map_or(self.place, |(_, place)| *place);
        let message = format!(
            "`{path}` of endpoint `{}` cannot be told: expected a value that `flowgate explain {path}` lists",
            self.name
        );
        errors.push(PlanError { message, cause: place.into() });
        None
    }
}

/// A setting that a plan follows, with the line that decides it.
#[derive(Debug, Clone)]
pub(in crate::translate) struct Decided<T> {
    /// What it is.
    pub value: T,
    /// Where it is written, or the settings block.
    pub cause: Cause,
    /// Who says so, where it is not written.
    pub default: Option<&'static Source>,
}

impl<T> Decided<T> {
    /// What a person should know where the setting `name` is not written.
    pub fn note(&self, name: &str, value: &str) -> Option<String> {
        let source = self.default?;
        Some(format!("`{name}` is not written, and its default is `{value}` ({source})"))
    }
}
