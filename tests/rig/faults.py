"""What goes wrong on purpose: a forwarder whose connections can be cut, and a bridge that is killed and started again."""

import signal
import socket
import struct
import threading
import time

from .processes import Trouble

# So often may a bridge end by itself before the script gives up.
MOST_ENDS = 100
# So long may it take to end after SIGTERM.
STOP_S = 15


class Forwarder:
    """Copies bytes between a port of its own and another one on loopback."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.target = None
        self.open, self.lock = set(), threading.Lock()

    def start(self, target):
        self.target = target
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.settimeout(None)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.open.update((client, server))
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self.copy, args=pair, daemon=True).start()

    def copy(self, source, target):
        try:
            while data := source.recv(1 << 16):
                target.sendall(data)
        except OSError:
            pass
        self.drop((source, target))

    def drop(self, ends):
        for end in ends:
            with self.lock:
                known = end in self.open
                self.open.discard(end)
            if known:
                # Shut down first, which wakes whoever reads from it.
                for last in (lambda: end.shutdown(socket.SHUT_RDWR), end.close):
                    try:
                        last()
                    except OSError:
                        pass

    def cut(self):
        """Drops all connections at once, with a reset; returns how many sockets that were."""
        with self.lock:
            ends = list(self.open)
        for end in ends:
            try:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass
        self.drop(ends)
        return len(ends)

    def close(self):
        self.listener.close()
        self.cut()


class Bridge:
    """The bridge process; where it ends by itself it is started again, and `own_ends` counts that."""

    def __init__(self, processes, command, log, environment=None):
        self.processes, self.command, self.log, self.environment = processes, command, log, environment
        self.process, self.own_ends, self.codes = None, 0, []
        self.lock, self.closed = threading.Lock(), False

    def launch(self, *options):
        return self.processes.start([*self.command, *options], log=self.log, env=self.environment)

    def first(self):
        """A run of one second, which makes the session or the group's offset. How it ends does not matter,
        unless it is by usage or I/O (code 2): the brokers are there."""
        process = self.launch("--for", "1s")
        try:
            code = process.wait(60)
        except Exception as error:
            raise Trouble("the bridge has not ended within 60 s with `--for 1s`") from error
        if code == 2:
            raise Trouble(f"the bridge does not run: {self.log.read_text(errors='replace')[-500:]}")

    def start(self):
        self.process = self.launch()
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        while not self.closed:
            with self.lock:
                if not self.closed and self.process.poll() is not None and self.own_ends < MOST_ENDS:
                    self.own_ends += 1
                    self.codes.append(self.process.returncode)
                    self.process = self.launch()
            time.sleep(0.2)

    def restart(self, how):
        with self.lock:
            self.processes.stop(self.process, how, STOP_S)
            self.process = self.launch()

    def kill(self):
        self.restart(signal.SIGKILL)

    def stop(self):
        self.restart(signal.SIGTERM)

    def close(self):
        with self.lock:
            self.closed = True
            return self.processes.stop(self.process, signal.SIGTERM, STOP_S)
