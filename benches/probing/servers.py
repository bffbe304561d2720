"""Real servers with every kind of fault: mosquitto, Apache Kafka, OpenSSL's test server, Python's web server."""

import base64
import getpass
import json
import os
import subprocess
import sys
import uuid

from rig import brokers
from rig.processes import Trouble, free_port, wait_for_port

ALICE, READER, DESCRIBER, MALLORY = "alice", "reader", "describer", "mallory"
PASSWORD = "a-password-of-the-bench"
TOPIC, SMALL, MISSING = "press", "small", "nobody-made-this"
# What listeners of Kafka are advertised as that cannot be reached.
GONE, INTERNAL, ELSEWHERE = "kafka-far.invalid", "kafka-0.kafka.svc.cluster.local", "127.0.0.2"


class Mosquitto:
    """One listener; `lines` are its configuration, in which `DIR` is its folder."""

    def __init__(self, processes, folder, *lines, tls=None, files=()):
        self.port, self.folder = free_port(), folder
        folder.mkdir()
        for name, text in files:
            (folder / name).write_text(text)
        lines = [line.replace("DIR", str(folder)) for line in lines]
        if not any(line.startswith("allow_anonymous") for line in lines):
            lines.append("allow_anonymous true")
        if tls:
            lines += [f"certfile {tls.certificate}", f"keyfile {tls.key}"]
        # Started as root it would become another user, who may not read the folder.
        head = [f"listener {self.port} 127.0.0.1", f"user {getpass.getuser()}", "log_type error", "log_dest stderr"]
        (folder / "mosquitto.conf").write_text("\n".join(head + lines) + "\n")
        command = [brokers.program("mosquitto"), "-c", str(folder / "mosquitto.conf")]
        self.process = processes.start(command, log=folder / "log")
        wait_for_port(self.port, self.process, 30)


def passwords(folder, users):
    """The text of a password file, by mosquitto's own tool."""
    path = folder / "passwords"
    path.write_text("".join(f"{user}:{password}\n" for user, password in users))
    subprocess.run([brokers.program("mosquitto_passwd"), "-U", str(path)], check=True, capture_output=True)
    return path.read_text()


# Without roles it is the default that decides: here, that nobody may subscribe.
DYNAMIC_SECURITY = json.dumps(
    {
        "defaultACLAccess": {
            "publishClientSend": True,
            "publishClientReceive": True,
            "subscribe": False,
            "unsubscribe": True,
        },
        "clients": [],
        "groups": [],
        "roles": [],
    }
)


def dynamic_security():
    """The lines that load mosquitto's plugin for rights; none where it is not installed."""
    name = "mosquitto_dynamic_security.so"
    for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/local/lib"):
        if os.path.exists(f"{folder}/{name}"):
            return [f"plugin {folder}/{name}", "plugin_opt_config_file DIR/dynsec.json"]
    return []


class OpenSsl:
    """`openssl s_server`, which says nothing inside TLS."""

    def __init__(self, processes, folder, pair, *more):
        self.port = free_port()
        folder.mkdir()
        command = [brokers.program("openssl"), "s_server", "-accept", f"127.0.0.1:{self.port}", "-quiet"]
        command += ["-cert", str(pair.certificate), "-key", str(pair.key), *map(str, more)]
        # It ends when its standard input does.
        process = processes.start(command, log=folder / "log", stdin=subprocess.PIPE)
        wait_for_port(self.port, process, 30)


class Web:
    """Python's web server over an empty folder."""

    def __init__(self, processes, folder):
        self.port = free_port()
        folder.mkdir()
        command = [sys.executable, "-m", "http.server", str(self.port)]
        command += ["--bind", "127.0.0.1", "--directory", str(folder)]
        wait_for_port(self.port, processes.start(command), 30)


LISTENERS = {
    "plain": "PLAINTEXT",
    "sasl": "SASL_PLAINTEXT",
    "sasltls": "SASL_SSL",
    "tls": "SSL",
    "mtls": "SSL",
    "oauth": "SASL_SSL",
    "refused": "PLAINTEXT",
    "gone": "PLAINTEXT",
    "internal": "PLAINTEXT",
    "elsewhere": "SSL",
}


class Kafka:
    """Apache Kafka with a listener for each kind of fault, and users with different rights."""

    def __init__(self, processes, folder, pki):
        self.jars, self.folder = brokers.jars(), folder
        folder.mkdir()
        self.ports = {name: free_port() for name in LISTENERS}
        self.closed = free_port()
        keystore = folder / "server.pem"
        keystore.write_text(pki.server.key.read_text() + pki.server.pem + pki.ca.read_text())
        config = folder / "server.properties"
        config.write_text(self.properties(keystore, pki.ca))
        name = "--cluster-id=" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        scram = [f"SCRAM-SHA-256=[name={user},password={PASSWORD},iterations=4096]" for user in (ALICE, MALLORY)]
        self.tool("kafka.tools.StorageTool", "format", name, "-c", config, *(f"--add-scram={of}" for of in scram))
        command = self.java("kafka.Kafka", str(config))
        process = processes.start(command, log=folder / "log", cwd=folder)
        for port in self.ports.values():
            host = ELSEWHERE if port == self.ports["elsewhere"] else "127.0.0.1"
            wait_for_port(port, process, 60, host)
        self.set_up()

    def java(self, *arguments):
        flags = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
        return [brokers.program("java"), *flags, "-cp", f"{self.jars}/*", *map(str, arguments)]

    def tool(self, *arguments):
        made = subprocess.run(self.java(*arguments), capture_output=True, text=True, check=False, timeout=120)
        if made.returncode != 0:
            raise Trouble(f"`{arguments[0]}` fails: {(made.stdout + made.stderr)[-500:]}")

    def set_up(self):
        """Topics and rights, by Kafka's own tools side by side."""
        at = ["--bootstrap-server", f"127.0.0.1:{self.ports['plain']}"]
        create = ["org.apache.kafka.tools.TopicCommand", *at, "--create", "--partitions", "1", "--topic"]
        allow = ["org.apache.kafka.tools.AclCommand", *at, "--add", "--topic", TOPIC, "--allow-principal"]
        steps = [
            [*create, TOPIC],
            [*create, SMALL, "--config", "max.message.bytes=1000"],
            [*allow, f"User:{READER}", "--operation", "Read"],
            [*allow, f"User:{DESCRIBER}", "--operation", "Describe"],
        ]
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        running = [subprocess.Popen(self.java(*step), **piped) for step in steps]
        for step, process in zip(steps, running):
            said = process.communicate(timeout=120)[0]
            if process.returncode != 0:
                raise Trouble(f"`{step[0]}` fails: {said.decode(errors='replace')[-500:]}")

    def properties(self, keystore, ca):
        controller = free_port()
        bound, told = [], []
        for name, port in self.ports.items():
            host = ELSEWHERE if name == "elsewhere" else "127.0.0.1"
            bound.append(f"{name.upper()}://{host}:{port}")
            places = {
                "refused": f"127.0.0.1:{self.closed}",
                "gone": f"{GONE}:9092",
                "internal": f"{INTERNAL}:9092",
                "elsewhere": f"{ELSEWHERE}:{port}",
            }
            told.append(f"{name.upper()}://{places.get(name, f'localhost:{port}')}")
        kinds = ",".join(f"{name.upper()}:{kind}" for name, kind in LISTENERS.items())
        module = "org.apache.kafka.common.security"
        users = " ".join(f'user_{user}="{PASSWORD}"' for user in (ALICE, READER, DESCRIBER, MALLORY))
        lines = [
            "process.roles=broker,controller",
            "node.id=1",
            f"controller.quorum.voters=1@127.0.0.1:{controller}",
            "controller.listener.names=CONTROLLER",
            f"listeners={','.join(bound)},CONTROLLER://127.0.0.1:{controller}",
            f"advertised.listeners={','.join(told)}",
            f"listener.security.protocol.map={kinds},CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name=PLAIN",
            f"log.dirs={self.folder}/data",
            "offsets.topic.num.partitions=1",
            "offsets.topic.replication.factor=1",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "auto.create.topics.enable=false",
            "group.initial.rebalance.delay.ms=0",
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            f"super.users=User:ANONYMOUS;User:{ALICE};User:CN=press;User:CN=server",
            "ssl.keystore.type=PEM",
            f"ssl.keystore.location={keystore}",
            "ssl.truststore.type=PEM",
            f"ssl.truststore.location={ca}",
            "listener.name.mtls.ssl.client.auth=required",
            # SCRAM-SHA-512 is not offered.
            "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256",
            "listener.name.oauth.sasl.enabled.mechanisms=OAUTHBEARER",
            f"listener.name.oauth.oauthbearer.sasl.jaas.config={module}.oauthbearer.OAuthBearerLoginModule required "
            'unsecuredLoginStringClaim_sub="broker";',
        ]
        for name in ("sasl", "sasltls"):
            of = f"listener.name.{name}"
            lines.append(f"{of}.plain.sasl.jaas.config={module}.plain.PlainLoginModule required {users};")
            lines.append(f"{of}.scram-sha-256.sasl.jaas.config={module}.scram.ScramLoginModule required;")
        return "\n".join(lines) + "\n"
