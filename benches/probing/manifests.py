"""The manifests that the faults are in: an endpoint, what it trusts and logs in with, perhaps a dataflow."""

import base64
import json

HEAD = """\
apiVersion: connectivity.iotoperations.azure.com/v1
kind: {kind}
metadata: {{ name: {name}, namespace: azure-iot-operations }}
"""
ANONYMOUS = "{ method: Anonymous, anonymousSettings: {} }"
X509 = "{ method: X509Certificate, x509CertificateSettings: { secretRef: certificate } }"


def sasl(kind):
    return f"{{ method: Sasl, saslSettings: {{ saslType: {kind}, secretRef: login }} }}"


def service_account(audience="aio-internal"):
    return f"{{ method: ServiceAccountToken, serviceAccountTokenSettings: {{ audience: {audience} }} }}"


def identity(audience):
    settings = f"systemAssignedManagedIdentitySettings: {{ audience: '{audience}' }}"
    return f"{{ method: SystemAssignedManagedIdentity, {settings} }}"


def block(text, indent):
    return "".join(f"{' ' * indent}{line}\n" for line in text.splitlines())


def endpoint(kind, host, authentication, ca, more):
    """`ca` is a file of certificates, text of a ConfigMap, or nothing: no TLS."""
    mode = "{ mode: Enabled, trustedCaCertificateConfigMapRef: plant-ca }" if ca else "{ mode: Disabled }"
    lines = [f"    {line}\n" for line in (f"host: {host}", f"authentication: {authentication}", f"tls: {mode}", *more)]
    spec = f"spec:\n  endpointType: {kind}\n  {kind.lower()}Settings:\n{''.join(lines)}"
    texts = [HEAD.format(kind="DataflowEndpoint", name="press") + spec]
    if ca:
        pem = ca if isinstance(ca, str) else ca.read_text()
        config = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: plant-ca, namespace: azure-iot-operations }\n"
        texts.append(f"{config}data:\n  ca.crt: |\n{block(pem, 4)}")
    return texts


def mqtt(port, authentication=ANONYMOUS, ca=None, more=(), host="127.0.0.1"):
    return endpoint("Mqtt", f"{host}:{port}", authentication, ca, more)


def kafka(port, authentication=ANONYMOUS, ca=None, more=(), host="127.0.0.1"):
    return endpoint("Kafka", f"{host}:{port}", authentication, ca, more)


def secret(name, values):
    head = f"apiVersion: v1\nkind: Secret\nmetadata: {{ name: {name}, namespace: azure-iot-operations }}\nstringData:\n"
    return head + "".join(f"  {key}: |-\n{block(value, 4)}" for key, value in values.items())


def login(user, password):
    return secret("login", {"username": user, "password": password})


def certificate(pair, key=None):
    key = (key or pair.key).read_text()
    return secret("certificate", {"client_cert.pem": pair.pem, "client_key.pem": key})


def flow(source=None, destination=None):
    """A dataflow from or to a topic of the endpoint; its other end is that of every instance."""
    ends = [("press", source) if source else ("default", "elsewhere"), ("press", destination or "unused")]
    if not destination:
        ends[1] = ("default", "elsewhere")
    (come, topic), (go, out) = ends
    return (
        HEAD.format(kind="Dataflow", name="press-line")
        + f"""\
spec:
  operations:
    - operationType: Source
      sourceSettings: {{ endpointRef: {come}, dataSources: ['{topic}'] }}
    - operationType: Destination
      destinationSettings: {{ endpointRef: {go}, dataDestination: '{out}' }}
"""
    )


def token(audience, expires=4102444800, subject="system:serviceaccount:azure-iot-operations:default"):
    """A token whose signature nobody would take."""

    def part(data):
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    claims = {"iss": "https://issuer.example", "aud": audience, "exp": expires, "sub": subject}
    return ".".join(map(part, (b'{"alg":"RS256"}', json.dumps(claims).encode(), b"signature")))
