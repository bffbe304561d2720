"""Manifests from a seed: valid ones without end, and such with one fault that their schema refuses.

Every group of documents is a profile, endpoints, and dataflows that use them: no name twice, no dataflow without its
endpoint, every rule on this side of its default level.
"""

import random

HEAD = """\
apiVersion: connectivity.iotoperations.azure.com/v1
kind: {kind}
metadata:
  name: {name}
  namespace: azure-iot-operations
"""

IDENTITY = """\
    authentication:
      method: SystemAssignedManagedIdentity
      systemAssignedManagedIdentitySettings: {}
"""

ASSIGNED = """\
    authentication:
      method: UserAssignedManagedIdentity
      userAssignedManagedIdentitySettings:
        clientId: 3f0d7c52-6c1e-4d1b-9a53-7d2f6a1b{n:04x}
        tenantId: 9b1c2d3e-4f50-4a61-8b72-6c7d8e9f{n:04x}
"""

TRUST = "azure-iot-operations-aio-ca-trust-bundle"

# Settings of an endpoint by its part in a group; `{n}` is the number of the group.
ENDPOINTS = {
    "broker": """\
  endpointType: Mqtt
  mqttSettings:
    # The broker next door.
    host: aio-broker:18883
    authentication:
      method: ServiceAccountToken
      serviceAccountTokenSettings:
        audience: aio-internal
    tls:
      mode: Enabled
      trustedCaCertificateConfigMapRef: """ + TRUST + """
    keepAliveSeconds: {keepalive}
    maxInflightMessages: {inflight}
    sessionExpirySeconds: 600
    qos: 1
""",
    "event-grid": """\
  endpointType: Mqtt
  mqttSettings:
    host: plant{n}.westeurope-1.ts.eventgrid.azure.net:8883
{identity}    tls:
      mode: Enabled
    keepAliveSeconds: {keepalive}
    retain: Never
    sessionExpirySeconds: 3600
""",
    "event-hubs": """\
  endpointType: Kafka
  kafkaSettings:
    host: plant{n}.servicebus.windows.net:9093
{identity}    tls:
      mode: Enabled
    batching:
      latencyMs: {latency}
      maxMessages: {inflight}
      mode: Enabled
    compression: None
    copyMqttProperties: Enabled
    kafkaAcks: All
    partitionStrategy: Default
""",
    "kafka": """\
  endpointType: Kafka
  kafkaSettings:
    host: kafka.plant{n}.example:9093
    consumerGroupId: flow-{n}
    authentication:
      method: Sasl
      saslSettings:
        saslType: ScramSha512
        secretRef: historian-login-{n}
    tls:
      mode: Enabled
      trustedCaCertificateConfigMapRef: """ + TRUST + """
    batching: {{ mode: Enabled, latencyMs: {latency}, maxBytes: 500000 }}
""",
    "lake": """\
  endpointType: DataLakeStorage
  dataLakeStorageSettings:
    host: https://plant{n}lake.blob.core.windows.net
{identity}    batching:
      latencySeconds: 60
      maxMessages: {inflight}
""",
    "explorer": """\
  endpointType: DataExplorer
  dataExplorerSettings:
    host: https://plant{n}.westeurope.kusto.windows.net
    database: telemetry-{n}
{identity}    batching: {{ latencySeconds: 30 }}
""",
    "onelake": """\
  endpointType: FabricOneLake
  fabricOneLakeSettings:
    host: https://onelake.dfs.fabric.microsoft.com
    names:
      workspaceName: plant {n}
      lakehouseName: telemetry
    oneLakePathType: Tables
{identity}""",
    "local": """\
  endpointType: LocalStorage
  localStorageSettings:
    persistentVolumeClaimRef: historian-{n}
    batching:
      latencySeconds: 10
""",
}

STORAGE = {"lake", "explorer", "onelake", "local"}
KAFKA = {"event-hubs", "kafka"}

SIGNALS = ("temperature", "pressure", "humidity", "vibration", "torque", "flow", "level", "current")


def document(kind, name, spec):
    return HEAD.format(kind=kind, name=name) + "spec:\n" + spec


def endpoint(rng, role, n):
    identity = ASSIGNED.format(n=n % 0x10000) if rng.random() < 0.25 else IDENTITY
    spec = ENDPOINTS[role].format(
        n=n,
        identity=identity,
        keepalive=rng.choice((30, 60, 120)),
        inflight=rng.randrange(50, 200),
        latency=rng.randrange(1, 100),
    )
    return document("DataflowEndpoint", f"{role}-{n}", spec)


def transformation(rng, n, stored):
    lines = ["    - operationType: BuiltInTransformation", "      builtInTransformationSettings:"]
    if stored:
        lines += ["        serializationFormat: Parquet", f"        schemaRef: aio-sr://plant{n}/oven:1"]
    if rng.random() < 0.5:
        lines += ["        filter:", "          - inputs:"]
        lines += [f"              - {rng.choice(SIGNALS)}", f"            expression: $1 < {rng.randrange(-40, 40)}"]
    lines += ["        map:", '          - inputs: ["*"]', '            output: "*"']
    for signal in rng.sample(SIGNALS, rng.randrange(0, 5)):
        lines += ["          - inputs:", f"              - {signal} # as the controller names it"]
        lines += [f"            output: payload.{signal}"]
        if rng.random() < 0.5:
            lines += [f"            expression: $1 * {rng.randrange(2, 100)}"]
    return "\n".join(lines) + "\n"


def dataflow(rng, role, n, number):
    """A dataflow between the local broker and the endpoint `role`-`n`."""
    stored = role in STORAGE
    inward = role in ("kafka", "event-grid") and rng.random() < 0.3
    far, near = f"{role}-{n}", "default"
    topics = f"plant{n}.oven{number}" if role in KAFKA else f"plant{n}/oven{number}/{rng.choice(SIGNALS)}"
    source, destination = (far, near) if inward else (near, far)
    data_source = topics if inward else f"plant{n}/oven{number}/+/{rng.choice(SIGNALS)}"
    data_destination = f"inbox/{n}/{number}" if inward else (f"ovens{number}" if stored else topics + "-out")
    spec = f"""\
  profileRef: line-{n}
  mode: Enabled
  operations:
    - operationType: Source
      name: from-{source}
      sourceSettings:
        endpointRef: {source}
        dataSources:
          - {data_source}
"""
    if stored or rng.random() < 0.7:
        spec += transformation(rng, n, stored)
    spec += f"""\
    - operationType: Destination
      name: to-{destination}
      destinationSettings:
        endpointRef: {destination}
        dataDestination: {data_destination}
"""
    return document("Dataflow", f"{role}-{n}-{number}", spec)


def profile(rng, n):
    # One instance: some of its dataflows read from Event Grid.
    spec = f"""\
  instanceCount: 1
  diagnostics:
    logs:
      level: {rng.choice(("info", "warn"))}
    metrics:
      prometheusPort: {rng.randrange(9600, 9700)}
"""
    return document("DataflowProfile", f"line-{n}", spec)


def manifests(seed):
    """Valid documents without end, group by group."""
    rng = random.Random(seed)
    n = 0
    while True:
        n += 1
        yield profile(rng, n)
        for role in rng.sample(sorted(ENDPOINTS), rng.randrange(2, 5)):
            yield endpoint(rng, role, n)
            for number in range(1, rng.randrange(2, 4)):
                yield dataflow(rng, role, n, number)


# What makes a document one that its schema refuses: the kind, what to look for, what to write instead. None of these
# needs a second document to be judged, and each is refused by kubectl too.
FAULTS = (
    ("Dataflow", "  mode: Enabled\n", "  mode: Enabled\n  priority: 1\n"),
    ("Dataflow", "  mode: Enabled\n", "  mode: Sometimes\n"),
    ("Dataflow", "  mode: Enabled\n", "  mode: true\n"),
    ("Dataflow", "  mode: Enabled\n", "  mode: Enabled\n  mode: Enabled\n"),
    ("Dataflow", "operationType: Source\n", "operationType: Sauce\n"),
    ("Dataflow", "        dataDestination:", "        dataDestinations:"),
    ("Dataflow", "        dataSources:\n          - ", "        dataSources: "),
    ("Dataflow", "  operations:\n", "  steps:\n"),
    ("DataflowEndpoint", "    host: ", "    hostname: plant\n    host: "),
    ("DataflowEndpoint", "  endpointType: ", "  endpointTypes: "),
    ("DataflowEndpoint", "  endpointType: ", "  endpointType: My"),
    ("DataflowEndpoint", "      mode: Enabled\n", "      mode: 1\n"),
    ("DataflowEndpoint", "    keepAliveSeconds: ", "    keepAliveSeconds: about "),
    ("DataflowEndpoint", "      latencyMs: ", "      latencyMs: 70000"),
    ("DataflowEndpoint", "      method: ", "      methods: "),
    ("DataflowEndpoint", "      method: Sys", "      method: TheSys"),
    ("DataflowEndpoint", "        tenantId: ", "        tenant: "),
    ("DataflowEndpoint", "    qos: 1\n", "    qos: 3\n"),
    ("DataflowProfile", "  instanceCount: 1\n", "  instanceCount: 21\n"),
    ("DataflowProfile", "  instanceCount: 1\n", '  instanceCount: "1"\n'),
    ("DataflowProfile", "  instanceCount: 1\n", "  instanceCount: 1.5\n"),
    ("DataflowProfile", "  instanceCount: 1\n", "  instances: 1\n"),
    ("DataflowProfile", "      prometheusPort: ", "      prometheusPort: 7000"),
)


def spoiled(rng, text):
    """`text` with one fault."""
    kind = text.split("kind: ", 1)[1].split("\n", 1)[0]
    old, new = rng.choice([(old, new) for of, old, new in FAULTS if of == kind and old in text])
    return text.replace(old, new, 1)
