//! The flags that say what is sent, laid over a message that was read or made.

use crate::cli::MessageArgs;
use crate::commands::CommandError;
use crate::message::{Header, Message, Publish, Record};

/// Lays `args` over `message`: each flag replaces its part, `--property` and `--kafka-header` the whole list.
///
/// # Errors
/// Where a flag does not suit the protocol of the source, or is no `NAME=VALUE`.
pub fn overlay(message: &mut Message, args: &MessageArgs) -> Result<(), CommandError> {
    match message {
        Message::Mqtt(publish) => {
            refuse(
                &[("--kafka-header", !args.kafka_headers.is_empty()), ("--key", args.key.is_some())],
                "Kafka",
                "MQTT",
            )?;
            mqtt(publish, args)
        }
        Message::Kafka(record) => {
            let mqtt_only = [
                ("--property", !args.properties.is_empty()),
                ("--content-type", args.content_type.is_some()),
                ("--response-topic", args.response_topic.is_some()),
                ("--correlation-data", args.correlation_data.is_some()),
                ("--expiry", args.expiry.is_some()),
                ("--retain", args.retain),
            ];
            refuse(&mqtt_only, "MQTT", "Kafka")?;
            kafka(record, args)
        }
    }
}

fn refuse(flags: &[(&str, bool)], needs: &str, is: &str) -> Result<(), CommandError> {
    let article = if needs == "MQTT" { "an" } else { "a" };
    match flags.iter().find(|(_, given)| *given) {
        Some((flag, _)) => {
            Err(CommandError::Argument(format!("`{flag}` needs {article} {needs} source, this one is {is}")))
        }
        None => Ok(()),
    }
}

fn mqtt(publish: &mut Publish, args: &MessageArgs) -> Result<(), CommandError> {
    if let Some(topic) = &args.topic {
        publish.topic.clone_from(topic);
    }
    if let Some(payload) = &args.payload {
        publish.payload = payload.clone().into_bytes();
    }
    if !args.properties.is_empty() {
        let pairs = args.properties.iter().map(|text| pair("--property", text));
        publish.user_properties = pairs.collect::<Result<_, _>>()?;
    }
    if args.content_type.is_some() {
        publish.content_type.clone_from(&args.content_type);
    }
    if args.response_topic.is_some() {
        publish.response_topic.clone_from(&args.response_topic);
    }
    if let Some(data) = &args.correlation_data {
        publish.correlation_data = Some(data.clone().into_bytes());
    }
    if args.expiry.is_some() {
        publish.message_expiry = args.expiry;
    }
    publish.retain |= args.retain;
    Ok(())
}

fn kafka(record: &mut Record, args: &MessageArgs) -> Result<(), CommandError> {
    if let Some(topic) = &args.topic {
        record.topic.clone_from(topic);
    }
    if let Some(payload) = &args.payload {
        record.value = Some(payload.clone().into_bytes());
    }
    if !args.kafka_headers.is_empty() {
        let headers = args.kafka_headers.iter().map(|text| {
            let (name, value) = pair("--kafka-header", text)?;
            Ok::<_, CommandError>(Header::text(name, value))
        });
        record.headers = headers.collect::<Result<_, _>>()?;
    }
    if let Some(key) = &args.key {
        record.key = Some(key.clone().into_bytes());
    }
    Ok(())
}

/// `NAME=VALUE` in its two parts; the value may hold further `=`.
pub fn pair(flag: &str, text: &str) -> Result<(String, String), CommandError> {
    match text.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(CommandError::Argument(format!("`{flag}` is `{text}`, expected `NAME=VALUE`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser as _;

    fn args(flags: &[&str]) -> MessageArgs {
        let line = ["flowgate", "run", "flow.yaml"].iter().chain(flags);
        match Cli::try_parse_from(line).unwrap().command {
            Command::Run(args) => args.message,
            _ => unreachable!(),
        }
    }

    #[test]
    fn flags_replace_their_part() {
        let mut message = Message::Mqtt(Publish {
            topic: "made".to_owned(),
            content_type: Some("application/json".to_owned()),
            user_properties: vec![("made".to_owned(), "1".to_owned())],
            ..Publish::default()
        });
        let flags = ["--topic", "a/b", "--property", "k=v=w", "--property", "k=", "--expiry", "60", "--retain"];
        overlay(&mut message, &args(&flags)).unwrap();
        let Message::Mqtt(publish) = message else { panic!("still MQTT") };
        assert_eq!((publish.topic.as_str(), publish.message_expiry, publish.retain), ("a/b", Some(60), true));
        assert_eq!(publish.content_type.as_deref(), Some("application/json"));
        let pairs = [("k", "v=w"), ("k", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(publish.user_properties, pairs);
    }

    #[test]
    fn a_flag_of_the_other_protocol_is_refused() {
        let mut kafka = Message::Kafka(Record::default());
        let error = overlay(&mut kafka, &args(&["--property", "a=1"])).unwrap_err();
        assert_eq!(error.to_string(), "`--property` needs an MQTT source, this one is Kafka");
        let mut mqtt = Message::Mqtt(Publish::default());
        let error = overlay(&mut mqtt, &args(&["--kafka-header", "a"])).unwrap_err();
        assert_eq!(error.to_string(), "`--kafka-header` needs a Kafka source, this one is MQTT");
    }
}
