//! The Kafka cluster of the sandbox: librdkafka's mock cluster, on a thread of its own since it cannot leave one.

use super::SandboxError;
use crate::transport::kafka::without_rebalance_delay;
use rdkafka::ClientConfig;
use rdkafka::client::{Client, DefaultClientContext};
use rdkafka::types::RDKafkaType;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// A cluster of one broker.
pub(super) struct Cluster {
    bootstrap: String,
    // Dropping the sender ends the thread.
    stop: mpsc::Sender<()>,
    ended: oneshot::Receiver<()>,
}

/// A cluster on its way.
pub(super) struct Starting {
    started: oneshot::Receiver<Result<String, String>>,
    stop: mpsc::Sender<()>,
    ended: oneshot::Receiver<()>,
}

impl Cluster {
    /// Starts a cluster with `topics`, each with its number of partitions.
    pub(super) fn start(topics: Vec<(String, i32)>) -> Result<Starting, SandboxError> {
        let (started_sender, started) = oneshot::channel();
        let (ended_sender, ended) = oneshot::channel();
        let (stop, stopped) = mpsc::channel();
        let thread: std::io::Result<JoinHandle<()>> =
            std::thread::Builder::new().name("flowgate-sandbox-kafka".to_owned()).spawn(move || {
                serve(&topics, started_sender, &stopped);
                let _ = ended_sender.send(());
            });
        thread.map_err(|error| SandboxError::Kafka(error.to_string()))?;
        Ok(Starting { started, stop, ended })
    }

    pub(super) fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// Stops it, and waits for its end not longer than `limit`.
    pub(super) async fn stop(self, limit: Duration) {
        drop(self.stop);
        let _ = tokio::time::timeout(limit, self.ended).await;
    }
}

impl Starting {
    pub(super) async fn ready(self) -> Result<Cluster, SandboxError> {
        let started = self.started.await.unwrap_or_else(|_| Err("its thread ended".to_owned()));
        let bootstrap = started.map_err(SandboxError::Kafka)?;
        Ok(Cluster { bootstrap, stop: self.stop, ended: self.ended })
    }
}

/// Runs a cluster until `stopped` says so or nobody can say so any more.
fn serve(topics: &[(String, i32)], started: oneshot::Sender<Result<String, String>>, stopped: &mpsc::Receiver<()>) {
    let mut config = ClientConfig::new();
    config.set("test.mock.num.brokers", "1");
    let client = config
        .create_native_config()
        .and_then(|native| Client::new(&config, native, RDKafkaType::RD_KAFKA_PRODUCER, DefaultClientContext));
    let client = match client {
        Ok(client) => client,
        Err(error) => {
            let _ = started.send(Err(error.to_string()));
            return;
        }
    };
    without_rebalance_delay(&client);
    let Some(cluster) = client.mock_cluster() else {
        let _ = started.send(Err("librdkafka has no mock cluster".to_owned()));
        return;
    };
    for (topic, partitions) in topics {
        if let Err(error) = cluster.create_topic(topic, *partitions, 1) {
            let _ = started.send(Err(format!("topic `{topic}`: {error}")));
            return;
        }
    }
    if started.send(Ok(cluster.bootstrap_servers())).is_ok() {
        // Ends when the other side is dropped.
        let _ = stopped.recv();
    }
}
