"""MQTT 5 on a plain socket: a publisher that pipelines QoS 1, and a subscriber with a kept session.

No more of MQTT than the scripts need (OASIS MQTT 5.0): CONNECT, PUBLISH, PUBACK, SUBSCRIBE, DISCONNECT.
"""

import select
import socket
import struct
import threading
import time

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, DISCONNECT = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90, 0xE0
SESSION_EXPIRY, RECEIVE_MAXIMUM, USER_PROPERTY = 0x11, 0x21, 0x26
NO_MATCHING_SUBSCRIBERS = 0x10
# The other properties of a PUBLISH: bytes of those of fixed size, those with a length before them.
FIXED = {0x01: 1, 0x02: 4, 0x23: 2}
SIZED = (0x03, 0x08, 0x09)
# In flight at once; mosquitto announces 1000 with `max_inflight_messages 1000`.
WINDOW = 1000
PACKET_IDS = [struct.pack(">H", number) for number in range(65536)]


class Refused(Exception):
    """The broker said no, so that trying again is of no use."""


def varint(number):
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def read_varint(data, at):
    """The number at `at` and where it ends; `None` where it is cut off."""
    number = shift = 0
    while at < len(data):
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at
    return None


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return struct.pack(">H", len(value)) + value


def user_property(name, value):
    return bytes([USER_PROPERTY]) + text(name) + text(value)


def packet(kind, body):
    return bytes([kind]) + varint(len(body)) + body


class Connection:
    """A connected client; `session_present` says whether the broker had kept its session."""

    def __init__(self, port, client_id, keep=False):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest, self.early = b"", []
        properties = bytes([RECEIVE_MAXIMUM]) + struct.pack(">H", WINDOW)
        if keep:
            properties += bytes([SESSION_EXPIRY]) + struct.pack(">I", 3600)
        flags = 0 if keep else 2
        body = text("MQTT") + bytes([5, flags]) + struct.pack(">H", 0) + varint(len(properties)) + properties
        self.socket.sendall(packet(CONNECT, body + text(client_id)))
        kind, answer = self.next(10)
        if kind != CONNACK or answer[1] != 0:
            raise Refused(f"CONNECT was answered with packet {kind:#x} {answer.hex()}")
        self.session_present = answer[0] == 1

    def packets(self, seconds):
        """All packets that are there, waiting up to `seconds` for the first."""
        if self.early:
            early, self.early = self.early, []
            return early
        if not select.select([self.socket], [], [], seconds)[0]:
            return []
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionResetError("the broker closed the connection")
        data, out, at = self.rest + data, [], 0
        while at < len(data):
            length = read_varint(data, at + 1)
            if length is None or length[1] + length[0] > len(data):
                break
            end = length[1] + length[0]
            if data[at] == DISCONNECT:
                raise ConnectionResetError("the broker sent DISCONNECT")
            out.append((data[at], data[length[1] : end]))
            at = end
        self.rest = data[at:]
        return out

    def next(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.packets(end - time.monotonic())
            if found:
                # With a kept session, messages come right behind CONNACK.
                self.early = found[1:]
                return found[0]
        raise TimeoutError(f"no answer within {seconds} s")

    def subscribe(self, topic):
        body = struct.pack(">H", 1) + b"\0" + text(topic) + b"\1"
        self.socket.sendall(packet(SUBSCRIBE, body))
        # With a kept session, messages may come before the answer.
        end, others = time.monotonic() + 10, []
        while time.monotonic() < end:
            found = self.packets(1)
            others += [other for other in found if other[0] != SUBACK]
            answers = [body for kind, body in found if kind == SUBACK]
            if answers:
                if answers[0][-1] > 2:
                    raise Refused(f"SUBSCRIBE to `{topic}` was refused with {answers[0][-1]}")
                return others
        raise TimeoutError("no SUBACK within 10 s")

    def close(self):
        try:
            self.socket.sendall(bytes([DISCONNECT, 0]))
        except OSError:
            pass
        self.socket.close()


class Load:
    """What numbered messages look like: properties, marker, payload of `size` bytes that begins with the number."""

    def __init__(self, topic, run, size, properties):
        self.topic, self.run, self.size, self.properties = topic, run, size, properties
        self.forms = {}

    def payload(self, number):
        return (b"%d " % number).ljust(self.size, b".")

    def form(self, digits):
        """The pieces of a PUBLISH around packet id and number, for numbers of `digits` digits."""
        marker = f"{self.run}/".encode()
        properties = b"".join(user_property(*pair) for pair in self.properties)
        name = b"flowgate-run"
        value = struct.pack(">H", len(marker) + digits) + marker
        properties += bytes([USER_PROPERTY]) + text(name) + value
        pad = b" ".ljust(self.size - digits, b".")
        length = len(properties) + digits
        topic = text(self.topic)
        rest = len(topic) + 2 + len(varint(length)) + length + digits + len(pad)
        return bytes([PUBLISH | 2]) + varint(rest) + topic, varint(length) + properties, pad

    def publish(self, number, packet_id):
        digits = b"%d" % number
        form = self.forms.get(len(digits))
        if form is None:
            form = self.forms[len(digits)] = self.form(len(digits))
        head, properties, pad = form
        return b"".join((head, PACKET_IDS[packet_id], properties, digits, digits, pad))


class Publisher(threading.Thread):
    """Publishes the numbers of a load and keeps which of them the broker has acknowledged.

    Numbers from `limit` on wait until it is raised. After a lost connection it sends again what was not acknowledged:
    such numbers may come twice, and `resent` counts them.
    """

    def __init__(self, port, load, count, limit=None, strangers=()):
        super().__init__(daemon=True)
        self.port, self.load, self.count = port, load, count
        self.limit = count if limit is None else limit
        # Packets that belong to nobody here; one goes out after every 500 messages.
        self.strangers = list(strangers)
        self.acknowledged = bytearray(count)
        self.done = self.resent = self.connects = self.unmatched = self.next = 0
        self.began = self.ended = None
        self.error = None
        self.stopping = False
        # Packet id to number; what is in it at a reconnect is sent again.
        self.waiting, self.again = {}, []
        self.packet_id = 0

    def stop(self):
        self.stopping = True
        self.join(20)

    def run(self):
        try:
            self.began = time.monotonic()
            while self.done < self.count and not self.stopping:
                try:
                    self.session()
                except (OSError, Refused) as error:
                    self.failed(error)
            self.ended = time.monotonic()
        except Exception as error:  # noqa: BLE001 - handed to the script, which stops
            self.error = error

    def failed(self, error):
        if self.connects == 0:
            raise error
        time.sleep(0.05)

    def session(self):
        connection = Connection(self.port, "")
        try:
            again = [number for number in self.waiting.values() if number is not None]
            self.waiting.clear()
            self.connects += 1
            self.resent += len(again)
            self.again = sorted(self.again + again)
            self.pump(connection)
        finally:
            connection.close()

    def pump(self, connection):
        while self.done < self.count and not self.stopping:
            room = min(WINDOW - len(self.waiting), 250)
            numbers, self.again = self.again[:room], self.again[room:]
            fresh = min(room - len(numbers), self.limit - self.next)
            if fresh > 0:
                numbers += range(self.next, self.next + fresh)
                self.next += fresh
            if numbers:
                self.send(connection, numbers)
            self.receive(connection, 0 if numbers and len(self.waiting) < WINDOW else 0.01)

    def send(self, connection, numbers):
        out = []
        for number in numbers:
            packet_id = self.packet_id = self.packet_id % 65535 + 1
            self.waiting[packet_id] = number
            out.append(self.load.publish(number, packet_id))
            if self.strangers and number % 500 == 0:
                packet_id = self.packet_id = self.packet_id % 65535 + 1
                self.waiting[packet_id] = None
                out.append(self.strangers[number // 500 % len(self.strangers)].publish(number, packet_id))
        connection.socket.sendall(b"".join(out))

    def receive(self, connection, seconds):
        for kind, body in connection.packets(seconds):
            if kind != PUBACK:
                raise Refused(f"packet {kind:#x} in answer to PUBLISH")
            reason = body[2] if len(body) > 2 else 0
            if reason == NO_MATCHING_SUBSCRIBERS:
                self.unmatched += 1
            elif reason:
                raise Refused(f"PUBLISH was refused with {reason}")
            number = self.waiting.pop(body[0] << 8 | body[1], None)
            if number is not None:
                self.done += not self.acknowledged[number]
                self.acknowledged[number] = 1

    def finish(self, seconds):
        """Waits until all is acknowledged."""
        self.join(seconds)
        if self.error:
            raise self.error
        if self.is_alive():
            raise TimeoutError(f"{self.done} of {self.count} messages acknowledged within {seconds} s")


def parse_publish(kind, body):
    """Packet id (`None` at QoS 0), topic, user properties and payload of a PUBLISH."""
    end = 2 + (body[0] << 8 | body[1])
    topic, at, packet_id = body[2:end], end, None
    if kind & 6:
        packet_id, at = body[at] << 8 | body[at + 1], at + 2
    length, at = read_varint(body, at)
    end, pairs = at + length, []
    while at < end:
        name, at = body[at], at + 1
        if name == USER_PROPERTY:
            pair = []
            for _ in range(2):
                size = body[at] << 8 | body[at + 1]
                pair.append(body[at + 2 : at + 2 + size])
                at += 2 + size
            pairs.append(tuple(pair))
        elif name in FIXED:
            at += FIXED[name]
        elif name in SIZED:
            at += 2 + (body[at] << 8 | body[at + 1])
        else:
            at = read_varint(body, at)[1]
    return packet_id, topic, pairs, body[end:]
