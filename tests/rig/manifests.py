"""The manifests of the dataflows that the scripts run."""

HEAD = """\
apiVersion: connectivity.iotoperations.azure.com/v1
kind: {kind}
metadata:
  name: {name}
  namespace: azure-iot-operations
spec:
"""

MQTT = HEAD + """\
  endpointType: Mqtt
  mqttSettings:
    host: 127.0.0.1:{port}
    authentication:
      method: Anonymous
      anonymousSettings: {{}}
    tls:
      mode: Disabled
    qos: 1
    maxInflightMessages: 1000
    sessionExpirySeconds: 3600
"""

KAFKA = HEAD + """\
  endpointType: Kafka
  kafkaSettings:
    host: 127.0.0.1:{port}
    consumerGroupId: flowgate-rig
    authentication:
      method: Anonymous
      anonymousSettings: {{}}
    tls:
      mode: Disabled
    kafkaAcks: All
    copyMqttProperties: Enabled
    compression: None
    batching:
      mode: Enabled
      latencyMs: 1
"""

FLOW = HEAD + """\
  mode: Enabled
  operations:
    - operationType: Source
      sourceSettings:
        endpointRef: {source}
        dataSources:
          - {data_source}
    - operationType: Destination
      destinationSettings:
        endpointRef: {destination}
        dataDestination: {data_destination}
"""


def write(path, mqtt_port, kafka_port, mqtt_topic, kafka_topic, to_kafka=True):
    """One file with both endpoints and the dataflow."""
    ends = [("mosquitto", mqtt_topic), ("kafka", kafka_topic)]
    (source, data_source), (destination, data_destination) = ends if to_kafka else reversed(ends)
    flow = FLOW.format(
        kind="Dataflow",
        name="rig",
        source=source,
        data_source=data_source,
        destination=destination,
        data_destination=data_destination,
    )
    mqtt = MQTT.format(kind="DataflowEndpoint", name="mosquitto", port=mqtt_port)
    kafka = KAFKA.format(kind="DataflowEndpoint", name="kafka", port=kafka_port)
    path.write_text("---\n".join([mqtt, kafka, flow]))
    return path
