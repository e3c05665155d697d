"""Where a contact goes: immediate harm (M6), family wellbeing (M16, F14), a strategy discussion, the LADO, and nobody to tell."""

import pytest
from pydantic import ValidationError

from services.mash.codes import Concern, Criterion, MissingFrom, Notice, Outcome, StrategyWhen
from services.mash.events import (
    AllegationRouted,
    ContactDecided,
    ContactRestricted,
    EarlyHelpRequested,
    HarmText,
    ImmediateHarmIdentified,
    LadoNotified,
    MissingNoticeReceived,
    ReferralAccepted,
)
from services.mash.streams.contact import DecideContact, Missing, ReceiveContact, Referrer
from shared.domain.code_lists import ConsentScope, PrimaryNeed, ReferralSource
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.testing.facts import ADULT, CHILD, THING
from tests.unit.mash.contacts import (
    ACCEPT,
    ACKNOWLEDGE,
    CLOSE,
    CONSENT,
    EARLY_HELP,
    EW_2026,
    HARM,
    LADO,
    RECEIVE,
    SCREEN,
    STRATEGY,
    TELL_OUTCOME,
    given,
)

NOON = london(2026, 4, 13, 12)
LATER = london(2026, 4, 13, 15)
TELL_BY = Deadline(LATER, london(2026, 4, 14, 15), rule="M4", edition=EW_2026)
ANONYMOUS = ReceiveContact(about=(CHILD,), source=ReferralSource.S9, worries="Screams every night.")


def received(command=RECEIVE):
    return given().when(command, at=NOON)


# -- immediate harm


def test_immediate_harm_is_told_at_once_and_decides_nothing():
    received().when(HARM, at=LATER).then(
        ImmediateHarmIdentified(
            contact=THING,
            received_at=NOON,
            source=ReferralSource.S6,
            referrer_agency="police",
            sealed=HarmText(reason="Locked in since yesterday.", address_now="1 Elm Road"),
        )
    ).clocks(M1="open")


def test_it_is_identified_once():
    received().when(HARM, at=LATER).when(HARM, at=LATER).nothing()


def test_after_an_accepted_referral_it_may_still_be_identified_and_after_another_decision_not():
    assert received().when(ACCEPT, at=LATER).when(HARM, at=LATER).refusal is None
    received().when(CLOSE, at=LATER).when(HARM, at=LATER).refused("M6")


# -- family wellbeing


def test_family_wellbeing_is_asked_for_help_with_signed_consent_and_a_criterion():
    received().when(CONSENT, at=LATER).when(EARLY_HELP, at=LATER).then(
        ContactDecided(
            contact=THING,
            outcome=Outcome.FAMILY_WELLBEING,
            level=3,
            criteria=(Criterion.LOW_LEVEL_NEGLECT,),
            tell_by=TELL_BY,
        ),
        EarlyHelpRequested(
            contact=THING,
            source=ReferralSource.S6,
            referrer_agency="police",
            level=3,
            criteria=(Criterion.LOW_LEVEL_NEGLECT,),
            consented_by=(ADULT,),
            children=(CHILD,),
        ),
    )


@pytest.mark.parametrize(
    "changes", [{"signed": False}, {"scope": (ConsentScope.HELP,)}], ids=["spoken", "to something else"]
)
def test_consent_that_is_not_signed_or_not_to_the_referral_does_not_count(changes):
    consented = received().when(CONSENT.model_copy(update=changes), at=LATER)
    consented.when(EARLY_HELP, at=LATER).refused("M16")


def test_without_consent_and_criterion_both_rules_are_named():
    received().when(EARLY_HELP.model_copy(update={"criteria": ()}), at=LATER).refused("M16", "F14")


# -- a strategy discussion, a team


def test_a_strategy_discussion_opens_the_referral_and_says_how_soon():
    decided = received().when(STRATEGY, at=LATER).decided
    assert decided[1] == ReferralAccepted(
        contact=THING,
        received_at=NOON,
        source=ReferralSource.S6,
        referrer_agency="police",
        level=4,
        primary_need=PrimaryNeed.N1,
        strategy=StrategyWhen.SAME_DAY,
        child=decided[1].child,
        happened_at=LATER,
    )


def test_how_soon_must_be_said():
    with pytest.raises(ValidationError, match="strategy"):
        DecideContact.model_validate({**STRATEGY.model_dump(), "strategy": None})


# -- the LADO


def test_a_contact_for_the_lado_is_restricted_and_says_no_more_than_that():
    decided = received().when(LADO, at=LATER).decided
    assert [type(event) for event in decided] == [
        ContactDecided,
        AllegationRouted,
        ContactRestricted,
        LadoNotified,
    ]
    assert decided[1].model_dump(exclude={"child", "happened_at"}) == {"contact": THING}


def test_what_the_lado_needs_is_sent_to_the_lado_alone_l8():
    told = received().when(LADO, at=LATER).decided[-1]
    assert isinstance(told, LadoNotified)
    assert (told.contact, told.received_at, told.sealed.rationale) == (THING, NOON, LADO.rationale)
    assert not LadoNotified.may_cross(walled=False)


def test_a_contact_about_somebody_in_trust_is_restricted_from_the_first_moment():
    story = received(RECEIVE.model_copy(update={"person_in_trust": True}))
    assert ContactRestricted in map(type, story.decided)
    # Held back until it is decided; and for good, once that is for the LADO.
    routed = story.when(LADO, at=LATER)
    assert [type(event) for event in routed.decided] == [
        ContactDecided,
        AllegationRouted,
        ContactRestricted,
        LadoNotified,
    ]
    assert (story.state.until_decided, routed.state.until_decided) == (True, False)


def test_screening_may_find_it_out():
    in_trust = SCREEN.model_copy(update={"person_in_trust": True})
    screened = received().when(in_trust, at=LATER)
    assert ContactRestricted in map(type, screened.decided)
    screened.when(in_trust, at=LATER).nothing()


# -- missing


def test_a_notice_that_a_child_is_missing_is_told_on():
    notice = RECEIVE.model_copy(update={"notice": Notice.MISSING, "police_reference": "MP-7"})
    (told,) = [event for event in received(notice).decided if isinstance(event, MissingNoticeReceived)]
    assert (told.received_at, told.sealed.police_reference) == (NOON, "MP-7")


def test_screening_may_find_it_out_and_says_from_where_once():
    missing = SCREEN.model_copy(
        update={"concerns": (Concern.MISSING,), "missing": Missing(missing_from=MissingFrom.CARE)}
    )
    screened = received().when(missing, at=LATER)
    (told,) = [event for event in screened.decided if isinstance(event, MissingNoticeReceived)]
    assert told.missing_from is MissingFrom.CARE
    screened.when(missing, at=LATER).nothing()


# -- nobody to tell


def test_of_an_anonymous_referrer_no_name_is_asked_and_nobody_is_told():
    story = received(ANONYMOUS).clocks(M1="open", M3=None)
    story.when(ACKNOWLEDGE, at=LATER).refused("M3")
    decided = story.when(CLOSE, at=LATER).clocks(M4=None)
    decided.when(TELL_OUTCOME, at=LATER).refused("M3")


def test_of_a_referrer_without_a_way_to_reach_them_no_clock_of_telling_runs():
    known = RECEIVE.model_copy(update={"referrer": Referrer(name="PC Hale", agency="police")})
    received(known).clocks(M1="open", M3=None).when(CLOSE, at=LATER).clocks(M4=None)


def test_anybody_else_gives_a_name():
    with pytest.raises(ValidationError, match="who told us"):
        ReceiveContact.model_validate({**ANONYMOUS.model_dump(), "source": "1A"})
