"""Faults of the network and of TLS, and wrong doors."""

import socket

from rig.processes import free_port

from . import delays, manifests, scripted
from .faults import Case, fault
from .others import by_tls, kcat, mosquitto_pub, mosquitto_sub, s_client

UNKNOWN = "broker.invalid"


@fault("name unknown", "-", "name-unknown", "dns")
def _(rig):
    others = [mosquitto_pub(1883, host=UNKNOWN), kcat(1883, host=UNKNOWN), s_client(1883, rig.pki.ca, host=UNKNOWN)]
    return Case(manifests.mqtt(1883, host=UNKNOWN), others=others, delay=delays.look_up(UNKNOWN))


@fault("name known in the cluster only", "-", "in-cluster-name", "dns")
def _(rig):
    host = "aio-broker.azure-iot-operations"
    manifest = manifests.mqtt(18883, host=host, ca=rig.pki.ca, authentication=manifests.X509)
    manifest.append(manifests.certificate(rig.pki.client))
    return Case(manifest, others=[mosquitto_pub(18883, host=host)], delay=delays.look_up(host))


@fault("one of several addresses dead", "mosquitto", "tcp-address-dead", "tcp")
def _(rig):
    port = rig.mosquitto("plain").port
    addresses = {address[4][0] for address in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM)}
    # Only where `localhost` has an IPv6 address too, on which the broker does not listen.
    if len(addresses) > 1:
        return Case(manifests.mqtt(port, host="localhost"), others=[mosquitto_pub(port, host="localhost")])


@fault("refused", "-", "tcp-refused", "tcp")
def _(rig):
    port = free_port()
    return Case(manifests.mqtt(port), others=[mosquitto_pub(port), kcat(port), s_client(port, rig.pki.ca)])


@fault("no answer", "a full queue", "tcp-no-answer", "tcp", silence=True)
def _(rig):
    port = rig.deaf().port
    return Case(manifests.mqtt(port), others=[mosquitto_pub(port), kcat(port)])


@fault("accepted, then silent", "scripted", "peer-silent", "protocol", silence=True)
def _(rig):
    port = rig.scripted(scripted.silent)
    return Case(manifests.mqtt(port), others=[mosquitto_pub(port), kcat(port)])


@fault("accepted, then silent, with TLS", "scripted", "peer-silent", "tls", silence=True)
def _(rig):
    port = rig.scripted(scripted.silent)
    others = [mosquitto_pub(port, "--cafile", rig.pki.ca), s_client(port, rig.pki.ca)]
    return Case(manifests.mqtt(port, ca=rig.pki.ca), others=others)


@fault("accepted, then closed", "scripted", "peer-closed", "protocol")
def _(rig):
    port = rig.scripted(scripted.closing)
    return Case(manifests.mqtt(port), others=[mosquitto_pub(port), kcat(port)])


@fault("reset", "scripted", "peer-reset", "protocol")
def _(rig):
    port = rig.scripted(scripted.resetting)
    return Case(manifests.mqtt(port), others=[mosquitto_pub(port), kcat(port)])


# TLS.


def secure(rig, port):
    return [mosquitto_pub(port, "--cafile", rig.pki.ca), s_client(port, rig.pki.ca)]


@fault("TLS to a plain port", "mosquitto", "tls-on-plain-port", "tls")
def _(rig):
    port = rig.mosquitto("plain").port
    return Case(manifests.mqtt(port, ca=rig.pki.ca), others=secure(rig, port))


@fault("TLS to a plain port", "Kafka", "tls-on-plain-port", "tls")
def _(rig):
    port = rig.kafka.ports["plain"]
    others = [kcat(port, *by_tls(rig.pki.ca)), s_client(port, rig.pki.ca)]
    return Case(manifests.kafka(port, ca=rig.pki.ca), others=others)


@fault("plain to a TLS port", "mosquitto", "plain-on-tls-port", "tls")
def _(rig):
    port = rig.mosquitto("tls").port
    return Case(manifests.mqtt(port), others=[mosquitto_pub(port)])


@fault("plain to a TLS port", "Kafka", "plain-on-tls-port", "tls")
def _(rig):
    port = rig.kafka.ports["tls"]
    return Case(manifests.kafka(port), others=[kcat(port)], delay=lambda: delays.hello(port, rig.pki.ca))


@fault("unknown CA", "mosquitto", "tls-unknown-ca", "tls")
def _(rig):
    port = rig.mosquitto("strange").port
    return Case(manifests.mqtt(port, ca=rig.pki.ca), others=secure(rig, port))


@fault("unknown CA", "Kafka", "tls-unknown-ca", "tls")
def _(rig):
    port, ca = rig.kafka.ports["tls"], rig.pki.stranger.pair.certificate
    others = [kcat(port, *by_tls(ca)), s_client(port, ca)]
    return Case(manifests.kafka(port, ca=ca), others=others, delay=lambda: delays.hello(port, ca))


def certificate(name, verdict, pair, *more):
    @fault(name, "s_server", verdict, "tls")
    def _(rig):
        port = rig.s_server(getattr(rig.pki, pair), *more)
        return Case(manifests.mqtt(port, ca=rig.pki.ca), others=secure(rig, port))


certificate("self-signed", "tls-self-signed", "alone")
certificate("intermediate missing", "tls-intermediate-missing", "chained")
certificate("wrong host name", "tls-wrong-name", "misnamed")
certificate("expired", "tls-expired", "expired")
certificate("not yet valid", "tls-not-yet-valid", "early")
certificate("only TLS 1.1", "tls-old-version", "server", "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0")


# The end of its input would end OpenSSL before it has read the refusal, which TLS 1.3 lets come after the handshake.
STAYING = "-ign_eof"


@fault("client certificate demanded and absent", "mosquitto", "client-certificate-required", "tls")
def _(rig):
    port = rig.mosquitto("mtls").port
    others = [mosquitto_pub(port, "--cafile", rig.pki.ca), s_client(port, rig.pki.ca, STAYING)]
    return Case(manifests.mqtt(port, ca=rig.pki.ca), others=others)


@fault("client certificate demanded and absent", "Kafka", "client-certificate-required", "tls")
def _(rig):
    port, ca = rig.kafka.ports["mtls"], rig.pki.ca
    others = [kcat(port, *by_tls(ca)), s_client(port, ca, STAYING)]
    return Case(manifests.kafka(port, ca=ca), others=others, delay=delays.no_certificate(port, ca))


def shown(rig, pair, key=None):
    """A manifest with a client certificate, and the others with the same."""
    port, key = rig.mosquitto("mtls").port, key or pair.key
    manifest = manifests.mqtt(port, authentication=manifests.X509, ca=rig.pki.ca)
    manifest.append(manifests.certificate(pair, key))
    return Case(manifest, others=[
        mosquitto_pub(port, "--cafile", rig.pki.ca, "--cert", pair.certificate, "--key", key),
        s_client(port, rig.pki.ca, STAYING, "-cert", pair.certificate, "-key", key),
    ])


@fault("client certificate of the wrong CA", "mosquitto", "client-certificate-unknown-ca", "tls")
def _(rig):
    return shown(rig, rig.pki.strange_client)


@fault("client certificate expired", "mosquitto", "client-certificate-expired", "tls")
def _(rig):
    return shown(rig, rig.pki.expired_client)


@fault("key does not match", "mosquitto", "client-key-mismatch", "tls")
def _(rig):
    return shown(rig, rig.pki.client, rig.pki.other_client.key)


@fault("trust bundle without a certificate", "mosquitto", "trust-bundle-empty", "tls")
def _(rig):
    port, empty = rig.mosquitto("tls").port, rig.folder / "empty.pem"
    empty.write_text("nothing\n")
    others = [mosquitto_pub(port, "--cafile", empty), s_client(port, empty)]
    return Case(manifests.mqtt(port, ca="nothing\n"), others=others)


# Wrong doors.


@fault("HTTP on the MQTT port", "web server", "mqtt-port-speaks-http", "protocol")
def _(rig):
    port = rig.web().port
    others = [mosquitto_pub(port), mosquitto_sub(port)]
    return Case(manifests.mqtt(port), others=others, delay=delays.web(port))


@fault("HTTP on the Kafka port", "web server", "kafka-port-speaks-http", "protocol")
def _(rig):
    port = rig.web().port
    return Case(manifests.kafka(port), others=[kcat(port)], delay=delays.web(port))


@fault("MQTT on the Kafka port", "mosquitto", "kafka-port-speaks-mqtt", "protocol")
def _(rig):
    port = rig.mosquitto("plain").port
    return Case(manifests.kafka(port), others=[kcat(port)])


@fault("Kafka on the MQTT port", "Kafka", "mqtt-port-speaks-kafka", "protocol")
def _(rig):
    port = rig.kafka.ports["plain"]
    return Case(manifests.mqtt(port), others=[mosquitto_pub(port)])


@fault("MQTT 3.1.1 only", "scripted", "mqtt-old-protocol", "protocol")
def _(rig):
    port = rig.scripted(scripted.old_broker)
    return Case(manifests.mqtt(port), others=[mosquitto_pub(port)])


@fault("old API versions", "scripted", "kafka-old-versions", "protocol")
def _(rig):
    port = rig.scripted(scripted.old_kafka)
    return Case(manifests.kafka(port), others=[kcat(port)])


@fault("WebSocket path wrong", "web server", "websocket-path", "protocol")
def _(rig):
    port = rig.web().port
    return Case(manifests.mqtt(port, more=["protocol: WebSockets"]), delay=delays.web(port))


@fault("WebSocket upgrade refused", "scripted", "websocket-refused", "protocol")
def _(rig):
    return Case(manifests.mqtt(rig.scripted(scripted.web("403 Forbidden")), more=["protocol: WebSockets"]))


@fault("Event Grid's HTTP name", "-", "eg-http-hostname", "dns")
def _(rig):
    host = "plant7.westeurope-1.eventgrid.azure.net"
    audience = manifests.identity("https://eventgrid.azure.net")
    manifest = manifests.mqtt(8883, authentication=audience, host=host)
    manifest[0] = manifest[0].replace("mode: Disabled", "mode: Enabled")
    return Case(manifest, arguments=["--token-file", str(rig.token("https://eventgrid.azure.net"))])
