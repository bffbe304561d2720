"""Processes that a script starts, and their end: none outlives the script, also after Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time


class Trouble(Exception):
    """What a script cannot go on with: exit code 2."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, seconds, host="127.0.0.1"):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Trouble(f"`{process.args[0]}` ended with {process.returncode} before its port was open")
        try:
            socket.create_connection((host, port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise Trouble(f"`{process.args[0]}` has not opened port {port} within {seconds} s")


def kill_group(process):
    """Ends a process that `Processes` started and what it has started itself."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


class Processes:
    """A `with` block; at its end everything that was started in it is gone."""

    def __init__(self):
        self.running = []

    def __enter__(self):
        # As with Ctrl-C, so that `finally` is reached.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        return self

    def __exit__(self, *_):
        for process in self.running:
            kill_group(process)
            process.wait()
        self.running.clear()

    def start(self, command, log=None, **options):
        """Starts `command`; what it says goes to the end of file `log`, or nowhere."""
        options.setdefault("stdin", subprocess.DEVNULL)
        said = open(log, "ab") if log else subprocess.DEVNULL
        options.setdefault("stdout", said)
        options.setdefault("stderr", said)
        try:
            # A session of its own: Ctrl-C is for the script, which ends its processes in order.
            process = subprocess.Popen(command, start_new_session=True, **options)
        except OSError as error:
            raise Trouble(f"`{command[0]}` does not start: {error}") from error
        finally:
            if log:
                said.close()
        self.running = [old for old in self.running if old.poll() is None] + [process]
        return process

    def stop(self, process, how=signal.SIGTERM, seconds=30):
        """Sends `how` and waits for the end; past `seconds` it is killed, and that is trouble."""
        if process.poll() is None:
            process.send_signal(how)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            kill_group(process)
            process.wait()
            raise Trouble(f"`{process.args[0]}` has not ended {seconds} s after signal {int(how)}") from None
