"""Peers on sockets of this process, for what no real server can be made to do."""

import socket
import struct
import threading


class Scripted:
    """Listens on loopback, and hands every connection to `script` on a thread of its own."""

    def __init__(self, script):
        self.script = script
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                stream, _ = self.listener.accept()
            except OSError:
                return
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.converse, args=(stream,), daemon=True).start()

    def converse(self, stream):
        try:
            with stream:
                self.script(stream)
        except (OSError, struct.error):
            # The client has gone, or it spoke something else.
            pass


class Deaf:
    """A port whose queue is full: the system drops whatever wants to connect."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.waiting = []
        for _ in range(8):
            stream = socket.socket()
            stream.setblocking(False)
            stream.connect_ex(("127.0.0.1", self.port))
            self.waiting.append(stream)


def silent(stream):
    while stream.recv(4096):
        pass


def closing(stream):
    # Unread bytes would make a reset of it.
    stream.shutdown(socket.SHUT_WR)
    silent(stream)


def resetting(stream):
    # Not before the client takes itself for connected.
    stream.recv(1, socket.MSG_PEEK)
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def exactly(stream, count):
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            raise OSError("the end")
        data += more
    return data


def packet(stream):
    """The next packet of MQTT: its first byte, and what follows the length."""
    first = exactly(stream, 1)[0]
    length = shift = 0
    while True:
        byte = exactly(stream, 1)[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return first, exactly(stream, length)


def broker(connack, answer):
    """A broker of MQTT that answers CONNECT with `connack`, and what comes after it by `answer`."""

    def script(stream):
        first = stream.recv(1, socket.MSG_PEEK)
        if first != b"\x10":
            return
        packet(stream)
        stream.sendall(connack)
        while connack[3] == 0:
            first, body = packet(stream)
            if first == 0xE0:
                return
            said, stays = answer(first, body)
            stream.sendall(said)
            if not stays:
                return

    return script


def ending(code):
    """Lets everybody in, and ends the session at the first wish with DISCONNECT and `code`."""
    return broker(bytes([0x20, 3, 0, 0, 0]), lambda first, body: (bytes([0xE0, 2, code, 0]), False))


def without_shared_subscriptions(stream):
    """Says so in CONNACK, and refuses them."""

    def answer(first, body):
        if first != 0x82:
            return b"", True
        # The reason of a single filter: not supported, or granted at QoS 0.
        code = 0x9E if b"$share/" in body else 0
        return bytes([0x90, 4]) + body[:2] + bytes([0, code]), True

    # Shared Subscription Available: 0.
    broker(bytes([0x20, 5, 0, 0, 2, 0x2A, 0]), answer)(stream)


def refusal(code):
    return broker(bytes([0x20, 3, 0, code, 0]), None)


def old_broker(stream):
    """MQTT 3.1.1 and nothing newer: CONNACK 1 says so."""
    if stream.recv(1, socket.MSG_PEEK) != b"\x10":
        return
    _, body = packet(stream)
    stream.sendall(bytes([0x20, 2, 0, 0 if body[6] == 4 else 1]))
    if body[6] == 4:
        silent(stream)


def web(status):
    """Answers every request of HTTP with `status`."""

    def script(stream):
        if not stream.recv(4, socket.MSG_PEEK).startswith(b"GET"):
            return
        head = b""
        while b"\r\n\r\n" not in head:
            head += stream.recv(4096)
        stream.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    return script


def old_kafka(stream):
    """A broker of the time of Kafka 0.9: ApiVersions is not known, and the connection is closed; here it answers v0."""
    ranges = [(0, 0, 1), (1, 0, 1), (2, 0, 0), (3, 0, 0), (8, 0, 2), (9, 0, 1), (10, 0, 0), (18, 0, 0)]
    while True:
        if stream.recv(1, socket.MSG_PEEK) != b"\0":
            return
        (length,) = struct.unpack(">i", exactly(stream, 4))
        key, version, correlation = struct.unpack(">hhi", exactly(stream, length)[:8])
        if key != 18:
            return
        listed = b"".join(struct.pack(">hhh", *of) for of in ranges)
        # UNSUPPORTED_VERSION is answered as version 0.
        body = struct.pack(">ihi", correlation, 0 if version == 0 else 35, len(ranges)) + listed
        stream.sendall(struct.pack(">i", len(body)) + body)
