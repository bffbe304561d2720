#!/usr/bin/env python3
"""A stand-in for `flowgate run --live --part bridge`: the same arguments, and the same duties.

It is right by default and wrong on purpose where `FLOWGATE_STAND_IN` names a fault, so that `tests/loss` can show that
it finds each of them. It reads only manifests of `manifests.py`, and shares no code with flowgate.
"""

import argparse
import json
import os
import re
import signal
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rig import kafka, mqtt  # noqa: E402

MARKER = b"flowgate-run"
# Messages at a time: Kafka takes batches of 1 MB by default.
BATCH = 500
# What it can do wrong.
EARLY, DROPS, FORGETS, STRANGERS, CHANGES = "early", "drops", "forgets", "strangers", "changes"
FAULTS = (EARLY, DROPS, FORGETS, STRANGERS, CHANGES)


class Stop(Exception):
    """It was asked to end, or its time is over."""


class Bridge:
    def __init__(self, args, fault):
        text = "".join(Path(path).read_text(encoding="utf-8") for path in args.paths)
        self.mqtt_port, self.kafka_port = (int(port) for port in re.findall(r"host: 127\.0\.0\.1:(\d+)", text))
        self.source = re.search(r"dataSources:\s+- (\S+)", text)[1]
        self.destination = re.search(r"dataDestination: (\S+)", text)[1]
        self.to_kafka = re.search(r"endpointRef: (\S+)", text)[1] == "mosquitto"
        self.run, self.count, self.fault = args.run_id, args.count, fault
        self.ours = args.run_id.encode() + b"/"
        self.client_id = f"stand-in-{args.run_id}"
        self.end = time.monotonic() + float(args.duration[:-1]) if args.duration else None
        self.forwarded = 0
        self.mqtt = self.kafka = None

    def main(self):
        while True:
            try:
                self.connect()
                (self.from_mqtt if self.to_kafka else self.from_kafka)()
            except (OSError, kafka.KafkaError, mqtt.Refused) as error:
                print(f"{time.strftime('%T')} {self.forwarded} forwarded, {error}", file=sys.stderr, flush=True)
                self.check_end()
                time.sleep(0.1)
            finally:
                for connection in (self.mqtt, self.kafka):
                    if connection:
                        connection.close()
                self.mqtt = self.kafka = None

    def check_end(self):
        if self.count is not None and self.forwarded >= self.count:
            raise Stop
        if self.end and time.monotonic() > self.end:
            raise Stop

    def connect(self):
        self.kafka = kafka.Client(self.kafka_port)
        keep = self.to_kafka and self.fault != FORGETS
        self.mqtt = mqtt.Connection(self.mqtt_port, self.client_id if self.to_kafka else "", keep=keep)

    def number(self, pairs):
        """The number of a message of this run, else `None`."""
        value = next((value for name, value in pairs if name == MARKER), b"")
        return int(value[len(self.ours) :]) if value.startswith(self.ours) else None

    def wanted(self, pairs):
        number = self.number(pairs)
        if number is None:
            return self.fault == STRANGERS
        return not (self.fault == DROPS and number % 1000 == 999)

    def carried(self, pairs):
        return pairs[1:] if self.fault == CHANGES and self.number(pairs) % 1000 == 999 else pairs

    def from_mqtt(self):
        found = self.mqtt.subscribe(self.source)
        while True:
            self.check_end()
            messages = [mqtt.parse_publish(kind, body) for kind, body in found if kind & 0xF0 == mqtt.PUBLISH]
            acknowledgements = b"".join(bytes([mqtt.PUBACK, 2]) + mqtt.PACKET_IDS[message[0]] for message in messages)
            if self.fault == EARLY:
                self.mqtt.socket.sendall(acknowledgements)
            records = [(payload, self.carried(pairs)) for _, _, pairs, payload in messages if self.wanted(pairs)]
            for at in range(0, len(records), BATCH):
                part = records[at : at + BATCH]
                self.kafka.produce(self.destination, part)
                self.forwarded += len(part)
            if self.fault != EARLY:
                self.mqtt.socket.sendall(acknowledgements)
            found = self.mqtt.packets(0.1)

    def from_kafka(self):
        group = self.client_id
        offset = -1 if self.fault == FORGETS else self.kafka.committed(group, self.source)
        if offset < 0:
            offset = self.kafka.offset(self.source)
            self.kafka.commit(group, self.source, offset)
        while True:
            self.check_end()
            records = self.kafka.fetch(self.source, offset)
            if not records:
                continue
            offset = records[-1][0] + 1
            if self.fault == EARLY:
                self.kafka.commit(group, self.source, offset)
            self.publish([(value, pairs) for _, value, pairs in records if self.wanted(pairs)])
            if self.fault != EARLY:
                self.kafka.commit(group, self.source, offset)

    def publish(self, messages):
        for at in range(0, len(messages), BATCH):
            part = messages[at : at + BATCH]
            if self.fault == EARLY:
                # So slow that a fault finds it with messages committed and not yet published.
                time.sleep(0.05)
            out = []
            for index, (payload, pairs) in enumerate(part):
                properties = b"".join(mqtt.user_property(*pair) for pair in self.carried(pairs))
                body = mqtt.text(self.destination) + mqtt.PACKET_IDS[index + 1]
                body += mqtt.varint(len(properties)) + properties + payload
                out.append(mqtt.packet(mqtt.PUBLISH | 2, body))
            self.mqtt.socket.sendall(b"".join(out))
            missing, end = len(part), time.monotonic() + 10
            while missing:
                if time.monotonic() > end:
                    raise TimeoutError("no PUBACK within 10 s")
                missing -= sum(kind == mqtt.PUBACK for kind, _ in self.mqtt.packets(1))
            self.forwarded += len(part)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["run"])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--live", action="store_true", required=True)
    parser.add_argument("--yes", action="store_true", required=True)
    parser.add_argument("--part", choices=["bridge"], required=True)
    parser.add_argument("--run-id", required=True)
    parser.add_argument("--resume", action="store_true", required=True)
    parser.add_argument("--count", type=int)
    parser.add_argument("--for", dest="duration")
    parser.add_argument("--format", choices=["json"])
    return parser.parse_args()


def main():
    def stop(*_):
        raise Stop

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    bridge = Bridge(arguments(), os.environ.get("FLOWGATE_STAND_IN", ""))
    try:
        bridge.main()
    except Stop:
        print(json.dumps({"forwarded": bridge.forwarded}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
