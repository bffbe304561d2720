//! The logins that a person gives for the sender and the reader of a run.

use crate::access::Given;
use crate::cli::LoginArgs;
use crate::commands::CommandError;
use crate::commands::reach::wrong;
use crate::run::site::Logins;
use crate::secrets::Place;

/// Who else than the dataflow logs in.
pub fn logins(args: &LoginArgs) -> Result<Logins, CommandError> {
    let logins = Logins { sender: login("--sender", &args.sender)?, reader: login("--reader", &args.reader)? };
    if logins.sender.nobody {
        return Err(wrong("--sender", "somebody has to send the message, so `none` is for `--reader` only"));
    }
    Ok(logins)
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
