//! Apache Kafka 4.1 in KRaft mode: one node with every kind of listener.

use super::pki::PKI;
use super::process::Process;
use super::{free_ports, scratch};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use std::fs::File;
use std::net::{Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// A user that may do everything.
pub const ALICE: (&str, &str) = ("alice", "alice's secret");
/// A user who may log in, and nothing else.
pub const MALLORY: (&str, &str) = ("mallory", "mallory's secret");
/// The principal of tokens that may do everything.
pub const BEARER: &str = "bearer";

/// The password of [`ALICE`] at the listener `other`.
pub const OTHER_PASSWORD: &str = "another secret";

/// What the listener `far` is advertised as.
pub const FAR: (&str, u16) = ("far.invalid", 9092);
/// What the listener `far_tls` is advertised as.
pub const FAR_TLS: (&str, u16) = ("far.invalid", 9093);
/// What the listener `far_sasl` is advertised as.
pub const FAR_SASL: (&str, u16) = ("far.invalid", 9094);
/// What the listener `far_sasl_tls` is advertised as.
pub const FAR_SASL_TLS: (&str, u16) = ("far.invalid", 9095);
/// What the listener `inside` is advertised as.
pub const INSIDE: (&str, u16) = ("kafka-0.kafka.svc.cluster.local", 9092);

/// The ports of the listeners.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// In clear, without a login.
    pub plain: u16,
    /// In clear, SASL PLAIN and SCRAM.
    pub sasl: u16,
    /// TLS, SASL PLAIN and SCRAM.
    pub sasl_tls: u16,
    /// TLS.
    pub tls: u16,
    /// TLS with a client certificate.
    pub mtls: u16,
    /// TLS, SASL OAUTHBEARER with unsigned tokens.
    pub oauth: u16,
    /// In clear, advertised as [`FAR`], which nobody can reach.
    pub far: u16,
    /// TLS, advertised as [`FAR_TLS`].
    pub far_tls: u16,
    /// In clear, SASL PLAIN and SCRAM, advertised as [`FAR_SASL`].
    pub far_sasl: u16,
    /// TLS, SASL PLAIN and SCRAM, advertised as [`FAR_SASL_TLS`].
    pub far_sasl_tls: u16,
    /// In clear, SASL PLAIN with other passwords, for an hour.
    pub other: u16,
    /// In clear, advertised as [`INSIDE`].
    pub inside: u16,
    /// In clear, at the loopback address of IPv6.
    pub v6: u16,
    controller: u16,
}

/// A node that can be stopped and started again.
pub struct Kafka {
    pub ports: Ports,
    folder: PathBuf,
    process: Option<Process>,
}

/// A node for all tests of the process. It ends with the process.
pub static SHARED: LazyLock<Kafka> = LazyLock::new(Kafka::start);

impl Kafka {
    /// Formats and starts a node.
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// As [`Kafka::start`], with more lines of settings, which count more than those that are always there.
    pub fn start_with(settings: &str) -> Self {
        let folder = scratch("kafka");
        let [
            plain,
            sasl,
            sasl_tls,
            tls,
            mtls,
            oauth,
            far,
            far_tls,
            far_sasl,
            far_sasl_tls,
            other,
            inside,
            v6,
            controller,
        ] = free_ports();
        let ports = Ports {
            plain,
            sasl,
            sasl_tls,
            tls,
            mtls,
            oauth,
            far,
            far_tls,
            far_sasl,
            far_sasl_tls,
            other,
            inside,
            v6,
            controller,
        };
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
        write("server.pem", &format!("{}{}{}", PKI.server.key, PKI.server.certificate, PKI.authority));
        write("authority.pem", &PKI.authority);
        write("server.properties", &(properties(&ports, &folder) + settings));
        let (user, password) = ALICE;
        let (other, other_password) = MALLORY;
        let mut format = java();
        format.args(["kafka.tools.StorageTool", "format", "-t", "ZmxvdwZ_R0GAB2F0ZS10ZQ", "-c"]);
        format.arg(folder.join("server.properties"));
        for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-512"] {
            for (user, password) in [(user, password), (other, other_password)] {
                format.arg("--add-scram");
                format.arg(format!("{mechanism}=[name={user},password={password},iterations=4096]"));
            }
        }
        let output = format.output().unwrap();
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
        let mut kafka = Self { ports, folder, process: None };
        kafka.run();
        kafka
    }

    fn run(&mut self) {
        let classes = classes();
        let properties = self.folder.join("server.properties");
        let command = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", &classes, "kafka.Kafka"];
        let command: Vec<&str> = ["java"].into_iter().chain(command).chain([properties.to_str().unwrap()]).collect();
        let process = Process::start(&command, &self.folder.join("log"), Some(&self.folder));
        let Ports {
            plain,
            sasl,
            sasl_tls,
            tls,
            mtls,
            oauth,
            far,
            far_tls,
            far_sasl,
            far_sasl_tls,
            other,
            inside,
            v6,
            ..
        } = self.ports;
        let v4 = [plain, sasl, sasl_tls, tls, mtls, oauth, far, far_tls, far_sasl, far_sasl_tls, other, inside];
        let v4 = v4.map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let addresses = v4.into_iter().chain([SocketAddr::from((Ipv6Addr::LOCALHOST, v6))]);
        process.wait_for(&addresses.collect::<Vec<_>>(), Duration::from_secs(60));
        self.process = Some(process);
    }

    /// Stops it as a power failure would.
    pub fn kill(&mut self) {
        self.process.as_mut().unwrap().end("-KILL");
    }

    /// Starts it again, after [`Kafka::kill`].
    pub fn restart(&mut self) {
        let kept = self.folder.with_extension("kept");
        // The guard removes the folder of a process that it has ended.
        std::fs::rename(&self.folder, &kept).unwrap();
        self.process = None;
        std::fs::rename(&kept, &self.folder).unwrap();
        self.run();
    }

    /// `host:port` of the listener in clear.
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.ports.plain)
    }

    /// Makes a topic.
    pub fn create_topic(&self, name: &str, partitions: i32) {
        let config = [("bootstrap.servers", self.bootstrap())];
        let config: ClientConfig = config.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let admin: AdminClient<DefaultClientContext> = config.create().unwrap();
        let topics = [NewTopic::new(name, partitions, TopicReplication::Fixed(1))];
        let limit = AdminOptions::new().operation_timeout(Some(Duration::from_secs(20)));
        // A thread with a runtime of its own, since the caller may be in one.
        let make = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(admin.create_topics(&topics, &limit)).unwrap()
        };
        let made = std::thread::scope(|scope| scope.spawn(make).join().unwrap());
        made.into_iter().for_each(|topic| {
            topic.unwrap();
        });
        // The node has promised the topic, and knows it a little later.
        let end = Instant::now() + Duration::from_secs(20);
        while !self.knows(&admin, name, partitions) {
            assert!(Instant::now() < end, "the topic {name} does not come");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn knows(&self, admin: &AdminClient<DefaultClientContext>, name: &str, partitions: i32) -> bool {
        let metadata = admin.inner().fetch_metadata(Some(name), Duration::from_secs(5)).unwrap();
        let topic = &metadata.topics()[0];
        let led = topic.partitions().iter().filter(|partition| partition.leader() >= 0).count();
        topic.error().is_none() && led == usize::try_from(partitions).unwrap()
    }

    /// How many batches lie in partition 0 of a topic, by Kafka's own tool.
    pub fn batches(&self, topic: &str) -> usize {
        let log = self.folder.join(format!("data/{topic}-0/00000000000000000000.log"));
        let output = java().args(["kafka.tools.DumpLogSegments", "--files", log.to_str().unwrap()]).output().unwrap();
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout).lines().filter(|line| line.starts_with("baseOffset:")).count()
    }

    /// Gives `user` a right on a topic, such as `Read`.
    pub fn allow(&self, user: &str, operation: &str, topic: &str) {
        self.add_rights(user, operation, &["--topic", topic]);
    }

    /// Gives `user` a right on all `--topic` or `--group` whose name begins with `prefix`.
    pub fn allow_all(&self, user: &str, operation: &str, resource: &str, prefix: &str) {
        self.add_rights(user, operation, &[resource, prefix, "--resource-pattern-type", "prefixed"]);
    }

    fn add_rights(&self, user: &str, operation: &str, resource: &[&str]) {
        let output = java()
            .args(["org.apache.kafka.tools.AclCommand", "--bootstrap-server", &self.bootstrap(), "--add"])
            .args(["--allow-principal", &format!("User:{user}"), "--operation", operation])
            .args(resource)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn java() -> Command {
    let mut command = Command::new("java");
    command.args(["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", &classes()]);
    command
}

/// The class path: the jars of `pom.xml`, fetched once.
fn classes() -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("brokers");
    std::fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let done = folder.join("done-kafka-4.1.0");
    if !done.exists() {
        let pom = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/brokers/pom.xml");
        let output = Command::new("mvn")
            .args(["-q", "-B", "-f", pom.to_str().unwrap(), "dependency:copy-dependencies"])
            .arg(format!("-DoutputDirectory={}", folder.join("libs").display()))
            .output()
            .expect("Maven is needed for the tests: `tests/all` installs it");
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
        std::fs::write(done, "").unwrap();
    }
    format!("{}/*", folder.join("libs").display())
}

fn properties(ports: &Ports, folder: &Path) -> String {
    let Ports {
        plain,
        sasl,
        sasl_tls,
        tls,
        mtls,
        oauth,
        far,
        far_tls,
        far_sasl,
        far_sasl_tls,
        other,
        inside,
        v6,
        controller,
    } = ports;
    let listeners = format!(
        "PLAIN://127.0.0.1:{plain},SASL://127.0.0.1:{sasl},SASLTLS://localhost:{sasl_tls},TLS://localhost:{tls},MTLS://localhost:{mtls},OAUTH://localhost:{oauth},OTHER://127.0.0.1:{other},V6://[::1]:{v6}"
    );
    let elsewhere = [
        ("FAR", far, FAR),
        ("FARTLS", far_tls, FAR_TLS),
        ("FARSASL", far_sasl, FAR_SASL),
        ("FARSASLTLS", far_sasl_tls, FAR_SASL_TLS),
        ("INSIDE", inside, INSIDE),
    ];
    let mut bound = listeners.replace("localhost", "127.0.0.1");
    let mut advertised = listeners;
    for (name, port, (host, advertised_port)) in elsewhere {
        bound += &format!(",{name}://127.0.0.1:{port}");
        advertised += &format!(",{name}://{host}:{advertised_port}");
    }
    let folder = folder.display();
    let (user, password) = ALICE;
    let (mallory, mallory_password) = MALLORY;
    let mut text = format!(
        r#"process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners={bound},CONTROLLER://127.0.0.1:{controller}
advertised.listeners={advertised}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT,FAR:PLAINTEXT,INSIDE:PLAINTEXT,V6:PLAINTEXT,SASL:SASL_PLAINTEXT,FARSASL:SASL_PLAINTEXT,OTHER:SASL_PLAINTEXT,SASLTLS:SASL_SSL,FARSASLTLS:SASL_SSL,TLS:SSL,FARTLS:SSL,MTLS:SSL,OAUTH:SASL_SSL
inter.broker.listener.name=PLAIN
log.dirs={folder}/data
num.partitions=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:{user};User:{BEARER};User:CN=client;User:CN=localhost
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/authority.pem
listener.name.mtls.ssl.client.auth=required
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.oauth.sasl.enabled.mechanisms=OAUTHBEARER
listener.name.oauth.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
"#
    );
    text += &format!(
        "listener.name.other.sasl.enabled.mechanisms=PLAIN\nlistener.name.other.plain.connections.max.reauth.ms=3600000\nlistener.name.other.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}=\"{OTHER_PASSWORD}\";\n"
    );
    for listener in ["sasl", "sasltls", "farsasl", "farsasltls"] {
        text += &format!(
            "listener.name.{listener}.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}=\"{password}\" user_{mallory}=\"{mallory_password}\";\n"
        );
        for mechanism in ["scram-sha-256", "scram-sha-512"] {
            text += &format!(
                "listener.name.{listener}.{mechanism}.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;\n"
            );
        }
    }
    text
}
