"""What is kept of who sees an entry, and what a reader reads of it, say what `SeenBy.lets` says."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chronology.audience import depth_at, merged
from services.chronology.lenses import kept_under, read_under
from shared.team.audience import SeenBy

NAMES = (None, "A", "B", "*", "**")
AUDIENCES = st.lists(
    st.builds(
        SeenBy,
        agency=st.sampled_from(["police", "education"]),
        organisation=st.sampled_from(NAMES),
        depth=st.sampled_from(["title", "whole"]),
    ),
    max_size=5,
).map(merged)


def rows_after(audiences: Iterable[Sequence[SeenBy]]) -> dict[tuple[str, str | None], str]:
    """As the table has them when each audience was written over the one before."""
    rows: dict[tuple[str, str | None], str] = {}
    for seen_by in audiences:
        rows |= {(one.agency, one.organisation): one.depth for one in kept_under(seen_by)}
    return rows


def read(rows: dict[tuple[str, str | None], str], agency: str, organisation: str | None) -> str | None:
    every, own = read_under(organisation)
    return rows.get((agency, own), rows.get((agency, every)))


@given(AUDIENCES, st.lists(AUDIENCES, max_size=3))
def test_under_two_names_a_reader_finds_what_the_rule_lets_them_see(
    first: tuple[SeenBy, ...], added: list[tuple[SeenBy, ...]]
) -> None:
    """An audience only grows: what is shared is added to what was."""
    audiences = [first]
    for more in added:
        audiences.append(merged((*audiences[-1], *more)))
    rows = rows_after(audiences)
    for agency in ("police", "education", "health"):
        for organisation in (*NAMES, "C"):
            lets = depth_at(agency, organisation, audiences[-1])
            assert read(rows, agency, organisation) == lets, (agency, organisation)


@pytest.mark.parametrize("name", ["*", "**", "*A"])
def test_who_calls_an_organisation_by_a_sign_reads_as_that_organisation(name: str) -> None:
    rows = rows_after([[SeenBy(agency="education"), SeenBy(agency="education", organisation="A")]])
    assert read(rows, "education", None) == "whole"
    assert read(rows, "education", name) is None
