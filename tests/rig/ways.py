"""The two ways through a bridge under faults: who sends, who looks at what comes out, and how far it is."""

import threading
import time

from . import kafka, manifests, mqtt
from .judgement import Judgement

PROPERTIES = (("site", "plant7"), ("line", "3"), ("unit", "oven"), ("schema", "telemetry:1"))
SIZE = 120


class ToKafka:
    """mosquitto to Kafka: sent by `mqtt.Publisher`, read by kcat."""

    name = "MQTT to Kafka"

    def __init__(self, rig, run):
        self.rig, self.run = rig, run
        self.source, self.destination = f"loss/{run}", f"loss-{run}"
        self.client, self.last = None, 0
        kafka.Client(rig.kafka.port).create(self.destination)
        self.load = mqtt.Load(self.source, run, SIZE, PROPERTIES)

    def manifest(self, path, mqtt_port, kafka_port):
        return manifests.write(path, mqtt_port, kafka_port, self.source, self.destination)

    def sender(self, count):
        # Two kinds of messages that no bridge of this run may touch.
        others = [mqtt.Load(self.source, "other", SIZE, PROPERTIES), mqtt.Load(self.source, self.run + "7", SIZE, ())]
        return mqtt.Publisher(self.rig.mqtt.port, self.load, count, limit=0, strangers=others)

    def progress(self):
        """How many records there are, or were when Kafka was last there."""
        try:
            self.client = self.client or kafka.Client(self.rig.kafka.port, 2)
            self.last = max(self.last, self.client.offset(self.destination))
        except (OSError, kafka.KafkaError):
            self.client = None
        return self.last

    def judge(self):
        judgement = Judgement(self.run, PROPERTIES, self.load.payload)
        for pairs, payload in self.rig.records(self.destination):
            judgement.add(pairs, payload)
        return judgement

    def close(self):
        if self.client:
            self.client.close()


class ToMqtt:
    """Kafka to mosquitto: sent by `Producer`, read by a subscriber with a kept session."""

    name = "Kafka to MQTT"

    def __init__(self, rig, run):
        self.rig, self.run = rig, run
        self.source, self.destination = f"loss-{run}", f"loss/{run}"
        kafka.Client(rig.kafka.port).create(self.source)
        self.load = mqtt.Load(self.destination, run, SIZE, PROPERTIES)
        self.witness = Witness(rig, self)
        self.witness.start()
        self.witness.ready.wait(20)

    def manifest(self, path, mqtt_port, kafka_port):
        return manifests.write(path, mqtt_port, kafka_port, self.destination, self.source, to_kafka=False)

    def sender(self, count):
        return Producer(self.rig, self.source, self.run, self.load, count)

    def progress(self):
        return self.witness.judgement.total

    def judge(self):
        if self.witness.error:
            raise self.witness.error
        return self.witness.judgement

    def close(self):
        self.witness.stopping = True
        self.witness.join(20)


class Producer(threading.Thread):
    """Produces numbered records and keeps which of them Kafka has confirmed; what failed is sent again."""

    def __init__(self, rig, topic, run, load, count):
        super().__init__(daemon=True)
        self.rig, self.topic, self.run_id, self.load, self.count = rig, topic, run, load, count
        self.limit = self.next = self.done = self.resent = 0
        self.acknowledged = bytearray(count)
        self.stopping, self.error = False, None

    def record(self, number, run):
        headers = [(name.encode(), value.encode()) for name, value in PROPERTIES]
        return self.load.payload(number), [*headers, (b"flowgate-run", f"{run}/{number}".encode())]

    def run(self):
        client = None
        try:
            while self.done < self.count and not self.stopping:
                size = min(250, self.limit - self.done, self.count - self.done)
                if size <= 0:
                    time.sleep(0.01)
                    continue
                numbers = range(self.done, self.done + size)
                try:
                    client = client or kafka.Client(self.rig.kafka.port)
                    self.resent += max(min(self.next - self.done, size), 0)
                    self.next = max(self.next, self.done + size)
                    client.produce(self.topic, [self.record(number, self.run_id) for number in numbers])
                except (OSError, kafka.KafkaError):
                    client = None
                    time.sleep(0.05)
                    continue
                for number in numbers:
                    self.acknowledged[number] = 1
                self.done += size
                self.stranger(client)
        except Exception as error:  # noqa: BLE001 - handed to the script, which stops
            self.error = error

    def stranger(self, client):
        """A record of another run; whether it arrives at Kafka does not matter."""
        try:
            client.produce(self.topic, [self.record(self.done, "other"), (b"plain", [])])
        except (OSError, kafka.KafkaError):
            pass

    def stop(self):
        self.stopping = True
        self.join(20)

    def finish(self, seconds):
        self.join(seconds)
        if self.error:
            raise self.error
        if self.is_alive():
            raise TimeoutError(f"{self.done} of {self.count} records confirmed within {seconds} s")


class Witness(threading.Thread):
    """Subscribes with a kept session, so that it misses nothing while mosquitto is away."""

    def __init__(self, rig, way):
        super().__init__(daemon=True)
        self.rig, self.topic, self.client_id = rig, way.destination, f"witness-{way.run}"
        self.judgement = Judgement(way.run, PROPERTIES, way.load.payload)
        self.ready, self.stopping, self.error = threading.Event(), False, None

    def run(self):
        try:
            while not self.stopping:
                try:
                    self.session()
                except (OSError, mqtt.Refused):
                    time.sleep(0.05)
        except Exception as error:  # noqa: BLE001 - handed to the script, which stops
            self.error = error

    def session(self):
        connection = mqtt.Connection(self.rig.mqtt.port, self.client_id, keep=True)
        try:
            if self.ready.is_set() and not connection.session_present:
                raise RuntimeError("mosquitto has forgotten the session of the witness")
            found = connection.subscribe(self.topic)
            self.ready.set()
            while not self.stopping:
                out = []
                for kind, body in found:
                    packet_id, _, pairs, payload = mqtt.parse_publish(kind, body)
                    self.judgement.add(pairs, payload)
                    if packet_id is not None:
                        out.append(bytes([mqtt.PUBACK, 2]) + mqtt.PACKET_IDS[packet_id])
                connection.socket.sendall(b"".join(out))
                found = connection.packets(0.1)
        finally:
            connection.close()
