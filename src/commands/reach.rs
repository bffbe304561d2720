//! The flags that say how brokers are reached and where credentials come from.

use super::CommandError;
use crate::Io;
use crate::access::{Ask, Given, Reach};
use crate::cli::{AskChoice, ReachArgs};
use crate::redact::Secret;
use crate::secrets::{Place, Secrets};
use crate::transport::net::Route;
use std::path::PathBuf;
use std::time::Duration;

/// An argument that cannot be used.
pub fn wrong(flag: &str, error: impl std::fmt::Display) -> CommandError {
    CommandError::Argument(format!("`{flag}`: {error}"))
}

/// The limit of a step.
pub fn limit(args: &ReachArgs) -> Result<Duration, CommandError> {
    match Duration::try_from_secs_f64(args.timeout) {
        Ok(limit) if limit >= Duration::from_millis(1) => Ok(limit),
        _ => Err(wrong("--timeout", "expected seconds, more than 0")),
    }
}

/// How brokers are reached. Standard input is read here where a secret of `logins` or a Secret is to come from it.
pub fn reach(args: &ReachArgs, logins: &[&Given], io: &mut Io<'_>) -> Result<Reach, CommandError> {
    let parse_all = |texts: &[String]| {
        texts.iter().map(|text| text.parse().map_err(|error| wrong("--connect-to", error))).collect::<Result<_, _>>()
    };
    let route = Route {
        connect_to: parse_all(&args.connect_to)?,
        proxy: args.proxy.as_deref().map(|text| text.parse().map_err(|error| wrong("--proxy", error))).transpose()?,
        step_timeout: limit(args)?,
        ..Route::default()
    };
    let read =
        |path: &String| std::fs::read(path).map_err(|error| wrong("--ca", format!("`{path}` cannot be read: {error}")));
    let trusted = args.ca.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let given = args.secrets.iter().map(|text| text.parse().map_err(|error| wrong("--secret", error)));
    let mut secrets = Secrets {
        given: given.collect::<Result<_, _>>()?,
        folder: args.secrets_dir.as_ref().map(PathBuf::from),
        cluster: args.ask.contains(&AskChoice::Kubectl),
        ..Secrets::default()
    };
    let wants_stdin = secrets.given.iter().any(|given| given.place == Place::Stdin)
        || logins
            .iter()
            .any(|login| [&login.password, &login.token].into_iter().flatten().any(|place| *place == Place::Stdin));
    if wants_stdin {
        let mut bytes = Vec::new();
        io.stdin.read_to_end(&mut bytes)?;
        secrets.stdin = Some(Secret::new(bytes));
    }
    secrets.services.route = route.clone();
    secrets.services.trust.os_roots = args.os_roots;
    let token = args.token_file.as_ref().map(|path| Place::File(path.into()));
    let ask = |ask: &AskChoice| match ask {
        AskChoice::Kubectl => Ask::Kubectl,
        AskChoice::Az => Ask::Az,
        AskChoice::WorkloadIdentity => Ask::WorkloadIdentity,
        AskChoice::ServicePrincipal => Ask::ServicePrincipal,
        AskChoice::ManagedIdentity => Ask::ManagedIdentity,
    };
    Ok(Reach {
        route,
        trusted,
        os_roots: args.os_roots,
        server_name: args.server_name.clone(),
        secrets,
        token,
        ask: args.ask.iter().map(ask).collect(),
        service_account: args.service_account.clone(),
    })
}
