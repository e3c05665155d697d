"""Who sees an entry is widened and narrowed by persons: on a lawful basis, with a reason, never away from its recorder (E5)."""

from datetime import date, timedelta

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chronology.codes import WithheldShow
from services.chronology.decided_audience import as_seen, resulting
from services.chronology.disclosures import disclosures
from services.chronology.events import (
    AudienceDecision,
    AudienceText,
    EntryReceived,
    EntryShared,
    InvolvementNoted,
    Shown,
    ThingEntryNoted,
)
from services.chronology.rules import RULES
from services.chronology.streams.child_record import child_record
from services.chronology.streams.entry import ChangeSignificance, ShareEntry, WithholdEntry, entry
from services.chronology.views import seen
from shared.domain.code_lists import LawfulBasis
from shared.domain.command import NotFound
from shared.domain.instants import london
from shared.domain.view_fold import fold
from shared.team.audience import Involvement, Party, SeenBy
from shared.testing.deciders import decider
from shared.testing.facts import actor, command_id, event_id, organisation
from tests.unit.chronology.entry_samples import ENTRY, told

given = decider(entry, RULES, beside=[child_record]).given
NOW, DAY = london(2026, 4, 3, 9), timedelta(days=1)
TASK, HARM = LawfulBasis.PUBLIC_TASK, LawfulBasis.VITAL_INTERESTS
CARE = SeenBy(agency="childrens_social_care")
POLICE = SeenBy(agency="police")
ELM_SCHOOL, OAK_SCHOOL, ELM_WARD = map(organisation, ("Elm School", "Oak School", "Elm Ward"))
ELM, OAK = ELM_SCHOOL.id, OAK_SCHOOL.id
SCREENER = actor("mash_screener", agency="childrens_social_care")
WORKER = actor("social_worker", agency="childrens_social_care")
OFFICER = actor("police_officer", agency="police")
WHY = AudienceText(reason="They hold the risk.")


def came_in(*seen_by: SeenBy, **changes) -> EntryReceived:
    return EntryReceived(source_position=7, entry=told(**changes), seen_by=(CARE, *seen_by))


def share(*agencies: str, **fields) -> ShareEntry:
    given = {"lawful_basis": TASK, "reason": WHY.reason, **fields}
    return ShareEntry.model_validate({"with": agencies, **given})


def withhold(*agencies: str, **fields) -> WithholdEntry:
    given = {"lawful_basis": HARM, "reason": WHY.reason, **fields}
    return WithholdEntry.model_validate({"from": agencies, **given})


def sights(story, now=NOW):
    """What each reader is shown now, by the rows of the view."""
    rows = fold(seen, story.records).values()
    at = {(row.agency, row.organisation): row for row in rows}
    ended = {key for key, row in at.items() if row.until is not None and row.until <= now}
    return {key: row.after if key in ended else row.depth for key, row in at.items()}


def test_an_entry_is_shared_on_a_lawful_basis_with_the_reason_and_carries_the_whole_audience():
    story = given(came_in(), at=NOW).when(share("police", depth="title"), at=NOW, by=SCREENER)
    decision = AudienceDecision(parties=(Party(agency="police"),), depth="title", lawful_basis=TASK)
    story.then(
        EntryShared(
            entry=ENTRY,
            seen_by=(
                Shown(agency="childrens_social_care"),
                Shown(agency="police", depth="title", why="shared", basis=TASK),
            ),
            because="shared",
            decision=decision,
            sealed=WHY,
        )
    )
    story.when(share("police", depth="title"), at=NOW, by=SCREENER).nothing()
    assert sights(story) == {("childrens_social_care", ""): "whole", ("police", ""): "title"}


def test_what_is_withheld_is_gone_or_said_to_be_withheld_or_a_title():
    for show, depth in (
        (WithheldShow.WITHHELD, "withheld"),
        (WithheldShow.NOTHING, "gone"),
        (WithheldShow.TITLE, "title"),
    ):
        story = given(came_in(POLICE), at=NOW).when(withhold("police", show=show), at=NOW, by=SCREENER)
        assert sights(story) == {("childrens_social_care", ""): "whole", ("police", ""): depth}


def test_who_would_see_nothing_is_not_told_that_something_is_withheld():
    story = given(came_in(), at=NOW).when(withhold("police"), at=NOW, by=SCREENER)
    assert ("police", "") not in sights(story)


def test_the_later_decision_wins_and_a_rule_opens_nothing_that_a_person_closed():
    story = given(came_in(POLICE), at=NOW).when(withhold("police"), at=NOW, by=SCREENER)
    assert sights(story)["police", ""] == "withheld"
    story = story.when(share("police"), at=NOW, by=SCREENER)
    assert sights(story)["police", ""] == "whole"
    again = resulting((CARE, POLICE), [(decided("police", "withheld"), False)])
    assert as_seen(again, NOW) == (CARE,)


def test_what_is_shared_for_a_time_ends_with_its_last_day_in_london_and_falls_back_to_the_rule():
    title = SeenBy(agency="police", depth="title")
    story = given(came_in(title), at=NOW).when(share("police", until=date(2026, 4, 3)), at=NOW, by=SCREENER)
    midnight = london(2026, 4, 4)
    assert sights(story, midnight - timedelta(seconds=1))["police", ""] == "whole"
    assert sights(story, midnight)["police", ""] == "title"
    with pytest.raises(NotFound):
        given(came_in(), at=NOW).when(share("police", until=date(2026, 4, 3)), at=NOW, by=SCREENER).when(
            ChangeSignificance(significance="critical", reason="Why."), at=midnight, by=OFFICER
        )


def test_a_share_until_a_day_that_is_past_is_refused():
    given(came_in(), at=NOW).when(share("police", until=date(2026, 4, 2)), at=NOW, by=SCREENER).refused("E2")


def test_only_who_recorded_it_decides_who_sees_it():
    story = given(came_in(POLICE), at=NOW)
    story.when(share("health", organisation=ELM_WARD), at=NOW, by=OFFICER).refused("E9")
    story.when(withhold("probation"), at=NOW, by=OFFICER).refused("E9")
    theirs = given(came_in(POLICE, agency="police"), at=NOW)
    theirs.when(share("probation"), at=NOW, by=OFFICER)
    theirs.when(share("probation"), at=NOW, by=WORKER).refused("E9")


def test_a_note_on_an_open_case_is_shared_by_who_has_the_case():
    note = came_in(agency="police", source_event="mash.ContactPassedToOpenCase")
    given(note, at=NOW).when(share("education", organisation=ELM_SCHOOL), at=NOW, by=WORKER)
    given(note, at=NOW).when(share("education", organisation=ELM_SCHOOL), at=NOW, by=SCREENER).refused("E9")
    given(note, at=NOW).when(withhold("probation"), at=NOW, by=WORKER).refused("E9")


def test_nothing_is_withheld_from_social_care_or_from_who_recorded_it():
    story = given(came_in(POLICE), at=NOW)
    story.when(withhold("childrens_social_care"), at=NOW, by=SCREENER).refused("E5")
    elm = actor("designated_safeguarding_lead", organisation=ELM)
    by_elm = given(
        came_in(
            SeenBy(agency="education", organisation=ELM),
            SeenBy(agency="education", organisation=OAK),
            agency="education",
            organisation=ELM,
        ),
        at=NOW,
    )
    by_elm.when(withhold("education"), at=NOW, by=elm).refused("E5")
    by_elm.when(withhold("education", organisation=ELM_SCHOOL), at=NOW, by=elm).refused("E5")
    other = by_elm.when(withhold("education", organisation=OAK_SCHOOL), at=NOW, by=elm)
    assert sights(other)["education", ELM] == "whole"
    assert sights(other)["education", OAK] == "withheld"


def test_of_what_is_sealed_l9_alone_is_heard():
    sealed = came_in(SeenBy(agency="police", depth="title"), sensitivity="sealed", agency="lado")
    for command in (share("probation"), withhold("probation"), withhold("childrens_social_care")):
        given(sealed, at=NOW).when(command, at=NOW, by=OFFICER).refused("L9")


def test_whose_agency_does_not_see_it_hears_as_of_one_that_is_not_there():
    for command in (share("health", organisation=ELM_WARD), withhold("probation")):
        with pytest.raises(NotFound, match="there is no entry with this id"):
            given(came_in(), at=NOW).when(command, at=NOW, by=OFFICER)


def test_an_agency_of_many_is_shared_with_by_name_or_with_those_that_are_involved():
    known = InvolvementNoted(involves=(Involvement(agency="education", organisation=OAK, part="acted"),))
    story = given(known, came_in(), at=NOW).when(share("education"), at=NOW, by=SCREENER)
    assert {key for key in sights(story) if key[0] == "education"} == {("education", OAK)}
    named = given(came_in(), at=NOW).when(share("education", organisation=ELM_SCHOOL), at=NOW, by=SCREENER)
    assert {key for key in sights(named) if key[0] == "education"} == {("education", ELM)}
    given(came_in(), at=NOW).when(share("education"), at=NOW, by=SCREENER).refused()


@pytest.mark.parametrize("agencies", [("police", "education"), ("police",)])
def test_an_organisation_is_named_of_one_agency_of_many(agencies):
    with pytest.raises(ValidationError, match="one agency at a time"):
        share(*agencies, organisation=ELM_SCHOOL)


def test_all_entries_of_the_step_are_meant():
    two = came_in(id=event_id(2))
    story = given(came_in(), two, at=NOW).when(share("police"), at=NOW, by=SCREENER)
    assert {row.entry for row in fold(seen, story.records).values() if row.agency == "police"} == {
        ENTRY,
        event_id(2),
    }


def test_an_entry_that_stands_for_a_thing_is_shared_over_what_rules_opened_since():
    noted = ThingEntryNoted(
        entry=ENTRY,
        thing=command_id(1),
        source_event="mash.ContactReceived",
        recorder=Party(agency="childrens_social_care"),
        sensitivity="ordinary",
        seen_by=(CARE,),
    )
    opened = EntryShared(
        entry=ENTRY,
        seen_by=resulting((CARE, POLICE), ()),
        because="rule",
        cause=event_id(9),
        by_rule=(CARE, POLICE),
    )
    story = given(came_in(), noted, opened, at=NOW).when(share("probation"), at=NOW, by=SCREENER)
    assert sights(story) == {
        ("childrens_social_care", ""): "whole",
        ("police", ""): "whole",
        ("probation", ""): "whole",
    }


def decided(agency: str, depth, until=None) -> AudienceDecision:
    return AudienceDecision(parties=(Party(agency=agency),), depth=depth, lawful_basis=TASK, until=until)


DECISIONS = st.lists(
    st.tuples(st.sampled_from(["police", "probation"]), st.sampled_from(["title", "whole"]), st.just(True))
    | st.tuples(
        st.sampled_from(["police", "probation"]),
        st.sampled_from(["nothing", "withheld", "title"]),
        st.just(False),
    ),
    max_size=6,
)


@examples(DECISIONS)
def test_what_an_agency_is_shown_is_at_least_the_last_share_and_at_most_the_last_withholding(decisions):
    rank = ("nothing", "withheld", "title", "whole").index
    said = [(decided(agency, depth), shares) for agency, depth, shares in decisions]
    shown = {each.agency: each for each in resulting((CARE, POLICE), said)}
    assert shown["childrens_social_care"].depth == "whole"
    for agency in ("police", "probation"):
        own = [(depth, shares) for who, depth, shares in decisions if who == agency]
        depth = shown[agency].depth if agency in shown else "nothing"
        if own and own[-1][1]:
            assert rank(depth) >= rank(own[-1][0])
        elif own:
            assert rank(depth) <= rank(own[-1][0])
        else:
            assert depth == ("whole" if agency == "police" else "nothing")


def test_the_list_of_decisions_has_what_persons_decided_and_nothing_that_rules_opened():
    noted = ThingEntryNoted(
        entry=ENTRY,
        thing=command_id(1),
        source_event="mash.ContactReceived",
        recorder=Party(agency="childrens_social_care"),
        sensitivity="ordinary",
        seen_by=(CARE,),
    )
    opened = EntryShared(
        entry=ENTRY,
        seen_by=resulting((CARE, POLICE), ()),
        because="rule",
        cause=event_id(9),
        by_rule=(CARE, POLICE),
    )
    story = (
        given(came_in(), noted, opened, at=NOW)
        .when(share("probation", "police"), at=NOW, by=SCREENER)
        .when(withhold("police", show=WithheldShow.TITLE), at=NOW, by=SCREENER)
    )
    rows = fold(disclosures, story.records).values()
    assert [(row.shares, row.agency, row.depth, row.basis) for row in rows] == [
        (True, "probation", "whole", TASK),
        (True, "police", "whole", TASK),
        (False, "police", "title", HARM),
    ]
