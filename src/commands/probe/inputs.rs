//! From arguments to endpoints: files, the cluster, trust bundles that only the cluster holds.

use crate::Io;
use crate::access::{Ask, Cluster, Manifests, Reach, address};
use crate::cli::ProbeArgs;
use crate::commands::reach::wrong;
use crate::commands::{CommandError, chain};
use crate::diag::Diagnostic;
use crate::probe::{self, Subject};
use crate::rules::Date;
use crate::source::{DiscoverOptions, Sources, discover};
use crate::transport::net::Target;
use std::time::SystemTime;
use tokio::runtime::Runtime;

/// Everything that was read.
pub struct Inputs {
    /// The manifests, with what the cluster has added.
    pub manifests: Manifests,
    /// The endpoints to probe.
    pub subjects: Vec<Subject>,
    /// What holds for all of it.
    pub notes: Vec<String>,
    /// What could not be read, so that an endpoint may be missing.
    pub unread: Vec<Diagnostic>,
}

/// Reads what `args` name, and asks the cluster where that is wanted.
pub fn read(
    args: &ProbeArgs,
    reach: &Reach,
    now: SystemTime,
    runtime: &Runtime,
    io: &mut Io<'_>,
) -> Result<Inputs, CommandError> {
    let mut sources = files(args, io)?;
    let cluster = Cluster { tools: reach.secrets.tools.clone() };
    let mut notes = Vec::new();
    if args.from_kubectl.is_some() {
        let fetched = runtime.block_on(cluster.add_to(&mut sources));
        match fetched {
            Ok(fetched) => notes.extend(fetched.notes),
            // The files go on without it.
            Err(error) if !args.paths.is_empty() => notes.push(format!("{} gives nothing: {error}", cluster.name())),
            Err(error) => return Err(wrong("--from-kubectl", chain(&error))),
        }
    }
    let mut manifests = Manifests::read(sources, &[], Some(Date::of(now)))?;
    let unread: Vec<Diagnostic> = manifests.unread().cloned().collect();
    let mut subjects = subjects(args, &manifests, reach, &unread)?;
    if args.from_kubectl.is_some() || reach.asks(Ask::Kubectl) {
        let ends: Vec<_> = subjects.iter().map(|subject| subject.end.clone()).collect();
        notes.extend(runtime.block_on(manifests.complete(&cluster, &ends)));
    }
    notes.extend(without_default(&manifests, &mut subjects, args));
    Ok(Inputs { manifests, subjects, notes, unread })
}

fn files(args: &ProbeArgs, io: &mut Io<'_>) -> Result<Sources, CommandError> {
    let mut sources = Sources::new();
    let (inputs, problems) = discover(&args.paths, &DiscoverOptions::default());
    if let Some(problem) = problems.first() {
        return Err(CommandError::Argument(problem.to_string()));
    }
    for input in inputs {
        crate::commands::lint::add(&mut sources, input, io)?;
    }
    Ok(sources)
}

/// The endpoints to probe. The one that every instance has is known inside the cluster only, so it is among them where it
/// is named or where a detour leads to it.
fn subjects(
    args: &ProbeArgs,
    manifests: &Manifests,
    reach: &Reach,
    unread: &[Diagnostic],
) -> Result<Vec<Subject>, CommandError> {
    let default = address::target(&manifests.built_in()).ok();
    let is_detour = |target: &Target| reach.route.resolve(target) != target;
    match probe::subjects(manifests, &args.endpoints, default.as_ref().is_some_and(is_detour)) {
        Ok(subjects) if subjects.is_empty() && unread.is_empty() => {
            let arm = if manifests.has_arm() { ": templates of ARM or Bicep are not read" } else { "" };
            Err(CommandError::Nothing(format!("no dataflow endpoint is among the files{arm}")))
        }
        Ok(subjects) => Ok(subjects),
        Err(missing) => {
            let known: Vec<String> =
                manifests.bundle.endpoints.iter().map(|endpoint| format!("`{}`", endpoint.id.name())).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let missing = missing.join("`, `");
            Err(wrong("--endpoint", format!("no endpoint `{missing}` is among the files, they hold {known}")))
        }
    }
}

/// Says that the endpoint `default` is used and not probed.
fn without_default(manifests: &Manifests, subjects: &mut [Subject], args: &ProbeArgs) -> Option<String> {
    let is_probed = subjects.iter().any(|subject| subject.end.name() == "default");
    if is_probed || !args.endpoints.is_empty() || !probe::uses_default(manifests) {
        return None;
    }
    let target = address::target(&manifests.built_in()).ok()?;
    Some(format!(
        "endpoint `default` is used and was not probed: `--endpoint default`, from outside the cluster with \
         `--connect-to {target}:127.0.0.1:{}` after a port-forward",
        target.port
    ))
}
