"""What people use instead: kcat, mosquitto's clients, `openssl s_client`; and whether they name the layer that fails.

A tool names the layer if what it says holds one of the words of that layer below, in capitals or not. Names of threads
and URLs, which it says in any case, are left out before. How it ends makes no difference.
"""

import re
import subprocess
import time
from dataclasses import dataclass, field

from rig import brokers

LIMIT_S = 20

WORDS = {
    "kcat": {
        "dns": ["failed to resolve"],
        "tcp": ["connection refused", "timed out in state connect", "connection timed out", "connection reset"],
        "tls": ["ssl handshake failed", "certificate verify failed", "ssl alert", "connecting to a ssl listener"],
        "protocol": ["plaintext broker listener", "ssl listener", "apiversion", "receive failed", "invalid response"],
        "login": ["authentication", "mechanism handshake failed", "unsupported sasl mechanism"],
        "limits": ["too large"],
        "listeners": ["ADVERTISED"],
        "permission": ["authorization failed", "unknown topic", "access denied", "message size too large"],
    },
    "mosquitto": {
        "dns": ["lookup error", "name or service not known"],
        "tcp": ["connection refused", "timed out", "connection reset"],
        "tls": ["tls error", "certificate", "ssl", "host name"],
        "protocol": ["protocol error", "unsupported protocol", "unacceptable protocol", "malformed"],
        "login": ["not authorized", "not authorised", "bad user name", "bad authentication method", "identifier"]
        + ["server unavailable", "server busy", "quota", "moved"],
        "limits": ["packet too large", "qos not supported", "retain not supported", "shared subscriptions not"],
        "permission": ["not authorized", "not authorised", "denied", "session taken over", "quota"],
    },
    "openssl": {
        "dns": ["name or service not known", "getaddrinfo"],
        "tcp": ["connection refused", "connection timed out", "connection reset"],
        "tls": ["verify error", "verification error", "alert", "wrong version number", "no peer certificate"]
        + ["unexpected eof", "unsupported protocol", "private key", "no certificate or crl found"],
        "protocol": ["http request"],
    },
}

# What holds words of a layer whether it fails or not.
NOISE = re.compile(r"\[thrd:[^\]]*\]:?|\b(sasl_)?(ssl|plaintext)://\S*|^%\d\|[^|]*\|\w+\|[^|]*\|", re.MULTILINE)

# Lines that tell of no fault.
SAID_ALWAYS = ("Connecting to", "CONNECTED", "Can't use SSL_get_servername", "depth=", "verify return", "---")
# What kcat begins its lines with: level, time, kind, client, thread, broker.
PREFIX = re.compile(r"^%\d\|[^|]*\|\w+\|[^|]*\|\s*(\[thrd:[^\]]*\]:\s*)?")


@dataclass
class Tool:
    """A program with the arguments that show the fault."""

    name: str
    command: list
    advertised: str = ""


@dataclass
class Said:
    """What a tool said of a fault, and the times it took in milliseconds."""

    name: str
    text: str
    code: object
    names_it: bool
    times: list = field(default_factory=list)

    @property
    def first_line(self):
        lines = [line.strip() for line in self.text.splitlines() if line.strip()]
        telling = [line for line in lines if not line.startswith(SAID_ALWAYS)]
        return PREFIX.sub("", (telling or lines or [""])[0])


def kcat(port, *settings, host="127.0.0.1", advertised="", write=None):
    what = ["-P", "-t", write, "-X", "message.timeout.ms=5000"] if write else ["-L"]
    options = [part for setting in settings for part in ("-X", setting)]
    command = [brokers.program("kcat"), *what, "-b", f"{host}:{port}", *options]
    return Tool("kcat", command, advertised)


def by_tls(ca):
    return ["security.protocol=ssl", f"ssl.ca.location={ca}"]


def mosquitto_pub(port, *more, host="127.0.0.1", topic="press", message="bench"):
    command = [brokers.program("mosquitto_pub"), "-V", "5", "-h", host, "-p", str(port), "-q", "1"]
    return Tool("mosquitto", [*command, "-t", topic, "-m", message, *map(str, more)])


def mosquitto_sub(port, *more, host="127.0.0.1", topic="press"):
    command = [brokers.program("mosquitto_sub"), "-V", "5", "-h", host, "-p", str(port), "-q", "1"]
    return Tool("mosquitto", [*command, "-t", topic, "-C", "1", "-W", "3", *map(str, more)])


def s_client(port, ca, *more, host="127.0.0.1", name=("-verify_ip", "127.0.0.1")):
    command = [brokers.program("openssl"), "s_client", "-connect", f"{host}:{port}", "-CAfile", str(ca)]
    return Tool("openssl", [*command, "-verify_return_error", *name, *map(str, more)])


def measure(command, stdin=b""):
    """Output, exit code and milliseconds; the code is a word where the program had to be ended."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        said, code = process.communicate(stdin, timeout=LIMIT_S)[0], process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        said, code = process.communicate()[0], f"none in {LIMIT_S} s"
    took = 1000 * (time.monotonic() - start)
    return said.decode(errors="replace"), code, took


def names(tool, text, stage):
    """Whether `text` names `stage`, by the words above."""
    text = NOISE.sub(" ", text).lower() if "ADVERTISED" not in WORDS[tool.name].get(stage, []) else text.lower()
    words = [tool.advertised if word == "ADVERTISED" else word for word in WORDS[tool.name].get(stage, [])]
    return any(word and word.lower() in text for word in words)


def ask(tool, stage, rounds):
    """Runs a tool, again where it is quick."""
    # kcat produces what it reads; OpenSSL ends when there is nothing to read.
    stdin = b"bench\n" if "-P" in tool.command else b""
    text, code, took = measure(tool.command, stdin)
    said = Said(tool.name, text, code, names(tool, text, stage), [took])
    for _ in range(rounds - 1 if took < 1000 else 0):
        said.times.append(measure(tool.command, stdin)[2])
    return said
