"""An entry as a policy takes it in, for the tests of its stream and of the child's record."""

from services.chronology.events import ChildEntry
from services.chronology.streams.entry import ReceiveEntry
from shared.domain.instants import london
from shared.team.audience import organisation
from shared.testing.facts import CHILD, THING, command_id, event_id

ENTRY = THING
"""The kit has one thing."""
RECORDED = london(2026, 4, 2, 19)


def told(**changes):
    values = {
        "id": ENTRY,
        "source": "mash",
        "source_event": "mash.ReferrerInformed",
        "event": event_id(5),
        "caused_by": command_id(5),
        "thing": command_id(1),
        "title": "Referrer told the outcome",
        "topic": "contact",
        "recorded_at": RECORDED,
        "agency": "childrens_social_care",
        "role": "mash_screener",
        "significance": "routine",
    }
    return ChildEntry(**values | changes)


TO_THE_WARD = (organisation("health", "Elm Ward", depth="title"),)


def receive(seen_by=TO_THE_WARD, stands_for_thing=False, **changes):
    return ReceiveEntry(
        about=(CHILD,),
        source_position=7,
        entry=told(**changes),
        seen_by=seen_by,
        stands_for_thing=stands_for_thing,
        parts=(("Message", "Accepted."),),
        care_parts=(("Told by", "PC Hale"),),
        recorder="Jo Bell",
    )
