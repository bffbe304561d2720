//! Settings as librdkafka's configuration (its `CONFIGURATION.md`, 2.12.1).

use super::settings::{Acks, Compression, Identity, Login, ProducerSettings, Roots, Sasl, Security, Settings, Tls};
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};

/// What a consumer without group of its own is called. Nothing is committed under it.
const NO_GROUP: &str = "flowgate";

/// What producers and consumers have in common.
fn common(settings: &Settings) -> ClientConfig {
    let mut config = ClientConfig::new();
    // Three failures are told in messages of this level only.
    config.set_log_level(RDKafkaLogLevel::Info);
    config
        .set("bootstrap.servers", &settings.bootstrap)
        .set("allow.auto.create.topics", "false")
        .set("reconnect.backoff.ms", "50")
        .set("reconnect.backoff.max.ms", "1000")
        .set("socket.connection.setup.timeout.ms", "10000")
        .set("socket.keepalive.enable", "true")
        .set("topic.metadata.propagation.max.ms", "5000")
        .set("topic.metadata.refresh.fast.interval.ms", "50")
        .set("enable.metrics.push", "false");
    if !settings.client_id.is_empty() {
        config.set("client.id", &settings.client_id);
    }
    let tls = match &settings.security {
        Security::Plain => false,
        Security::Tls(tls) => {
            set_tls(&mut config, tls);
            true
        }
    };
    let sasl = set_sasl(&mut config, &settings.sasl);
    let protocol = match (tls, sasl) {
        (false, false) => "plaintext",
        (true, false) => "ssl",
        (false, true) => "sasl_plaintext",
        (true, true) => "sasl_ssl",
    };
    config.set("security.protocol", protocol);
    config
}

fn set_tls(config: &mut ClientConfig, tls: &Tls) {
    match &tls.roots {
        Roots::System => config.set("ssl.ca.location", "probe"),
        Roots::Pem(pem) => config.set("ssl.ca.pem", pem),
    };
    if let Some(Identity { chain, key }) = &tls.identity {
        config.set("ssl.certificate.pem", chain).set("ssl.key.pem", key.expose());
    }
    if !tls.verify {
        config.set("enable.ssl.certificate.verification", "false");
    }
}

fn set_sasl(config: &mut ClientConfig, sasl: &Sasl) -> bool {
    let (mechanism, login) = match sasl {
        Sasl::None => return false,
        Sasl::Plain(login) => ("PLAIN", Some(login)),
        Sasl::ScramSha256(login) => ("SCRAM-SHA-256", Some(login)),
        Sasl::ScramSha512(login) => ("SCRAM-SHA-512", Some(login)),
        Sasl::OauthBearer(_) => ("OAUTHBEARER", None),
    };
    config.set("sasl.mechanism", mechanism);
    if let Some(Login { user, password }) = login {
        config.set("sasl.username", user).set("sasl.password", password.expose());
    }
    true
}

/// The configuration of a producer.
pub(super) fn producer(settings: &Settings, how: &ProducerSettings) -> ClientConfig {
    let mut config = common(settings);
    let acks = match how.acks {
        Acks::Zero => "0",
        Acks::One => "1",
        Acks::All => "all",
    };
    let compression = match how.compression {
        Compression::None => "none",
        Compression::Gzip => "gzip",
        Compression::Snappy => "snappy",
        Compression::Lz4 => "lz4",
    };
    let timeout = how.message_timeout.as_millis().clamp(1, i32::MAX as u128);
    config
        .set("acks", acks)
        .set("compression.type", compression)
        .set("message.timeout.ms", timeout.to_string())
        .set("enable.idempotence", if how.idempotence && how.acks == Acks::All { "true" } else { "false" })
        // How large a message may be is for the broker to say.
        .set("message.max.bytes", "100000000")
        .set("retry.backoff.ms", "50")
        .set("queue.buffering.max.messages", "100000");
    match how.batching {
        Some(batching) => {
            config
                .set("linger.ms", batching.linger.as_millis().min(900_000).to_string())
                .set("batch.num.messages", batching.messages.clamp(1, 1_000_000).to_string())
                .set("batch.size", batching.bytes.clamp(1, i32::MAX as u32).to_string());
        }
        None => {
            config.set("linger.ms", "0").set("batch.num.messages", "1");
        }
    }
    config
}

/// The configuration of a consumer.
pub(super) fn consumer(settings: &Settings) -> ClientConfig {
    let mut config = common(settings);
    config
        .set("group.id", settings.group.as_deref().unwrap_or(NO_GROUP))
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error")
        // At its default of 500 the first message of an idle topic may take as long.
        .set("fetch.wait.max.ms", "20")
        .set("fetch.error.backoff.ms", "20")
        .set("fetch.queue.backoff.ms", "5")
        .set("queued.max.messages.kbytes", "8192");
    config
}
