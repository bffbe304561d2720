"""How long servers take for what is theirs, measured on raw sockets: the answer to a failed login, a look-up."""

import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct
import time

from . import scripted

METADATA, SASL_HANDSHAKE, API_VERSIONS, SASL_AUTHENTICATE = 3, 17, 18, 36
LIMIT_S = 10


def milliseconds(work):
    start = time.monotonic()
    work()
    return 1000 * (time.monotonic() - start)


def look_up(name):
    """A name that is not known."""

    def work():
        try:
            socket.getaddrinfo(name, 9092, type=socket.SOCK_STREAM)
        except OSError:
            pass

    return lambda: milliseconds(work)


def request(stream, key, version, body):
    stream.sendall(struct.pack(">ihhih", 10 + len(body), key, version, 1, -1) + body)


def answer(stream):
    (length,) = struct.unpack(">i", scripted.exactly(stream, 4))
    return scripted.exactly(stream, length)[4:]


def connected(port, ca=None):
    stream = socket.create_connection(("127.0.0.1", port), LIMIT_S)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if ca:
        stream = ssl.create_default_context(cafile=str(ca)).wrap_socket(stream, server_hostname="localhost")
    return stream


def hello(port, ca):
    """From a ClientHello to the first bytes of the answer."""
    sent = ssl.MemoryBIO()
    shaking = ssl.create_default_context(cafile=str(ca)).wrap_bio(ssl.MemoryBIO(), sent, server_hostname="localhost")
    try:
        shaking.do_handshake()
    except ssl.SSLWantReadError:
        pass
    with connected(port) as stream:
        start = time.monotonic()
        stream.sendall(sent.read())
        stream.recv(1)
        return 1000 * (time.monotonic() - start)


def exchange(port, ca=None, login=None, times=1):
    """The broker's time for TLS, the versions, a login by PLAIN and the metadata; `times` where every one is asked."""

    def measured():
        took = hello(port, ca) if ca else 0.0
        with connected(port, ca) as stream:
            steps = [(API_VERSIONS, 0, b"")]
            if login:
                user, password = login
                steps.append((SASL_HANDSHAKE, 1, struct.pack(">h", 5) + b"PLAIN"))
                steps.append((SASL_AUTHENTICATE, 0, sized(f"\0{user}\0{password}".encode())))
            steps.append((METADATA, 1, struct.pack(">i", -1)))
            start = time.monotonic()
            for key, version, body in steps:
                request(stream, key, version, body)
                answer(stream)
            return times * (took + 1000 * (time.monotonic() - start))

    return measured


def web(port):
    """From a request of HTTP to the first bytes of the answer."""

    def measured():
        with connected(port) as stream:
            start = time.monotonic()
            stream.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            stream.recv(1)
            return 1000 * (time.monotonic() - start)

    return measured


def sized(data):
    return struct.pack(">i", len(data)) + data


def failed_login(port, mechanism, first, second=None, ca=None):
    """From the last word of a login to the broker's no, and its time for TLS.

    `second` makes the last word of the answer to the first.
    """

    def measured():
        took = hello(port, ca) if ca else 0.0
        with connected(port, ca) as stream:
            request(stream, SASL_HANDSHAKE, 1, struct.pack(">h", len(mechanism)) + mechanism.encode())
            answer(stream)
            message = first
            if second:
                request(stream, SASL_AUTHENTICATE, 0, sized(message))
                # No error, no message, then the challenge.
                message = second(answer(stream)[8:])
            start = time.monotonic()
            request(stream, SASL_AUTHENTICATE, 0, sized(message))
            try:
                answer(stream)
            except OSError:
                pass
            return took + 1000 * (time.monotonic() - start)

    return measured


def failed_scram(port, user, password, ca=None):
    nonce = base64.b64encode(os.urandom(12)).decode()
    bare = f"n={user},r={nonce}"

    def proof(challenge):
        challenge = challenge.decode()
        parts = dict(part.split("=", 1) for part in challenge.split(","))
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(parts["s"]), int(parts["i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        final = f"c=biws,r={parts['r']}"
        signed = ",".join((bare, challenge, final)).encode()
        signature = hmac.digest(hashlib.sha256(key).digest(), signed, "sha256")
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature))).decode()
        return f"{final},p={proof}".encode()

    return failed_login(port, "SCRAM-SHA-256", f"n,,{bare}".encode(), proof, ca)


def failed_token(port, jwt, ca):
    """The broker answers a token that it does not like with what is wrong, and says no when that is acknowledged."""
    return failed_login(port, "OAUTHBEARER", b"n,,\1auth=Bearer " + jwt + b"\1\1", lambda wrong: b"\1", ca)


def no_mechanism(port, mechanism):
    """From a mechanism that is not offered to the list of those that are."""

    def measured():
        with connected(port) as stream:
            start = time.monotonic()
            request(stream, SASL_HANDSHAKE, 1, struct.pack(">h", len(mechanism)) + mechanism.encode())
            answer(stream)
            return 1000 * (time.monotonic() - start)

    return measured


def no_login(port):
    """From a request without a login to the end of the connection."""

    def measured():
        with connected(port) as stream:
            start = time.monotonic()
            # No topics, as version 0 has it with an empty list.
            request(stream, METADATA, 1, struct.pack(">i", 0))
            try:
                answer(stream)
            except OSError:
                pass
            return 1000 * (time.monotonic() - start)

    return measured


def no_certificate(port, ca):
    """The broker's time for TLS, and from the end of a handshake without a client certificate to the refusal."""

    def measured():
        took = hello(port, ca)
        start = time.monotonic()
        try:
            with connected(port, ca) as stream:
                start = time.monotonic()
                stream.recv(1)
        except OSError:
            pass
        return took + 1000 * (time.monotonic() - start)

    return measured


def refused_connect(port, user, password):
    """From a CONNECT of MQTT 5 to the refusal: mosquitto hashes the password."""

    def text(value):
        return struct.pack(">H", len(value)) + value.encode()

    def measured():
        with connected(port) as stream:
            body = b"\0\4MQTT\5\xc2\0\x1e\0" + text("bench") + text(user) + text(password)
            start = time.monotonic()
            stream.sendall(bytes([0x10, len(body)]) + body)
            scripted.packet(stream)
            return 1000 * (time.monotonic() - start)

    return measured
