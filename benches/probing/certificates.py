"""Certificates by OpenSSL's command line: authorities, servers, clients, good ones and bad ones."""

import subprocess
from dataclasses import dataclass

from rig import brokers
from rig.processes import Trouble

CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
CONFIG = """\
[ca]
default_ca = this
[this]
dir = {folder}
database = $dir/index
new_certs_dir = $dir
certificate = {certificate}
private_key = {key}
rand_serial = yes
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
[server]
basicConstraints = CA:FALSE
keyUsage = digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = {names}
[client]
basicConstraints = CA:FALSE
keyUsage = digitalSignature
extendedKeyUsage = clientAuth
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = keyCertSign, cRLSign
"""


def openssl(*arguments):
    command = [brokers.program("openssl"), *map(str, arguments)]
    made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise Trouble(f"`openssl {arguments[0]}` fails: {made.stderr[-500:]}")


@dataclass
class Pair:
    """Files with a certificate and its key."""

    certificate: object
    key: object

    @property
    def pem(self):
        return self.certificate.read_text()


def self_signed(folder, name, names=None):
    """An authority, or with `names` a server that vouches for itself."""
    pair = Pair(folder / f"{name}.pem", folder / f"{name}.key")
    extensions = ["-addext", f"subjectAltName={names}"] if names else ["-addext", "keyUsage=keyCertSign,cRLSign"]
    days = ["-days", "3650", "-keyout", pair.key, "-out", pair.certificate]
    openssl("req", "-x509", *CURVE, *days, "-subj", f"/CN={name}", *extensions)
    return pair


class Authority:
    """Signs for whom it is asked to, with any dates."""

    def __init__(self, folder, name, pair=None):
        self.folder = folder / name.replace(" ", "-")
        self.folder.mkdir()
        self.pair = pair or self_signed(self.folder, name)
        (self.folder / "index").touch()

    def sign(self, kind, name, names="DNS:unused", dates=("20250101000000Z", "20450101000000Z")):
        stem = f"{kind}-{len(list(self.folder.iterdir()))}"
        pair = Pair(self.folder / f"{stem}.pem", self.folder / f"{stem}.key")
        config, request = self.folder / f"{stem}.conf", self.folder / f"{stem}.csr"
        issuer = {"certificate": self.pair.certificate, "key": self.pair.key}
        config.write_text(CONFIG.format(folder=self.folder, names=names, **issuer))
        openssl("req", "-new", *CURVE, "-keyout", pair.key, "-out", request, "-subj", f"/CN={name}")
        start, end = dates
        extensions = ["-extensions", kind, "-startdate", start, "-enddate", end]
        openssl("ca", "-batch", "-notext", "-config", config, "-in", request, "-out", pair.certificate, *extensions)
        return pair

    def below(self, folder, name):
        """An authority that this one vouches for."""
        return Authority(folder, name, self.sign("authority", name))


PAST = ("20200101000000Z", "20210101000000Z")
FUTURE = ("20400101000000Z", "20410101000000Z")
LOOPBACK = "IP:127.0.0.1,DNS:localhost"


class Pki:
    """Everything that the faults need."""

    def __init__(self, folder):
        folder.mkdir()
        self.authority = Authority(folder, "plant CA")
        self.stranger = Authority(folder, "some other CA")
        between = self.authority.below(folder, "plant CA 2")
        self.between = between.pair
        self.server = self.authority.sign("server", "server", LOOPBACK + ",DNS:plant7.servicebus.windows.net")
        self.strange = self.stranger.sign("server", "server", LOOPBACK)
        self.alone = self_signed(folder, "alone", LOOPBACK)
        self.chained = between.sign("server", "server", LOOPBACK)
        self.misnamed = self.authority.sign("server", "server", "DNS:broker.plant.example")
        self.expired = self.authority.sign("server", "server", LOOPBACK, PAST)
        self.early = self.authority.sign("server", "server", LOOPBACK, FUTURE)
        self.client = self.authority.sign("client", "press")
        self.other_client = self.authority.sign("client", "oven")
        self.strange_client = self.stranger.sign("client", "press")
        self.expired_client = self.authority.sign("client", "press", dates=PAST)

    @property
    def ca(self):
        return self.authority.pair.certificate
