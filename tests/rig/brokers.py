"""mosquitto and Apache Kafka on loopback ports that the system chooses."""

import base64
import getpass
import os
import shutil
import signal
import subprocess
import uuid
from pathlib import Path

from .processes import Trouble, free_port, wait_for_port

ROOT = Path(__file__).resolve().parent.parent.parent
POM = ROOT / "tests" / "brokers" / "pom.xml"
JARS = ROOT / "target" / "brokers" / "libs"
# The mark of a complete copy, which the tests of `tests/brokers` leave and look for too.
DONE = JARS.parent / "done-kafka-4.1.0"


def program(name):
    # Debian keeps mosquitto where only root's PATH leads.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which(name, path=path) or _missing(name)


def _missing(name):
    raise Trouble(f"no program `{name}`; on Debian: apt-get install mosquitto mosquitto-clients kcat default-jdk-headless maven")


class Mosquitto:
    """A broker that queues without limit; with `persistent` it saves on SIGTERM what it has promised."""

    def __init__(self, processes, folder, persistent=False):
        self.processes, self.folder, self.port = processes, folder, free_port()
        folder.mkdir()
        self.config = folder / "mosquitto.conf"
        lines = [
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous true",
            # Started as root it would become another user, who may not write into the folder.
            f"user {getpass.getuser()}",
            "max_queued_messages 0",
            "max_inflight_messages 1000",
            "log_type error",
            "log_dest stderr",
            f"persistence {'true' if persistent else 'false'}",
        ]
        if persistent:
            lines += [f"persistence_location {folder}/", "autosave_interval 0"]
        self.config.write_text("\n".join(lines) + "\n")
        self.start()

    def start(self):
        command = [program("mosquitto"), "-c", str(self.config)]
        self.process = self.processes.start(command, log=self.folder / "log")
        wait_for_port(self.port, self.process, 30)

    def stop(self):
        self.processes.stop(self.process, signal.SIGTERM, 60)


def jars():
    """The folder with Kafka's jars, fetched by Maven where it is not there yet."""
    if not DONE.exists():
        print("fetching Apache Kafka with Maven", flush=True)
        fetch = [program("mvn"), "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={JARS}"]
        if subprocess.run(fetch, check=False, timeout=600).returncode != 0:
            raise Trouble("Maven cannot fetch Apache Kafka")
        DONE.touch()
    return JARS


class Kafka:
    """One broker that is its own controller (KRaft).

    Clients of `port` are told to come back to `port`; those of `through_port` are told to use `advertised`, which is
    where a forwarder listens.
    """

    def __init__(self, processes, folder, advertised=None):
        self.processes, self.folder = processes, folder
        self.port, self.through_port, controller = free_port(), free_port(), free_port()
        self.jars = jars()
        folder.mkdir()
        self.config = folder / "server.properties"
        self.config.write_text(
            f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAIN://127.0.0.1:{self.port},THROUGH://127.0.0.1:{self.through_port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAIN://127.0.0.1:{self.port},THROUGH://127.0.0.1:{advertised or self.through_port}
listener.security.protocol.map=PLAIN:PLAINTEXT,THROUGH:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAIN
log.dirs={folder}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.ms=-1
log.segment.delete.delay.ms=1000
"""
        )
        # As one argument, since a name may begin with a dash.
        name = "--cluster-id=" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        form = self.java("kafka.tools.StorageTool", "format", name, "-c", str(self.config))
        made = subprocess.run(form, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120)
        if made.returncode != 0:
            raise Trouble(f"Kafka's storage cannot be formatted: {made.stdout[-500:]}")
        self.start()

    def java(self, *arguments):
        flags = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
        return [program("java"), *flags, "-cp", f"{self.jars}/*", *arguments]

    def start(self):
        # Its start-up log goes to a file beside the data, relative to the working directory.
        command = self.java("kafka.Kafka", str(self.config))
        self.process = self.processes.start(command, log=self.folder / "log", cwd=self.folder)
        wait_for_port(self.port, self.process, 60)

    def kill(self):
        self.processes.stop(self.process, signal.SIGKILL)
