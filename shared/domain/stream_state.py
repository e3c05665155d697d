"""A stream folded: its state, and the clocks on it, with corrected bodies in the old ones' places. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.domain.clock_facts import is_of_clocks
from shared.domain.corrections import RecordCorrected, as_corrected
from shared.domain.deadlines import NO_CLOCKS, DeadlineClocks
from shared.domain.decider import Per, Stream
from shared.domain.event import Event
from shared.domain.marks import Mark


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream up to a version: its state and the clocks on it. Version 0: there is no such stream yet."""

    version: int
    state: Any
    clocks: DeadlineClocks = NO_CLOCKS
    withdrawn: bool = False
    """Whether all that was recorded on it has been withdrawn: there was no such thing."""
    kind: str = ""
    """The name of the kind of stream that it was folded as: an id that somebody names may be of another kind."""

    @property
    def stands(self) -> bool:
        """Whether there is such a thing: something was recorded, and not all of it withdrawn."""
        return self.version > 0 and not self.withdrawn

    def runs(self, stream: Stream) -> bool:
        """Whether something is open here: an episode that is not closed, or a thing with a clock that runs."""
        if not self.stands:
            return False
        if stream.per is Per.EPISODE:
            return stream.is_open(self.state)
        return any(clock.running for clock in self.clocks)

    def after(
        self, stream: Stream, event: Event, event_id: UUID, marks: tuple[Mark, ...] | None = None
    ) -> "StreamState":
        """The stream with one event more; `marks`: what it says to clocks, where the caller has asked it already."""
        if type(event) is RecordCorrected:
            return self._corrected(stream, [(event, event_id)])
        version = self.version + 1
        clocks = self.clocks.after(event, event_id, version, marks)
        if is_of_clocks(event):
            return StreamState(version, self.state, clocks, self.withdrawn, stream.name)
        return StreamState(version, stream.evolve(self.state, event), clocks, kind=stream.name)

    def after_all(self, stream: Stream, events: Iterable[tuple[Event, UUID]]) -> "StreamState":
        """The stream with these events more, each with its id."""
        told = list(events)
        if any(type(event) is RecordCorrected for event, _ in told):
            return self._corrected(stream, told)
        version, state, clocks, withdrawn = self.version, self.state, self.clocks, self.withdrawn
        for event, event_id in told:
            version += 1
            if not is_of_clocks(event):
                state, withdrawn = stream.evolve(state, event), False
            clocks = clocks.after(event, event_id, version)
        return StreamState(version, state, clocks, withdrawn, stream.name)

    def _corrected(self, stream: Stream, told: Sequence[tuple[Event, UUID]]) -> "StreamState":
        """The whole stream, folded with the corrected bodies in the old ones' places.

        Raises:
            ValueError: a correction is added to a state that was folded before: what it corrects is in there already.
        """
        if self.version:
            raise ValueError("a stream that is corrected is folded anew from its first event")
        state, clocks = self.state, self.clocks
        for version, (event, event_id) in enumerate(told, 1):
            clocks = clocks.after(event, event_id, version)
        withdrawn = True
        for _, event in as_corrected(enumerate((event for event, _ in told), 1)):
            if not is_of_clocks(event):
                state, withdrawn = stream.evolve(state, event), False
        return StreamState(len(told), state, clocks, withdrawn, stream.name)
