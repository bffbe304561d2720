"""As much of the Kafka protocol as the scripts need, on a plain socket, for one broker and partition 0.

Topics, Produce, Fetch, ListOffsets and the offsets of a group, in the lowest versions that
Apache Kafka 4 takes (kafka.apache.org/protocol).
"""

import socket
import struct
import time

PRODUCE, FETCH, LIST_OFFSETS, OFFSET_COMMIT, OFFSET_FETCH = 0, 1, 2, 8, 9
FIND_COORDINATOR, CREATE_TOPICS, DELETE_TOPICS = 10, 19, 20
EARLIEST, LATEST = -2, -1


class KafkaError(Exception):
    """An error code in an answer."""


def string(value):
    data = value.encode()
    return struct.pack(">h", len(data)) + data


def crc_table():
    """CRC-32C (Castagnoli), which the header of a record batch carries."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


CRC = crc_table()


def crc32c(data):
    crc, table = 0xFFFFFFFF, CRC
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def zigzag(number):
    number = number << 1 if number >= 0 else (-number << 1) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_zigzag(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number >> 1 ^ -(number & 1), at


def sized(data):
    return zigzag(-1) if data is None else zigzag(len(data)) + data


def batch(records):
    """A record batch of `(value, headers)`, without keys."""
    now, out = int(1000 * time.time()), []
    for index, (value, headers) in enumerate(records):
        body = b"\0\0" + zigzag(index) + sized(None) + sized(value) + zigzag(len(headers))
        body += b"".join(sized(name) + sized(of) for name, of in headers)
        out.append(zigzag(len(body)) + body)
    last = len(out) - 1
    checked = struct.pack(">hiqqqhii", 0, last, now, now, -1, -1, -1, len(out)) + b"".join(out)
    return struct.pack(">qiibI", 0, len(checked) + 9, -1, 2, crc32c(checked)) + checked


def read_sized(data, at):
    size, at = read_zigzag(data, at)
    return (None, at) if size < 0 else (data[at : at + size], at + size)


def read_batches(data):
    """`(offset, value, headers)` of every record of uncompressed batches; a last batch that is cut off is left out."""
    at = 0
    while at + 61 <= len(data):
        base, length = struct.unpack_from(">qi", data, at)
        if at + 12 + length > len(data):
            return
        count, inner = struct.unpack_from(">i", data, at + 57)[0], at + 61
        for _ in range(count):
            size, inner = read_zigzag(data, inner)
            end = inner + size
            _, inner = read_zigzag(data, inner + 1)
            delta, inner = read_zigzag(data, inner)
            _, inner = read_sized(data, inner)
            value, inner = read_sized(data, inner)
            number, inner = read_zigzag(data, inner)
            headers = []
            for _ in range(number):
                name, inner = read_sized(data, inner)
                of, inner = read_sized(data, inner)
                headers.append((name, of))
            yield base + delta, value, headers
            inner = end
        at += 12 + length


class Client:
    """One connection; every call answers or raises within `seconds`."""

    def __init__(self, port, seconds=10):
        self.socket = socket.create_connection(("127.0.0.1", port), seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.correlation = 0

    def close(self):
        self.socket.close()

    def read(self, size):
        out = bytearray()
        while len(out) < size:
            data = self.socket.recv(size - len(out))
            if not data:
                raise ConnectionResetError("the broker closed the connection")
            out += data
        return bytes(out)

    def call(self, key, version, body):
        self.correlation += 1
        request = struct.pack(">hhi", key, version, self.correlation) + string("rig") + body
        self.socket.sendall(struct.pack(">i", len(request)) + request)
        return self.read(struct.unpack(">i", self.read(4))[0])[4:]

    @staticmethod
    def check(code, what):
        if code:
            raise KafkaError(f"{what}: error code {code}")

    def create(self, topic):
        body = struct.pack(">i", 1) + string(topic) + struct.pack(">ihii", 1, 1, 0, 0) + struct.pack(">ib", 10_000, 0)
        answer = self.call(CREATE_TOPICS, 2, body)
        self.check(struct.unpack_from(">h", answer, 8 + 2 + len(topic.encode()))[0], f"topic `{topic}` cannot be made")
        # The partition has no leader yet when the answer comes.
        for _ in range(200):
            try:
                return self.offset(topic)
            except KafkaError:
                time.sleep(0.02)
        raise KafkaError(f"topic `{topic}` has no leader")

    def delete(self, topic):
        answer = self.call(DELETE_TOPICS, 1, struct.pack(">i", 1) + string(topic) + struct.pack(">i", 10_000))
        self.check(struct.unpack_from(">h", answer, 8 + 2 + len(topic.encode()))[0], f"topic `{topic}` cannot be removed")

    def offset(self, topic, which=LATEST):
        """The offset behind the last record, or of the first."""
        body = struct.pack(">ii", -1, 1) + string(topic) + struct.pack(">iiq", 1, 0, which)
        answer = self.call(LIST_OFFSETS, 1, body)
        code, _, offset = struct.unpack_from(">hqq", answer, 4 + 2 + len(topic.encode()) + 4 + 4)
        self.check(code, f"offsets of `{topic}`")
        return offset

    def produce(self, topic, records):
        """Produces with acks=all, and returns the first offset."""
        data = batch(records)
        body = struct.pack(">hhii", -1, -1, 10_000, 1) + string(topic) + struct.pack(">iii", 1, 0, len(data)) + data
        answer = self.call(PRODUCE, 3, body)
        code, offset = struct.unpack_from(">hq", answer, 4 + 2 + len(topic.encode()) + 4 + 4)
        self.check(code, f"producing to `{topic}`")
        return offset

    def fetch(self, topic, offset, wait_ms=100):
        """Records from `offset` on."""
        body = struct.pack(">iiiibi", -1, wait_ms, 1, 8 << 20, 0, 1) + string(topic)
        body += struct.pack(">iiqi", 1, 0, offset, 8 << 20)
        answer = self.call(FETCH, 4, body)
        at = 4 + 4 + 2 + len(topic.encode()) + 4 + 4
        code, _, _, aborted = struct.unpack_from(">hqqi", answer, at)
        self.check(code, f"reading `{topic}`")
        at += 22 + 16 * max(aborted, 0)
        size = struct.unpack_from(">i", answer, at)[0]
        return [record for record in read_batches(answer[at + 4 : at + 4 + max(size, 0)]) if record[0] >= offset]

    def coordinated(self, key, version, body, group, error_at):
        """The answer of the coordinator of `group`, as soon as it has no error; the first group of all makes the topic
        for offsets, which takes a while."""
        code = -1
        for _ in range(100):
            code = struct.unpack_from(">h", self.call(FIND_COORDINATOR, 0, string(group)))[0]
            if code == 0:
                answer = self.call(key, version, body)
                code = struct.unpack_from(">h", answer, error_at(answer))[0]
                if code == 0:
                    return answer
            time.sleep(0.1)
        raise KafkaError(f"the coordinator of `{group}` does not answer: error code {code}")

    def commit(self, group, topic, offset):
        body = string(group) + struct.pack(">i", -1) + string("") + struct.pack(">qi", -1, 1) + string(topic)
        body += struct.pack(">iiq", 1, 0, offset) + string("")
        at = 4 + 2 + len(topic.encode()) + 4 + 4
        self.coordinated(OFFSET_COMMIT, 2, body, group, lambda _: at)

    def committed(self, group, topic):
        """The committed offset, -1 where there is none; a group that is still being loaded is waited for."""
        body = string(group) + struct.pack(">i", 1) + string(topic) + struct.pack(">ii", 1, 0)
        at = 4 + 2 + len(topic.encode()) + 4 + 4

        def error_at(answer):
            # Behind the metadata.
            return at + 10 + max(struct.unpack_from(">h", answer, at + 8)[0], 0)

        answer = self.coordinated(OFFSET_FETCH, 1, body, group, error_at)
        return struct.unpack_from(">q", answer, at)[0]
