//! `flowgate schema`: the JSON Schema of a kind in one version, as editors want it, or of a file or output of Flowgate.

use super::CommandError;
use crate::Io;
use crate::cli::SchemaArgs;
use crate::exit::Exit;
use crate::schema::{ArmVersion, Kind, Shape, Target, aio_release, project, strip_annotations};

/// The schemas of what Flowgate itself reads and writes: `run --cases`, and `--format json` of `run`, `probe`, `lint`.
const OWN: [(&str, &str); 4] = [
    ("cases", include_str!("../../schemas/cases.schema.json")),
    ("run", include_str!("../../schemas/run.schema.json")),
    ("probe", include_str!("../../schemas/probe.schema.json")),
    ("report", include_str!("../../schemas/report.schema.json")),
];

pub(super) fn run(args: &SchemaArgs, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    if let Some((name, text)) = OWN.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(&args.kind)) {
        if args.api_version.is_some() || args.aio_version.is_some() {
            let message = format!("the schema of `{name}` is the same for all versions of Azure IoT Operations");
            return Err(CommandError::Argument(message));
        }
        io.stdout.write_all(text.as_bytes())?;
        return Ok(Exit::Clean);
    }
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(&args.kind)).ok_or_else(|| {
        let kinds = Kind::ALL.map(Kind::as_str).join("`, `");
        let own = OWN.map(|(name, _)| name).join("`, `");
        CommandError::Argument(format!("`{}` has no schema, expected one of `{kinds}`, `{own}`", args.kind))
    })?;
    let mut schema = project(kind, target(args)?)?;
    strip_annotations(&mut schema);
    serde_json::to_writer_pretty(&mut *io.stdout, &schema)?;
    writeln!(io.stdout)?;
    Ok(Exit::Clean)
}

fn target(args: &SchemaArgs) -> Result<Target, CommandError> {
    let release = release(args.aio_version.as_deref())?.unwrap_or(ArmVersion::NEWEST);
    let version = args.api_version.as_deref().and_then(|version| version.rsplit('/').next()).unwrap_or("v1");
    match version {
        "v1" => Ok(Target::Kubernetes { shape: Shape::V1, release }),
        "v1beta1" => Ok(Target::Kubernetes { shape: Shape::V1Beta1, release }),
        other => ArmVersion::parse(other).map(Target::Arm).ok_or_else(|| {
            let versions = ArmVersion::ALL.map(ArmVersion::as_str).join("`, `");
            CommandError::Argument(format!("`{other}` is no version, expected `v1`, `v1beta1`, `{versions}`"))
        }),
    }
}

/// What `--aio-version` means.
pub(super) fn release(text: Option<&str>) -> Result<Option<ArmVersion>, CommandError> {
    text.map(|text| {
        aio_release(text).ok_or_else(|| {
            let versions = ArmVersion::ALL.map(ArmVersion::as_str).join("`, `");
            CommandError::Argument(format!(
                "`{text}` is no known release, expected `0.6`, `0.7`, `0.8`, `1.0`, `1.1`, `1.2`, or an ARM version: `{versions}`"
            ))
        })
    })
    .transpose()
}
