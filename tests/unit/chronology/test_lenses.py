"""What is kept of who sees an entry, and what a reader reads of it, say what `SeenBy.lets` says."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chronology.audience import merged
from services.chronology.decided_audience import depth_at, resulting
from services.chronology.events import AudienceDecision, Shown
from services.chronology.lenses import kept_under, read_under
from shared.domain.code_lists import LawfulBasis
from shared.domain.instants import london
from shared.team.audience import Party, SeenBy

NOW, DAY = london(2026, 4, 3, 9), timedelta(days=1)
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


DECISIONS = st.lists(
    st.booleans().flatmap(
        lambda shares: st.tuples(
            st.builds(
                AudienceDecision,
                parties=st.sampled_from(
                    [
                        Party(agency="police"),
                        Party(agency="education", organisation="A"),
                        Party(agency="education", organisation="B"),
                        *([] if shares else [Party(agency="education")]),
                    ]
                ).map(lambda party: (party,)),
                depth=st.sampled_from(["title", "whole"] if shares else ["nothing", "withheld", "title"]),
                lawful_basis=st.just(LawfulBasis.PUBLIC_TASK),
                until=st.sampled_from([None, NOW - DAY, NOW + DAY]) if shares else st.none(),
            ),
            st.just(shares),
        )
    ),
    max_size=4,
)
"""What persons decide: of an agency that is one, as a whole; of schools, each or (withheld) all."""


def rows_after(audiences: Iterable[Sequence[Shown]]) -> dict[tuple[str, str | None], Shown]:
    """As the table has them when each audience was written over the one before."""
    rows: dict[tuple[str, str | None], Shown] = {}
    for shown in audiences:
        rows |= {(one.agency, one.organisation): one for one in kept_under(shown)}
    return rows


def read(rows: dict[tuple[str, str | None], Shown], agency: str, organisation: str | None) -> str | None:
    """As a page is read: rows that show nothing now are passed over."""
    every, own = read_under(organisation)
    now = {key: depth for key, row in rows.items() if (depth := row.at(NOW)) != "nothing"}
    return now.get((agency, own), now.get((agency, every)))


@given(AUDIENCES, st.lists(AUDIENCES, max_size=3), DECISIONS, st.randoms(use_true_random=False))
def test_under_two_names_a_reader_finds_what_rule_and_persons_let_them_see(
    first: tuple[SeenBy, ...],
    added: list[tuple[SeenBy, ...]],
    decided: list[tuple[AudienceDecision, bool]],
    chance: Random,
) -> None:
    """What rules open only grows; persons widen and narrow it, in whatever order with that."""
    by_rule, said, audiences = first, list[tuple[AudienceDecision, bool]](), [resulting(first, ())]
    steps = [*added, *decided]
    chance.shuffle(steps)
    for step in steps:
        if step in added:
            by_rule = merged((*by_rule, *step))
        else:
            said.append(step)
        audiences.append(resulting(by_rule, said))
    rows = rows_after(audiences)
    for agency in ("police", "education", "health"):
        for organisation in (*NAMES, "C"):
            lets = depth_at(agency, organisation, audiences[-1], NOW)
            assert read(rows, agency, organisation) == lets, (agency, organisation)


@pytest.mark.parametrize("name", ["*", "**", "*A"])
def test_who_calls_an_organisation_by_a_sign_reads_as_that_organisation(name: str) -> None:
    seen = (SeenBy(agency="education"), SeenBy(agency="education", organisation="A"))
    rows = rows_after([resulting(seen, ())])
    assert read(rows, "education", None) == "whole"
    assert read(rows, "education", name) is None
