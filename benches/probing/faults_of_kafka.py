"""Faults of Kafka: the login, the listeners that it advertises, and what it permits."""

from . import delays, manifests
from .faults import Case, fault
from .others import kcat
from .servers import ALICE, DESCRIBER, ELSEWHERE, GONE, INTERNAL, MALLORY, MISSING, PASSWORD, READER, SMALL, TOPIC

GROUP = ["consumerGroupId: press-line"]


def in_clear(mechanism, user, password):
    login = [f"sasl.mechanisms={mechanism}", f"sasl.username={user}", f"sasl.password={password}"]
    return ["security.protocol=sasl_plaintext", *login]


def by_sasl(port, kind, user, password=PASSWORD, more=(), ca=None):
    manifest = manifests.kafka(port, authentication=manifests.sasl(kind), more=more, ca=ca)
    return [*manifest, manifests.login(user, password)]


@fault("mechanism not offered", "Kafka", "kafka-mechanism", "login")
def _(rig):
    port = rig.kafka.ports["sasl"]
    others = [kcat(port, *in_clear("SCRAM-SHA-512", ALICE, PASSWORD))]
    return Case(by_sasl(port, "ScramSha512", ALICE), others=others, delay=delays.no_mechanism(port, "SCRAM-SHA-512"))


@fault("wrong password, PLAIN", "Kafka", "kafka-bad-password", "login")
def _(rig):
    port = rig.kafka.ports["sasl"]
    delay = delays.failed_login(port, "PLAIN", f"\0{ALICE}\0wrong".encode())
    others = [kcat(port, *in_clear("PLAIN", ALICE, "wrong"))]
    return Case(by_sasl(port, "Plain", ALICE, "wrong"), others=others, delay=delay)


@fault("wrong password, PLAIN over TLS", "Kafka", "kafka-bad-password", "login")
def _(rig):
    port, ca = rig.kafka.ports["sasltls"], rig.pki.ca
    delay = delays.failed_login(port, "PLAIN", f"\0{ALICE}\0wrong".encode(), ca=ca)
    login = [*in_clear("PLAIN", ALICE, "wrong"), "security.protocol=sasl_ssl", f"ssl.ca.location={ca}"]
    return Case(by_sasl(port, "Plain", ALICE, "wrong", ca=ca), others=[kcat(port, *login)], delay=delay)


@fault("wrong password, SCRAM", "Kafka", "kafka-bad-password", "login")
def _(rig):
    port = rig.kafka.ports["sasl"]
    delay = delays.failed_scram(port, ALICE, "wrong")
    others = [kcat(port, *in_clear("SCRAM-SHA-256", ALICE, "wrong"))]
    return Case(by_sasl(port, "ScramSha256", ALICE, "wrong"), others=others, delay=delay)


@fault("token refused", "Kafka", "kafka-token-refused", "login")
def _(rig):
    port, ca, audience = rig.kafka.ports["oauth"], rig.pki.ca, "https://plant.example"
    path = rig.token(audience)
    # The broker takes tokens without a signature only. kcat cannot be given a token.
    delay = delays.failed_token(port, path.read_bytes(), ca)
    manifest = manifests.kafka(port, authentication=manifests.identity(audience), ca=ca)
    return Case(manifest, ["--token-file", str(path)], delay=delay)


@fault("a listener without SASL", "Kafka", "kafka-no-sasl-listener", "login")
def _(rig):
    port = rig.kafka.ports["plain"]
    others = [kcat(port, *in_clear("PLAIN", ALICE, PASSWORD))]
    return Case(by_sasl(port, "Plain", ALICE), others=others, delay=delays.exchange(port))


@fault("SASL needed and not configured", "Kafka", "kafka-sasl-required", "login")
def _(rig):
    port = rig.kafka.ports["sasl"]
    return Case(manifests.kafka(port), others=[kcat(port)], delay=delays.no_login(port))


@fault("`$ConnectionString` lost to a shell", "Kafka", "eh-connection-string", "login")
def _(rig):
    host, port = "plant7.servicebus.windows.net", rig.kafka.ports["sasltls"]
    manifest = manifests.kafka(9093, authentication=manifests.sasl("Plain"), ca=rig.pki.ca, host=host)
    password = f"Endpoint=sb://{host}/;SharedAccessKeyName=send;SharedAccessKey=MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="
    manifest.append(manifests.login("ConnectionString", password))
    delay = delays.exchange(port, rig.pki.ca, (ALICE, PASSWORD))
    return Case(manifest, ["--connect-to", f"{host}:9093:127.0.0.1:{port}"], delay=delay)


@fault("advertised listener refused", "Kafka", "kafka-listener-refused", "listeners")
def _(rig):
    port = rig.kafka.ports["refused"]
    advertised = f"127.0.0.1:{rig.kafka.closed}"
    others = [kcat(port, advertised=advertised, write=TOPIC)]
    return Case(manifests.kafka(port), others=others, delay=delays.exchange(port))


@fault("advertised listener unresolvable", "Kafka", "kafka-listener-unresolvable", "listeners")
def _(rig):
    port = rig.kafka.ports["gone"]
    return Case(manifests.kafka(port), others=[kcat(port, advertised=GONE, write=TOPIC)], delay=delays.look_up(GONE))


@fault("advertised listener internal only", "Kafka", "kafka-listener-internal", "listeners")
def _(rig):
    port = rig.kafka.ports["internal"]
    others = [kcat(port, advertised=INTERNAL, write=TOPIC)]
    return Case(manifests.kafka(port), others=others, delay=delays.look_up(INTERNAL))


@fault("advertised listener of the wrong name", "Kafka", "kafka-listener-wrong-name", "listeners")
def _(rig):
    port, ca = rig.kafka.ports["elsewhere"], rig.pki.ca
    manifest = manifests.kafka(port, ca=ca, host="localhost")
    # kcat knows no detour, and would find the wrong name at its bootstrap already. The broker's time is taken at its
    # other listener.
    delay = delays.exchange(rig.kafka.ports["tls"], ca, times=2)
    return Case(manifest, ["--connect-to", f"localhost:{port}:{ELSEWHERE}:{port}"], delay=delay)


@fault("topic missing", "Kafka", "kafka-topic-missing", "permission")
def _(rig):
    port = rig.kafka.ports["plain"]
    manifest = [*manifests.kafka(port), manifests.flow(destination=MISSING)]
    return Case(manifest, others=[kcat(port, write=MISSING)], delay=delays.exchange(port))


def rights(name, verdict, user, source=None, destination=None, writes=False):
    @fault(name, "Kafka", verdict, "permission")
    def _(rig):
        port = rig.kafka.ports["sasl"]
        manifest = [*by_sasl(port, "Plain", user, more=GROUP if source else ()), manifests.flow(source, destination)]
        others = [kcat(port, *in_clear("PLAIN", user, PASSWORD), write=destination)] if destination else []
        delay = delays.exchange(port, login=(user, PASSWORD))
        return Case(manifest, ["--write"] if writes else [], others, delay)


rights("topic not authorised", "kafka-topic-not-authorized", MALLORY, destination=TOPIC)
rights("topic may not be read", "kafka-read-not-authorized", DESCRIBER, source=TOPIC)
rights("group not authorised", "kafka-group-not-authorized", READER, source=TOPIC)
rights("write not authorised", "kafka-write-not-authorized", READER, destination=TOPIC)
rights("write not authorised, by writing", "kafka-write-not-authorized", READER, destination=TOPIC, writes=True)


@fault("message too large", "Kafka", "kafka-message-too-large", "limits")
def _(rig):
    port = rig.kafka.ports["plain"]
    manifest = [*manifests.kafka(port), manifests.flow(destination=SMALL)]
    return Case(manifest, ["--message-size", "5000"], delay=delays.exchange(port))


@fault("no fault: SCRAM", "Kafka", None, None)
def _(rig):
    port, ca = rig.kafka.ports["sasltls"], rig.pki.ca
    manifest = [*by_sasl(port, "ScramSha256", ALICE, ca=ca), manifests.flow(destination=TOPIC)]
    return Case(manifest, delay=delays.exchange(port, ca, (ALICE, PASSWORD)))


@fault("no fault: TLS", "Kafka", None, None)
def _(rig):
    port, ca = rig.kafka.ports["tls"], rig.pki.ca
    manifest = [*manifests.kafka(port, ca=ca, more=GROUP), manifests.flow(source=TOPIC)]
    return Case(manifest, delay=delays.exchange(port, ca))
