"""From a team's event to an entry: its title from codes alone, its words, how it weighs, and who may see it.

The sharing table is here, as functions beside the events they speak of: "who sees an entry when nobody said
otherwise". Children's social care sees every entry, and the recording agency (or the one organisation of it that
recorded) sees its own; what a table row adds is said by the entry: of a restricted entry these see the title alone. A
sealed entry is seen by those its row names and nobody else. An event without a row makes no entry: its fact stands in
another one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.assessment import events as assessment
from services.chronology.events import SeenBy, Significance
from services.mash import events as mash
from shared.domain.corrections import RecordCorrected
from shared.domain.deadlines import DeadlineMissed, DeadlineVaried
from shared.domain.event import Event, Record

SOCIAL_CARE = "childrens_social_care"


@dataclass(frozen=True)
class Draft:
    """What an event says in the chronology. `also` names the agencies that see it beside the usual ones."""

    title: str
    topic: str
    significance: Significance = "routine"
    parts: tuple[tuple[str, str], ...] = ()
    also: tuple[SeenBy, ...] = field(default=())


Writer = Callable[[Any, Record], Draft]
_WRITERS: dict[type[Event], Writer] = {}


def writes(*events: type[Event]) -> Callable[[Writer], Writer]:
    """The function writes the entry of these events."""

    def register(writer: Writer) -> Writer:
        for event in events:
            _WRITERS[event] = writer
        return writer

    return register


def makes_entry(event: type[Event]) -> bool:
    """Whether events of this class have something to say in the chronology."""
    return event in _WRITERS


def draft_of(record: Record) -> Draft | None:
    """What the event says in the chronology; None: nothing."""
    writer = _WRITERS.get(type(record.event))
    return writer(record.event, record) if writer else None


def audience(record: Record, draft: Draft) -> tuple[SeenBy, ...]:
    """Everyone who may see the entry when nobody said otherwise, each agency or organisation once."""
    envelope = record.envelope
    seen: dict[tuple[str, str | None], SeenBy] = {}
    if envelope.sensitivity != "sealed":
        seen[SOCIAL_CARE, None] = SeenBy(agency=SOCIAL_CARE)
        own = SeenBy(agency=envelope.agency, organisation=envelope.organisation)
        seen.setdefault((own.agency, own.organisation), own)
    restricted = envelope.sensitivity == "restricted"
    for each in (one.model_copy(update={"depth": "title"}) if restricted else one for one in draft.also):
        seen.setdefault((each.agency, each.organisation), each)
    return tuple(seen.values())


def words(record: Record, **labels: str) -> tuple[tuple[str, str], ...]:
    """Parts of the sealed text by field, under the names given, leaving out what is empty."""
    text: Mapping[str, Any] = record.text or {}
    return tuple((label, _said(text[name])) for name, label in labels.items() if text.get(name))


def _said(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "; ".join(str(part) for part in value) if isinstance(value, Iterable) else str(value)


def _plain(code: str) -> str:
    return code.replace("_", " ")


@writes(mash.ContactReceived)
def _(event: mash.ContactReceived, record: Record) -> Draft:
    """Seen by the referrer's agency too, or by the one organisation of it that the referrer speaks for."""
    referrer: tuple[SeenBy, ...] = ()
    if event.referrer_agency:
        by, organisation = record.envelope, event.referrer_organisation
        if organisation is None and by.agency == event.referrer_agency:
            # A school that writes down its own worry does not show it to every other school.
            organisation = by.organisation
        referrer = (SeenBy(agency=event.referrer_agency, organisation=organisation),)
    return Draft(
        title=f"Contact received from {event.source.label}",
        topic="contact",
        parts=words(
            record, worries="What is worrying", strengths="What is working well", referrer_name="Told by"
        ),
        also=referrer,
    )


@writes(mash.ContactScreened)
def _(event: mash.ContactScreened, _record: Record) -> Draft:
    carer = "; may be a young carer" if event.young_carer else ""
    return Draft(title=f"Contact screened: potential {_plain(event.potential)}{carer}", topic="contact")


@writes(mash.ContactDecided)
def _(event: mash.ContactDecided, record: Record) -> Draft:
    return Draft(
        title=f"Contact decided: {_plain(event.outcome)}, level {event.level}",
        topic="contact",
        significance="significant",
        parts=words(record, rationale="Why", indicators="Indicators considered", service="Service"),
    )


@writes(mash.ReferrerInformed)
def _(event: mash.ReferrerInformed, record: Record) -> Draft:
    what = "the outcome" if event.outcome else "what happens next"
    return Draft(title=f"Referrer told {what}", topic="contact", parts=words(record, message="Message"))


@writes(assessment.ReferralOpened)
def _(event: assessment.ReferralOpened, _record: Record) -> Draft:
    return Draft(title=f"Referral opened: {event.primary_need.label.lower()}", topic="referral")


@writes(assessment.WorkerAllocated)
def _(event: assessment.WorkerAllocated, record: Record) -> Draft:
    days = event.assessment_due_in_working_days
    return Draft(
        title=f"Social worker allocated; assessment within {days} working days",
        topic="referral",
        parts=words(record, worker_name="Social worker", reason="Why this time"),
    )


@writes(assessment.ChildSeen)
def _(event: assessment.ChildSeen, record: Record) -> Draft:
    how = "alone" if event.alone else "not alone"
    return Draft(
        title=f"Child seen {how} ({_plain(event.place)})",
        topic="visit",
        significance="significant",
        parts=words(record, words="The child's words", why_not_alone="Why not alone"),
    )


@writes(assessment.ChildNotSeen)
def _(event: assessment.ChildNotSeen, record: Record) -> Draft:
    return Draft(
        title=f"Visit at which the child was not seen ({_plain(event.place)})",
        topic="visit",
        significance="significant",
        parts=words(record, why_not_seen="Why not seen", words="What was said"),
    )


@writes(DeadlineMissed)
def _(event: DeadlineMissed, _record: Record) -> Draft:
    """Seen by the team's own agency, which recorded it."""
    return Draft(title=f"Deadline missed: {event.rule}", topic="deadline", significance="significant")


@writes(DeadlineVaried)
def _(event: DeadlineVaried, record: Record) -> Draft:
    return Draft(title=f"Deadline varied: {event.rule}", topic="deadline", parts=words(record, reason="Why"))


@writes(RecordCorrected)
def _(event: RecordCorrected, record: Record) -> Draft:
    title = "An earlier record was withdrawn" if event.body is None else "An earlier record was corrected"
    return Draft(
        title=title, topic="correction", significance="significant", parts=words(record, reason="Why")
    )
