//! `flowgate schema`: the JSON Schema of a kind in one version, as editors want it.

use super::CommandError;
use crate::Io;
use crate::cli::SchemaArgs;
use crate::exit::Exit;
use crate::schema::{ArmVersion, Kind, Shape, Target, aio_release, project, strip_annotations};

pub(super) fn run(args: &SchemaArgs, io: &mut Io<'_>) -> Result<Exit, CommandError> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(&args.kind)).ok_or_else(|| {
        let kinds = Kind::ALL.map(Kind::as_str).join("`, `");
        CommandError::Argument(format!("`{}` has no schema, expected one of `{kinds}`", args.kind))
    })?;
    let mut schema = project(kind, target(args)?)?;
    strip_annotations(&mut schema);
    serde_json::to_writer_pretty(&mut *io.stdout, &schema)?;
    writeln!(io.stdout)?;
    Ok(Exit::Clean)
}

fn target(args: &SchemaArgs) -> Result<Target, CommandError> {
    let release = release(args.aio_version.as_deref())?.unwrap_or(ArmVersion::NEWEST);
    let version = args.api_version.rsplit('/').next().unwrap_or_default();
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
