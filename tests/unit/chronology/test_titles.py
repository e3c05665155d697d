"""Of every team's entries: titles are made from codes alone, and what is erased leaves the title."""

from hypothesis import given as examples
from hypothesis import settings

from shared.domain.instants import london
from shared.testing.facts import actor, record
from tests.unit.chronology.samples import ANY, ENTRIES

NOW = london(2026, 4, 2, 17)


def stands(event, by=None):
    team = event.NAME.partition(".")[0]
    return record(event, at=NOW, by=by, service="mash" if team == "team" else team)


@settings(max_examples=300)
@examples(ANY)
def test_nothing_of_the_sealed_part_is_in_what_is_shown_to_who_may_not_see_it(event):
    entry = ENTRIES.told(stands(event)).entry
    assert "§" not in f"{entry.title}{entry.topic}{entry.significance}{entry.seen_by!r}{entry.widens!r}"
    assert "§" not in repr(entry.involves)


@examples(ANY)
def test_an_erased_text_leaves_the_title(event):
    erased = stands(event.model_copy(update={"sealed": None}), by=actor("mash_manager", ""))
    assert erased.text is None
    whole, skeleton = ENTRIES.told(stands(event)).entry, ENTRIES.told(erased).entry
    assert (skeleton.title, skeleton.topic) == (whole.title, whole.topic)
    assert (skeleton.parts, skeleton.care_parts) == ((), ())
