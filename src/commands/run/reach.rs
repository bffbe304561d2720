//! The flags that say how brokers are reached and who logs in.

use crate::Io;
use crate::access::{Ask, Given, Reach};
use crate::cli::{AskChoice, ReachArgs};
use crate::commands::CommandError;
use crate::redact::Secret;
use crate::run::site::Logins;
use crate::secrets::{Place, Secrets};
use crate::transport::net::Route;
use std::path::PathBuf;
use std::time::Duration;

fn wrong(flag: &str, error: impl std::fmt::Display) -> CommandError {
    CommandError::Argument(format!("`{flag}`: {error}"))
}

/// How brokers are reached. Standard input is read here where a secret is to come from it.
pub fn reach(args: &ReachArgs, io: &mut Io<'_>) -> Result<(Reach, Logins), CommandError> {
    let parse_all = |texts: &[String]| {
        texts.iter().map(|text| text.parse().map_err(|error| wrong("--connect-to", error))).collect::<Result<_, _>>()
    };
    let route = Route {
        connect_to: parse_all(&args.connect_to)?,
        proxy: args.proxy.as_deref().map(|text| text.parse().map_err(|error| wrong("--proxy", error))).transpose()?,
        step_timeout: Duration::from_secs(args.timeout.max(1)),
    };
    let read =
        |path: &String| std::fs::read(path).map_err(|error| wrong("--ca", format!("`{path}` cannot be read: {error}")));
    let trusted = args.ca.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let given = args.secrets.iter().map(|text| text.parse().map_err(|error| wrong("--secret", error)));
    let logins = Logins { sender: login("--sender", &args.sender)?, reader: login("--reader", &args.reader)? };
    if logins.sender.nobody {
        return Err(wrong("--sender", "somebody has to send the message, so `none` is for `--reader` only"));
    }
    let mut secrets = Secrets {
        given: given.collect::<Result<_, _>>()?,
        folder: args.secrets_dir.as_ref().map(PathBuf::from),
        cluster: args.ask.contains(&AskChoice::Kubectl),
        ..Secrets::default()
    };
    let wants_stdin = secrets.given.iter().any(|given| given.place == Place::Stdin)
        || [&logins.sender, &logins.reader]
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
    let reach = Reach {
        route,
        trusted,
        os_roots: args.os_roots,
        secrets,
        token,
        server_name: None,
        ask: args
            .ask
            .iter()
            .map(|ask| match ask {
                AskChoice::Kubectl => Ask::Kubectl,
                AskChoice::Az => Ask::Az,
                AskChoice::WorkloadIdentity => Ask::WorkloadIdentity,
                AskChoice::ServicePrincipal => Ask::ServicePrincipal,
                AskChoice::ManagedIdentity => Ask::ManagedIdentity,
            })
            .collect(),
        service_account: None,
    };
    Ok((reach, logins))
}

/// A login of `KEY=VALUE` parts.
fn login(flag: &str, parts: &[String]) -> Result<Given, CommandError> {
    let mut given = Given::default();
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let place = || value.parse::<Place>().map_err(|error| wrong(flag, error));
        match key {
            "none" => given.nobody = true,
            "anonymous" => given.anonymous = true,
            "username" => given.username = Some(value.to_owned()),
            "password" => given.password = Some(place()?),
            "token" => given.token = Some(place()?),
            "client-cert" => given.client_cert = Some(value.into()),
            "client-key" => given.client_key = Some(value.into()),
            _ => {
                let keys = "`username`, `password`, `token`, `client-cert`, `client-key`, `anonymous` or `none`";
                return Err(wrong(flag, format!("`{key}` is no part of a login, expected {keys}")));
            }
        }
    }
    if given.client_cert.is_some() != given.client_key.is_some() {
        return Err(wrong(flag, "`client-cert` and `client-key` go together"));
    }
    Ok(given)
}
