//! An MQTT 5 broker of the sandbox: `mqtt5`, in memory and on loopback.

use super::SandboxError;
use mqtt5::broker::config::{StorageBackend, StorageConfig};
use mqtt5::broker::{BrokerConfig, MqttBroker};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::task::JoinHandle;

/// How many messages may wait for a subscriber. At its default of 10,000 the broker drops more without a word.
const WAITING: usize = 1_000_000;
/// How many of them may be unacknowledged. The client's Receive Maximum holds below that.
const IN_FLIGHT: u16 = 1000;

/// A running broker.
pub(super) struct Broker {
    address: SocketAddr,
    shutdown: mqtt5::broker::BrokerShutdownHandle,
    task: JoinHandle<()>,
}

impl Broker {
    pub(super) async fn start() -> Result<Self, SandboxError> {
        let failed = |error: mqtt5::MqttError| SandboxError::Mqtt(error.to_string());
        let mut broker = MqttBroker::with_config(config()).await.map_err(failed)?;
        let address = broker.local_addr().ok_or_else(|| SandboxError::Mqtt("it has no address".to_owned()))?;
        let shutdown = broker.shutdown_handle();
        let mut ready = broker.ready_receiver();
        let task = tokio::spawn(async move {
            // Its end is what `stop` waits for; why it ended helps nobody then.
            let _ = broker.run().await;
        });
        ready.wait_for(|ready| *ready).await.map_err(|_| SandboxError::Mqtt("it ended at once".to_owned()))?;
        Ok(Self { address, shutdown, task })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it, and waits for its end not longer than `limit`.
    pub(super) async fn stop(mut self, limit: Duration) {
        self.shutdown.shutdown();
        if tokio::time::timeout(limit, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.shutdown.shutdown();
    }
}

fn config() -> BrokerConfig {
    let mut config = BrokerConfig {
        bind_addresses: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))],
        client_channel_capacity: WAITING,
        max_outbound_inflight: IN_FLIGHT,
        sys_topics_enabled: false,
        storage_config: StorageConfig::new()
            .with_backend(StorageBackend::Memory)
            .with_persistence(true)
            .with_max_queued_messages_per_client(WAITING),
        ..BrokerConfig::default()
    };
    config.auth_config.allow_anonymous = true;
    config.auth_config.rate_limit.enabled = false;
    config
}
