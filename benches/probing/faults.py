"""The faults: what is broken, at which server, and the verdict that is right.

Each is registered with the id of its verdict and the stage at which it belongs; its function makes the case when the
server is wanted. Those of MQTT and Kafka are in files of their own.
"""

from dataclasses import dataclass, field


@dataclass
class Case:
    """A fault that is there: the manifest that meets it, and the others that do."""

    manifest: list
    arguments: list = field(default_factory=list)
    others: list = field(default_factory=list)
    # Measures the part of the time that is the server's own.
    delay: object = None


@dataclass
class Fault:
    """A kind of failure."""

    name: str
    server: str
    verdict: str
    stage: str
    make: object
    # Nothing is said: the verdict takes the time limit, and no less.
    silence: bool = False


FAULTS = []


def fault(name, server, verdict, stage, silence=False):
    """Registers a function that makes the case of a fault; it is left out where the function returns nothing."""

    def register(make):
        FAULTS.append(Fault(name, server, verdict, stage, make, silence))
        return make

    return register
