"""The entries of the events that every team has: written once, in the words of the team's own rules.

Who sees them beside children's social care and who recorded it: of an escalation the two agencies; of a decision on
sharing those it shares with; of supervision, audits and copies nobody (the rules, "Who sees an entry").
"""

from typing import Final

from shared.domain.clock_facts import DeadlineMissed, DeadlineVaried
from shared.domain.command import in_words
from shared.domain.corrections import RecordCorrected
from shared.team.audience import OF_ORGANISATIONS, Depth, OpenTerm, agency, also_of, organisation
from shared.team.entries import Entries, Entry, Text
from shared.team.escalation import EscalationAnswered, EscalationRaised, EscalationResolved
from shared.team.oversight import AuditRecorded, SupervisionRecorded
from shared.team.sharing import CopyGiven, DisclosureDecided

EVERY_TEAM: Final = Entries("team")
"""What every team's facts of the kernel say in the chronology."""


@EVERY_TEAM.on(DeadlineMissed)
def _(event: DeadlineMissed, text: Text) -> Entry:
    """Seen by the team's own agency, which recorded it."""
    return Entry(
        title=f"Not done in time: {text.rule(event.rule, event.due_at)}",
        topic="deadline",
        significance="significant",
    )


@EVERY_TEAM.on(DeadlineVaried)
def _(event: DeadlineVaried, text: Text) -> Entry:
    return Entry(
        title=f"New date agreed: {text.rule(event.rule, event.was_due_at)}",
        topic="deadline",
        parts=text.parts(reason="Why"),
    )


@EVERY_TEAM.on(RecordCorrected)
def _(event: RecordCorrected, text: Text) -> Entry:
    """Seen by who sees the contact, or whatever else stands for its thing, that it corrects; else by nobody else."""
    what = "withdrawn" if event.body is None else "corrected"
    return Entry(
        title=f"An earlier record was {what}",
        topic="correction",
        significance="significant",
        parts=text.parts(reason="Why"),
        seen_by=[also_of(event.corrects.command, event=event.corrects.name)],
    )


@EVERY_TEAM.on(EscalationRaised, stands_for_thing=True)
def _(event: EscalationRaised, text: Text) -> Entry:
    return Entry(
        title=f"Escalation raised with {in_words(event.their_agency)}: {event.stage.label.lower()}",
        topic="escalation",
        significance="critical",
        parts=text.parts(raised_with="Raised with", what="What is disagreed about", wanted="What is wanted"),
        seen_by=_the_two(event),
    )


@EVERY_TEAM.on(EscalationAnswered)
def _(event: EscalationAnswered, text: Text) -> Entry:
    agreed = "agreed" if event.agreed else "not agreed"
    return Entry(
        title=f"Escalation answered by {in_words(event.their_agency)}: {agreed}, {event.stage.label.lower()}",
        topic="escalation",
        parts=text.parts(answer="Answer"),
        seen_by=_the_two(event),
    )


@EVERY_TEAM.on(EscalationResolved)
def _(event: EscalationResolved, text: Text) -> Entry:
    agreed = "agreed" if event.agreed else "not agreed"
    return Entry(
        title=f"Escalation resolved: {agreed}, {event.stage.label.lower()}",
        topic="escalation",
        parts=text.parts(resolution="How it was resolved"),
        seen_by=_the_two(event),
    )


@EVERY_TEAM.on(DisclosureDecided)
def _(event: DisclosureDecided, text: Text) -> Entry:
    whom = ", ".join(in_words(each) for each in event.agencies)
    what = "Decided to share with" if event.share else "Decided not to share with"
    return Entry(
        title=f"{what} {whom}: {event.lawful_basis.label}",
        topic="sharing",
        parts=text.parts(reason="Why"),
        seen_by=_shared_with(event) if event.share else [],
    )


@EVERY_TEAM.on(SupervisionRecorded)
def _(event: SupervisionRecorded, text: Text) -> Entry:
    return Entry(
        title=event.kind.label,
        topic="oversight",
        parts=text.parts(worker="Supervised", notes="Notes", decisions="Decisions"),
    )


@EVERY_TEAM.on(AuditRecorded)
def _(event: AuditRecorded, text: Text) -> Entry:
    return Entry(
        title=f"Audit: {event.what.label.lower()}",
        topic="oversight",
        parts=text.parts(grade="Grade", findings="Findings", actions="Actions"),
    )


@EVERY_TEAM.on(CopyGiven)
def _(event: CopyGiven, text: Text) -> Entry:
    given = "given" if event.to else "not given"
    some = ", but not to everybody" if event.to and event.not_given else ""
    return Entry(
        title=f"Copy {given}{some}: {event.document.label.lower()}",
        topic="sharing",
        parts=text.parts(reasons="Why it was not given"),
    )


def _the_two(event: EscalationRaised | EscalationAnswered | EscalationResolved) -> list[OpenTerm]:
    """Who raised it, and the agency that it is addressed to."""
    return [organisation(event.by_agency, event.by_organisation), agency(event.their_agency)]


def _shared_with(event: DisclosureDecided) -> list[OpenTerm]:
    """The agencies named; of one of many organisations the one that was named, if any was."""
    depth: Depth = "whole" if event.whole else "title"
    return [
        organisation(each, event.organisation, depth=depth)
        if event.organisation and each in OF_ORGANISATIONS
        else agency(each, depth=depth)
        for each in event.agencies
    ]
