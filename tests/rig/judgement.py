"""What became of numbered messages: lost, duplicated, reordered, changed, and such that were none of them."""


def spans(numbers):
    """`3-5, 9` for 3, 4, 5, 9."""
    out, first, last = [], None, None
    for number in [*numbers, None]:
        if first is not None and number == last + 1:
            last = number
            continue
        if first is not None:
            out.append(f"{first}-{last}" if first < last else f"{first}")
        first = last = number
    return out


class Judgement:
    """Looks at what came out, in its order, and holds it against what the source's broker had acknowledged."""

    def __init__(self, run, properties, payload):
        self.marker, self.payload = f"{run}/".encode(), payload
        self.properties = [(name.encode(), value.encode()) for name, value in properties]
        self.came = {}
        self.highest = -1
        self.reordered = self.strangers = self.changed = self.total = 0
        self.example = None

    def add(self, pairs, payload):
        """A message that came out: its properties or headers, and its payload."""
        self.total += 1
        number = self.number(pairs)
        if number is None:
            self.strangers += 1
            self.example = self.example or (pairs, payload[:60])
            return
        wanted = [*self.properties, (b"flowgate-run", self.marker + b"%d" % number)]
        if payload != self.payload(number) or [pair for pair in pairs if pair in wanted] != wanted:
            self.changed += 1
            self.example = self.example or (pairs, payload[:60])
        times = self.came.get(number, 0)
        self.came[number] = times + 1
        if not times:
            self.reordered += number < self.highest
            self.highest = max(self.highest, number)

    def number(self, pairs):
        value = next((value for name, value in pairs if name == b"flowgate-run"), b"") or b""
        digits = value[len(self.marker) :]
        return int(digits) if value.startswith(self.marker) and digits.isdigit() else None

    def missing(self, acknowledged):
        """The numbers that were acknowledged and did not come out."""
        return [number for number, flag in enumerate(acknowledged) if flag and number not in self.came]

    @property
    def duplicated(self):
        return self.total - self.strangers - len(self.came)

    def report(self, acknowledged):
        """Whether all is well, after saying what was found."""
        missing = self.missing(acknowledged)
        unknown = sum(number >= len(acknowledged) for number in self.came)
        print(f"  acknowledged {sum(acknowledged)}, came out {len(self.came)}, lost {len(missing)}")
        print(f"  duplicated {self.duplicated}, reordered {self.reordered}, changed {self.changed}, ", end="")
        print(f"not of this run {self.strangers + unknown}", flush=True)
        if missing:
            print(f"  lost: {', '.join(spans(missing)[:10])}")
        if self.example:
            print(f"  changed or not of this run: {self.example}")
        return not (missing or unknown or self.strangers or self.changed)
