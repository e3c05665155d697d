"""What the missing children's team's facts say in the chronology, and who sees it."""

from services.missing.codes import Exploitation
from services.missing.events import (
    ChildFound,
    ChildReportedMissing,
    EpisodeClosed,
    EpisodeReviewedAtPanel,
    IntelligenceShared,
    InterviewOffered,
    MissingEducationRegistered,
    PlacingAuthorityTold,
    PreventionInterviewRecorded,
    ReferralMechanismConsidered,
    RepeatPatternDetected,
    ReturnInterviewDeclined,
    ReturnInterviewRecorded,
    ReturnInterviewRequested,
    RiskUpdated,
    SightingRecorded,
)
from shared.domain.command import in_words
from shared.team.audience import OF_ORGANISATIONS, OpenTerm, agency, only, organisation
from shared.team.entries import Entries, Entry, Text
from shared.team.meetings import actions_in_words

entries = Entries("missing")


def _police_and_reporter(of_agency: str | None, name: str | None) -> list[OpenTerm]:
    """The police, and whoever reported the child missing: of an agency of organisations that one."""
    reporter = [organisation(of_agency, name)] if of_agency is not None else []
    return [agency("police"), *reporter]


def _one(of_agency: str | None, name: str | None = None) -> list[OpenTerm]:
    """One agency; of an agency of organisations nobody, until a person names it."""
    if of_agency is None:
        return []
    return [organisation(of_agency, name)] if of_agency in OF_ORGANISATIONS else [agency(of_agency)]


def _indicators(told: tuple[Exploitation, ...]) -> str:
    return f"; indicators of exploitation: {', '.join(each.value for each in told)}" if told else ""


@entries.on(ChildReportedMissing, stands_for_thing=True)
def _(event: ChildReportedMissing, text: Text) -> Entry:
    """Seen by the police and who reported it."""
    whence = f" from {event.missing_from.value}" if event.missing_from else ""
    away = "Away without authorisation" if event.category.value != "missing" else "Reported missing"
    grade = f", graded {in_words(event.police_risk.value)}" if event.police_risk else ""
    return Entry(
        title=f"{away}{whence}{grade}{_indicators(event.exploitation_indicators)}",
        topic="missing",
        significance="critical",
        parts=text.parts(
            circumstances="What happened",
            police_reference="Police reference",
            last_seen_at="Last seen",
            wearing="Wearing",
            with_whom="With",
            reported_by="Reported by",
            placing_authority="Placed by",
        ),
        seen_by=_police_and_reporter(event.reporter_agency, event.reporter_organisation),
    )


@entries.on(RiskUpdated)
def _(event: RiskUpdated, text: Text) -> Entry:
    return Entry(
        title=f"Risk graded {in_words(event.police_risk.value)}{_indicators(event.exploitation_indicators)}",
        topic="missing",
        parts=text.parts(reason="Why"),
        seen_by=_police_and_reporter(event.reporter_agency, event.reporter_organisation),
    )


@entries.on(SightingRecorded)
def _(event: SightingRecorded, text: Text) -> Entry:
    return Entry(
        title=f"Seen while missing{_indicators(event.exploitation_indicators)}",
        topic="missing",
        parts=text.parts(where="Where", seen_with="With", by_whom="Seen by"),
        seen_by=_police_and_reporter(event.reporter_agency, event.reporter_organisation),
    )


@entries.on(ChildFound)
def _(event: ChildFound, text: Text) -> Entry:
    return Entry(
        title=f"Back, or found: {in_words(event.condition.value)}",
        topic="missing",
        significance="critical",
        parts=text.parts(where="Where", found_by="Found by", returned_to="Back to", harmed_how="How harmed"),
        seen_by=_police_and_reporter(event.reporter_agency, event.reporter_organisation),
    )


@entries.on(ReturnInterviewRequested)
def _(event: ReturnInterviewRequested, text: Text) -> Entry:
    """Seen by the agency that is to offer it."""
    return Entry(
        title=f"Return interview to be offered by: {in_words(event.service.value)}",
        topic="missing",
        parts=text.parts(interviewer_name="Whom the child knows", reason="Why"),
        seen_by=_one(event.agency),
    )


entries.one(ChildFound, ReturnInterviewRequested)


@entries.on(PreventionInterviewRecorded)
def _(event: PreventionInterviewRecorded, text: Text) -> Entry:
    return Entry(
        title="Prevention interview by the police",
        topic="missing",
        parts=text.parts(disclosed="What the child said", seen_by="By", offences="Offences"),
        seen_by=_police_and_reporter(event.reporter_agency, event.reporter_organisation),
    )


@entries.on(InterviewOffered)
def _(event: InterviewOffered, text: Text) -> Entry:
    answer = {True: ": accepted", False: ": not accepted", None: ""}[event.accepted]
    return Entry(
        title=f"Return interview offered{answer}",
        topic="missing",
        parts=text.parts(interviewer_name="By"),
        seen_by=_one(event.agency),
    )


@entries.on(ReturnInterviewDeclined)
def _(event: ReturnInterviewDeclined, text: Text) -> Entry:
    return Entry(
        title=f"Return interview declined: {in_words(event.by.value)}",
        topic="missing",
        parts=text.parts(reason="Why"),
    )


@entries.on(ReturnInterviewRecorded)
def _(event: ReturnInterviewRecorded, text: Text) -> Entry:
    """What the child said is for the police and the interviewer's agency."""
    return Entry(
        title=f"Return interview held{_indicators(event.exploitation_indicators)}",
        topic="missing",
        significance="significant",
        parts=text.parts(
            why_left="Why the child left",
            push="What pushed",
            pull="What pulled",
            places="Places",
            people="People",
            groups="Groups",
            would_help="What would help",
            travelled_by="Travelled by",
            interviewer_name="With",
        ),
        seen_by=[agency("police"), *_one(event.agency)],
    )


@entries.on(EpisodeReviewedAtPanel)
def _(event: EpisodeReviewedAtPanel, text: Text) -> Entry:
    """Seen by the agencies that have an action from it."""
    actions = actions_in_words(text.sealed.get("actions") or ())
    grade = f", graded {in_words(event.risk.value)}" if event.risk else ""
    parts = text.parts(
        notes="What was said",
        no_discussion_because="Why no strategy discussion is needed",
        done="Done of earlier actions",
        not_done="Not done of earlier actions",
    )
    return Entry(
        title=f"Reviewed at the missing children panel{grade}",
        topic="missing",
        parts=(*((("Actions", actions),) if actions else ()), *parts),
        seen_by=[term for owner in dict.fromkeys(event.owners) for term in [agency(owner)]],
    )


@entries.on(PlacingAuthorityTold)
def _(event: PlacingAuthorityTold, text: Text) -> Entry:
    told = ", ".join(in_words(each.value) for each in event.told) or "nobody"
    return Entry(
        title=f"Told that the child is missing: {told}",
        topic="missing",
        parts=text.parts(authority="Authority", names="Who was told"),
    )


@entries.on(ReferralMechanismConsidered)
def _(event: ReferralMechanismConsidered, text: Text) -> Entry:
    what = (
        "referred" if event.referred else "considered, not referred" if event.considered else "not considered"
    )
    return Entry(
        title=f"National referral mechanism: {what}",
        topic="missing",
        parts=text.parts(first_responder="First responder", reason="Why"),
    )


@entries.on(MissingEducationRegistered)
def _(event: MissingEducationRegistered, text: Text) -> Entry:
    where = "on the register" if event.on_register else "not on the register"
    return Entry(
        title=f"Missing from education: {where}",
        topic="missing",
        parts=text.parts(school="School", reason="Why something was not done"),
    )


@entries.on(RepeatPatternDetected)
def _(event: RepeatPatternDetected, text: Text) -> Entry:
    """For social care alone: also who reported the incident that completed it did not say this."""
    return Entry(
        title="Repeat pattern: a strategy discussion is proposed",
        topic="missing",
        significance="significant",
        parts=text.parts(reason="Why"),
        seen_by=[only(agency("childrens_social_care"))],
    )


@entries.on(EpisodeClosed)
def _(event: EpisodeClosed, text: Text) -> Entry:
    return Entry(
        title="Missing report closed: the child was not missing, or it was reported twice",
        topic="missing",
        parts=text.parts(reason="Why"),
    )


entries.none(
    IntelligenceShared,
    because="it is about no one child: the coordinator and the police read it where it is put together",
)
