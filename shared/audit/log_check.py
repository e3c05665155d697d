"""Checks a log row by row: positions, hash chain, times, columns, and the checkpoints that cover it. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson

from shared.audit.checkpoint import LONGEST, Checkpoint
from shared.crypto import merkle
from shared.crypto.hash_chain import COVERED, COVERED_HEAD, GENESIS
from shared.domain.corrections import RecordCorrected
from shared.domain.event import keyed

SELECTED: Final = f"""{COVERED} AS covered, digest,
    concat(event_id, ' ', coalesce(child::text, '-'), ' ', coalesce(key::text, '-'), ' ', category) AS columns"""
"""What is read of each row: the bytes the digest covers, the digest, and the columns it does not cover, as text."""


REMEMBERED: Final = 100_000
"""Streams whose versions are remembered while rows go by; with more, somebody else must look at the streams."""


MOST: Final = 100
"""Findings that are told one by one; beyond them they are counted."""


_CORRECTION: Final = RecordCorrected.NAME.encode()


@dataclass(slots=True)
class Finding:
    """Something that is not as it was written, and where.

    Attributes:
        service: whose log.
        what: in plain words.
        first: the first position it is about; 0 where it is about none.
        last: the last one.
        stream: the stream at `first`, where one is known.
    """

    service: str
    what: str
    first: int = 0
    last: int = 0
    stream: UUID | None = None

    def __str__(self) -> str:
        place = self.service
        if self.first:
            places = (
                f"position {self.first}"
                if self.first == self.last
                else f"positions {self.first} to {self.last}"
            )
            place += f", {places}"
        if self.stream is not None:
            place += f", stream {self.stream}"
        return f"{place}: {self.what}"


@dataclass(slots=True)
class Findings:
    """What was found in one log; neighbours with the same trouble are one finding."""

    service: str
    items: list[Finding] = field(default_factory=list)
    more: int = 0
    """How many were counted only."""
    _latest: dict[str, Finding] = field(default_factory=dict)

    def add(
        self, what: str, first: int = 0, last: int | None = None, stream: UUID | bytes | None = None
    ) -> None:
        """Note one."""
        last = first if last is None else last
        latest = self._latest.get(what)
        if first and latest is not None and first - 1 <= latest.last <= last:
            latest.last = last
            return
        if len(self.items) >= MOST:
            self.more += 1
            return
        where = UUID(bytes=stream) if isinstance(stream, bytes) else stream
        self._latest[what] = Finding(self.service, what, first, last, where)
        self.items.append(self._latest[what])


@dataclass(frozen=True, slots=True)
class Contract:
    """What the program knows of the events, to derive the columns that no digest covers.

    Attributes:
        crosses: of each stored name, whether it is published: then `key` is its child or stream, else none.
        intakes: of each stored name that is sent to one team alone, the topic on which it is: its key follows from that.
        categories: of each stored name that only one kind of stream holds, that kind.
    """

    crosses: Mapping[str, bool] = field(default_factory=dict)
    intakes: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """A checkpoint of this log in somebody's keeping. `holder` is None for the log's own list."""

    checkpoint: Checkpoint
    holder: str | None


class LogCheck:
    """Takes the rows of a log in order, a page at a time, with the checkpoints that end within the page."""

    def __init__(
        self, service: str, contract: Contract, findings: Findings, *, remembered: int = REMEMBERED
    ) -> None:
        self.findings = findings
        self.streams_checked = True
        """Whether versions and kinds of all streams were checked; not where there are more than `remembered`."""
        self.position = 0
        """The last position seen."""
        self.rows = 0
        self.own: Checkpoint | None = None
        """The last own checkpoint that ends at or before it."""
        self.agreed: dict[str, int] = {}
        """Up to where each holder's checkpoints are the log's own."""
        self._service = service
        self._names = {
            name.encode(): (crosses, contract.categories.get(name))
            for name, crosses in contract.crosses.items()
        }
        self._intakes = {name.encode(): topic for name, topic in contract.intakes.items()}
        self._remembered = remembered
        self._streams: dict[bytes, int] = {}
        self._kinds: dict[bytes, str] = {}
        self._digest: bytes | None = GENESIS
        self._recorded = -(2**63)
        self._leaves: list[bytes] = []
        self._disowned: dict[str, int] = {}

    def page(self, rows: Sequence[Sequence[Any]], held: Iterable[Held]) -> None:
        """Take the next rows, each as SELECTED; `held` are the checkpoints that end within them, own ones first."""
        due: dict[int, list[Held]] = {}
        for each in held:
            due.setdefault(each.checkpoint.last, []).append(each)
        sha, head_of, versions = hashlib.sha256, COVERED_HEAD.unpack_from, self._streams
        add, leaves = self.findings.add, self._leaves
        position, digest, recorded = self.position, self._digest, self._recorded
        for covered, stored, columns in rows:
            if covered is None or stored is None:
                add("a column is empty that never is", position + 1)
                position, digest = position + 1, stored
                continue
            found, stream, version, at, length = head_of(covered)
            if found != position + 1:
                if found <= position:
                    add("the position is there more than once", found, stream=stream)
                else:
                    add("rows are missing here", position + 1, found - 1)
                digest = None
            leaf = sha(covered).digest()
            if digest is not None and sha(digest + leaf).digest() != stored:
                add(
                    "the digest does not follow from what stands there: a row was altered, put in, taken out or moved",
                    found,
                    stream=stream,
                )
            if at < recorded:
                add("recorded earlier than the row before", found, stream=stream)
            if version != versions.get(stream, 0) + 1 and self.streams_checked:
                add("its version does not follow the one before it in its stream", found, stream=stream)
            versions[stream] = version
            self._columns(found, stream, version, covered, 44 + length, columns)
            position, digest, recorded = found, stored, at
            leaves.append(leaf)
            if found in due:
                self._checkpoints(due.pop(found), stored)
            if len(leaves) > LONGEST:
                leaves.clear()  # no checkpoint covers so much: none of these is the start of one
        self.rows += len(rows)
        self.position, self._digest, self._recorded = position, digest, recorded
        if len(versions) > self._remembered:
            self.streams_checked = False
        if not self.streams_checked:
            versions.clear()
            self._kinds.clear()
        for missed in due.values():  # the position they end at is not there; that is found already
            self._checkpoints(missed, None)

    def _columns(
        self, position: int, stream: bytes, version: int, covered: bytes, start: int, columns: str
    ) -> None:
        """Compare what no digest covers with what the open part, which one covers, says.

        The writer begins an open part with the child, and its envelope with the event's id: so most are looked at
        without being read.
        """
        event_id, child, key, category = columns.split(" ", 3)
        crosses, kind = self._names.get(covered[44:start], (None, None))
        if version == 1:
            self._kinds[stream] = kind or category
        if (
            child != "-"
            and covered.startswith(f'{{"child":"{child}"'.encode(), start + 4)
            and covered.find(f'"envelope":{{"id":"{event_id}"'.encode(), start) > 0
            and key == (child if crosses else "-")
            and covered[44:start] not in self._intakes
            and category == kind
        ):
            return
        size = int.from_bytes(covered[start : start + 4], "big")
        self._slowly(
            position,
            stream,
            covered[start + 4 : start + 4 + size],
            (event_id, child, key, category),
            (crosses, kind),
            covered[44:start],
        )

    def _slowly(
        self,
        position: int,
        stream: bytes,
        state: bytes,
        stored: tuple[str, str, str, str],
        known: tuple[bool | None, str | None],
        name: bytes,
    ) -> None:
        try:
            fields = orjson.loads(state)
            event_id, child = fields["envelope"]["id"], fields.get("child") or "-"
            if known[0] and name == _CORRECTION:
                # It is published where what it corrects was: it carries the whole open part of that.
                known = self._names.get(fields["corrects"]["name"].encode(), (None, None))[0], known[1]
        except (ValueError, TypeError, KeyError, AttributeError):
            self.findings.add("the open part cannot be read", position, stream=stream)
            return
        crosses, kind = known
        intake = self._intakes.get(name, "")
        expected = str(keyed(UUID(child) if child != "-" else UUID(bytes=stream), intake))
        keys = {expected, "-"} if crosses is None else {expected} if crosses or intake else {"-"}
        # Of a name that several kinds of stream hold, or that is not known here: the kind of the rest of its stream.
        kind = kind or self._kinds.get(stream, stored[3])
        fits = (stored[0] == event_id, stored[1] == child, stored[2] in keys, stored[3] == kind)
        for column, fine in zip(("event_id", "child", "key", "category"), fits, strict=True):
            if not fine:
                self.findings.add(
                    f"the column {column} is not what the event itself says", position, stream=stream
                )

    def _checkpoints(self, held: Sequence[Held], digest: bytes | None) -> None:
        own: Checkpoint | None = None
        for each in held:
            if each.holder is None:
                own = each.checkpoint
                self._own(own, digest)
                self._leaves.clear()
        for each in held:
            if each.holder is not None:
                self._kept(each.checkpoint, each.holder, own, digest)

    def _own(self, checkpoint: Checkpoint, digest: bytes | None) -> None:
        """A checkpoint of the log's own list, whose signature was checked when it was read."""
        add, first, last = self.findings.add, checkpoint.first, checkpoint.last
        if not checkpoint.follows(self.own):
            add("this checkpoint does not follow from the one before it", first, last)
        if checkpoint.head != digest:
            add("the log's chain does not stand where its own checkpoint says", first, last)
        if last - first + 1 > LONGEST:
            add(f"this checkpoint covers more than {LONGEST} positions, which none does", first, last)
        elif len(self._leaves) == last - first + 1 and merkle.root(self._leaves) != checkpoint.root:
            add("these rows do not have the Merkle root that their checkpoint says", first, last)
        self.own = checkpoint

    def _kept(self, kept: Checkpoint, holder: str, own: Checkpoint | None, digest: bytes | None) -> None:
        """A checkpoint that somebody else keeps of this log."""
        if kept.head != digest:
            # All later ones say the same: told once, at the first, where the difference begins.
            if holder not in self._disowned:
                self.findings.add(
                    f"{holder} holds a checkpoint of these positions, signed {kept.made_at:%Y-%m-%d %H:%M} UTC, which "
                    "says something else than the log: it was written anew after that",
                    kept.first,
                    kept.last,
                )
            self._disowned[holder] = kept.last
        elif own is None or own.digest != kept.digest:
            self.findings.add(
                f"{holder} holds a checkpoint of these positions that is missing from the log's own",
                kept.first,
                kept.last,
            )
        elif holder not in self._disowned:
            self.agreed[holder] = kept.last
