"""Faults of MQTT: the login, what the broker allows, and what it permits."""

from . import delays, manifests, scripted
from .faults import Case, fault
from .others import mosquitto_pub, mosquitto_sub
from .servers import PASSWORD


def given(rig, password):
    path = rig.folder / f"password-{password}"
    path.write_text(password)
    return ["--username", "anna", "--password", f"file:{path}"]


@fault("bad password", "mosquitto", "mqtt-not-authorized", "login")
def _(rig):
    port = rig.mosquitto("users").port
    others = [mosquitto_pub(port, "-u", "anna", "-P", "wrong")]
    delay = delays.refused_connect(port, "anna", "wrong")
    return Case(manifests.mqtt(port), given(rig, "wrong"), others, delay)


@fault("nobody may be anonymous", "mosquitto", "mqtt-not-authorized", "login")
def _(rig):
    port = rig.mosquitto("users").port
    return Case(manifests.mqtt(port), others=[mosquitto_pub(port)])


@fault("method unknown", "mosquitto", "mqtt-auth-method", "login")
def _(rig):
    port, jwt = rig.mosquitto("plain").port, rig.token("aio-internal")
    # mosquitto's clients can send a method and its data, but wait for their option `CONNECT`.
    sent = ["-D", "CONNECT", "authentication-method", "K8S-SAT", "-D", "CONNECT", "authentication-data", "token"]
    manifest = manifests.mqtt(port, authentication=manifests.service_account())
    return Case(manifest, ["--token-file", str(jwt)], [mosquitto_pub(port, *sent)])


@fault("token with the wrong audience", "mosquitto", "token-audience", "login")
def _(rig):
    manifest = manifests.mqtt(rig.mosquitto("plain").port, authentication=manifests.service_account())
    return Case(manifest, ["--token-file", str(rig.token("https://elsewhere.example"))])


@fault("token expired", "mosquitto", "token-expired", "login")
def _(rig):
    manifest = manifests.mqtt(rig.mosquitto("plain").port, authentication=manifests.service_account())
    return Case(manifest, ["--token-file", str(rig.token("aio-internal", 1_600_000_000))])


def refused(name, verdict, code):
    @fault(name, "scripted", verdict, "login")
    def _(rig):
        port = rig.scripted(scripted.refusal(code))
        return Case(manifests.mqtt(port), others=[mosquitto_pub(port)])


refused("bad user name or password", "mqtt-bad-credentials", 0x86)
refused("client id refused", "mqtt-client-id-refused", 0x85)
refused("server unavailable", "mqtt-server-unavailable", 0x88)
refused("server busy", "mqtt-server-busy", 0x89)
refused("quota exceeded", "mqtt-quota", 0x97)
refused("server moved", "mqtt-server-moved", 0x9D)


@fault("QoS too high", "mosquitto", "mqtt-maximum-qos", "limits")
def _(rig):
    port = rig.mosquitto("modest").port
    return Case(manifests.mqtt(port, more=["qos: 1"]), others=[mosquitto_pub(port)])


@fault("retain not available", "mosquitto", "mqtt-retain-unavailable", "limits")
def _(rig):
    port = rig.mosquitto("no-retain").port
    manifest = [*manifests.mqtt(port, more=["retain: Keep"]), manifests.flow(destination="press")]
    return Case(manifest, others=[mosquitto_pub(port, "-r")])


@fault("packet too large", "mosquitto", "mqtt-packet-too-large", "limits")
def _(rig):
    port = rig.mosquitto("small").port
    others = [mosquitto_pub(port, message="x" * 3000)]
    return Case(manifests.mqtt(port), ["--message-size", "3000"], others)


@fault("fewer messages in flight", "mosquitto", "mqtt-receive-maximum", "limits")
def _(rig):
    return Case(manifests.mqtt(rig.mosquitto("few").port, more=["maxInflightMessages: 100"]))


@fault("no shared subscriptions", "scripted", "mqtt-shared-subscriptions-unavailable", "limits")
def _(rig):
    port = rig.scripted(scripted.without_shared_subscriptions)
    manifest = [*manifests.mqtt(port), manifests.flow(source="$share/line/press")]
    return Case(manifest, others=[mosquitto_sub(port, topic="$share/line/press")])


@fault("subscription refused", "mosquitto", "mqtt-subscription-refused", "permission")
def _(rig):
    broker = rig.mosquitto("dynamic")
    if broker:
        manifest = [*manifests.mqtt(broker.port), manifests.flow(source="press")]
        return Case(manifest, others=[mosquitto_sub(broker.port)])


@fault("publish refused", "mosquitto", "mqtt-publish-refused", "permission")
def _(rig):
    port = rig.mosquitto("acl").port
    manifest = [*manifests.mqtt(port), manifests.flow(destination="press")]
    return Case(manifest, ["--write"], [mosquitto_pub(port)])


def ended(name, verdict, code):
    @fault(name, "scripted", verdict, "permission")
    def _(rig):
        port = rig.scripted(scripted.ending(code))
        return Case([*manifests.mqtt(port), manifests.flow(source="press")], others=[mosquitto_sub(port)])


ended("session taken over", "mqtt-session-taken-over", 0x8E)
ended("DISCONNECT with its reason", "mqtt-disconnected", 0x98)


@fault("no fault: user and password", "mosquitto", None, None)
def _(rig):
    port = rig.mosquitto("users").port
    manifest = [*manifests.mqtt(port, ca=None), manifests.flow(source="press")]
    return Case(manifest, [*given(rig, PASSWORD), "--fail-on", "error"])


@fault("no fault: X.509", "mosquitto", None, None)
def _(rig):
    manifest = manifests.mqtt(rig.mosquitto("mtls").port, authentication=manifests.X509, ca=rig.pki.ca)
    return Case([*manifest, manifests.certificate(rig.pki.client), manifests.flow(source="press")])
