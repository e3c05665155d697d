"""An agency check: what another agency is asked about a contact's children, and what it answers (M10, M11)."""

from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from services.mash.events import (
    AgencyCheckRequested,
    AgencyInformationShared,
    CheckText,
    FindingsText,
)
from services.mash.streams.contact import Contact
from services.mash.streams.contact.state import (
    about_a_stranger,
    decided_already,
    on_a_note,
    too_early,
)
from shared.domain.code_lists import Extent
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Agency, Distinct, Organisation, RequiredText
from shared.domain.instants import Day

CheckEvent: TypeAlias = AgencyCheckRequested | AgencyInformationShared


@dataclass(frozen=True)
class AgencyCheck:
    """Who was asked, about which contact, and whether they answered."""

    contact: UUID | None = None
    agency: str | None = None
    organisation: str | None = None
    answered: bool = False


@dataclass(frozen=True)
class CheckAndContact:
    """What a decision on a check takes: the check, and the contact that it belongs to."""

    agency_check: AgencyCheck
    contact: Contact


def evolve(state: AgencyCheck, event: CheckEvent) -> AgencyCheck:
    """The check after one more fact."""
    match event:
        case AgencyCheckRequested(contact=contact, agency=agency, organisation=organisation):
            return AgencyCheck(contact, agency, organisation)
        case AgencyInformationShared():
            return replace(state, answered=True)
        case _:
            assert_never(event)


class RequestAgencyCheck(Command, name="mash.RequestAgencyCheck", opens=True, refers_to="contact"):
    """Ask an agency what it knows of a contact's children (`re`): with consent or a lawful basis (M10), and no more than
    the suspected risk asks for (M11). Meets M2.
    """

    agency: Agency
    organisation: Organisation | None = None
    extent: Extent
    reason: RequiredText
    questions: tuple[RequiredText, ...] = Field(default=(), max_length=100)


class ReturnAgencyCheck(Command, name="mash.ReturnAgencyCheck", recorded_within="outside"):
    """Answer a check (`re`): what the agency knows, and which others may read it."""

    findings: RequiredText
    shareable_with: Distinct[Agency]
    known_since: Day | None = None
    nothing_known: bool = False


CheckCommand: TypeAlias = RequestAgencyCheck | ReturnAgencyCheck


def decide(command: CheckCommand, state: CheckAndContact, context: Context) -> list[CheckEvent]:
    """What follows from a command on a check.

    Raises:
        Refused: M10 without consent or basis, M1 for a decided contact, E9 for an agency that was not asked, and where it
            was answered already.
    """
    match command:
        case RequestAgencyCheck():
            return request_check(command, state.contact, context)
        case ReturnAgencyCheck():
            return return_check(command, state.agency_check, context)
        case _:
            assert_never(command)


def may_request(contact: Contact, context: Context) -> tuple[Check, ...]:
    """Agencies are asked with consent or a lawful basis (M10), before the contact is decided (M1); not of a note (M9), nor of
    a child whom nobody knows.
    """
    first = tuple(check for check in (on_a_note(contact), about_a_stranger(context)) if check[1])
    return first or (
        (
            "M10",
            not contact.may_ask,
            (
                "other agencies are asked with the consent of somebody with parental responsibility (scope: information "
                "sharing), or without it on a lawful basis: record one of the two first"
            ),
        ),
        decided_already(contact, "other agencies are asked by the team that it went to"),
    )


def request_check(command: RequestAgencyCheck, contact: Contact, context: Context) -> list[CheckEvent]:
    """Ask, where somebody agreed to it, or a basis stands in for that."""
    refuse_all(*may_request(contact, context), too_early(contact, context))
    assert command.re is not None
    school = command.organisation
    return [
        AgencyCheckRequested(
            check=context.thing,
            contact=command.re,
            agency=command.agency,
            organisation=school.id if school else None,
            extent=command.extent,
            sealed=CheckText(
                reason=command.reason,
                questions=command.questions,
                organisation_name=school.name if school else None,
            ),
        )
    ]


def may_return(state: AgencyCheck, context: Context) -> tuple[Check, ...]:
    """The agency that was asked answers, or MASH for it (E9), once."""
    return (
        (
            "E9",
            not _asked(state, context) and not context.of_the_team,
            "another agency was asked: its answer comes from there, or from MASH on its behalf",
        ),
        ("", state.answered, "it was answered already: correct the answer, or ask anew"),
    )


def _asked(state: AgencyCheck, context: Context) -> bool:
    """Whether it is the actor's agency, and organisation, that was asked."""
    actor = context.actor
    return actor.agency == state.agency and state.organisation in (None, actor.organisation)


def return_check(command: ReturnAgencyCheck, state: AgencyCheck, context: Context) -> list[CheckEvent]:
    """The answer: of the agency that was asked, or written down for it by the front door."""
    refuse_all(*may_return(state, context))
    assert state.contact is not None
    assert state.agency is not None
    return [
        AgencyInformationShared(
            check=context.thing,
            contact=state.contact,
            agency=state.agency,
            organisation=state.organisation
            or (context.actor.organisation if _asked(state, context) else None),
            shareable_with=command.shareable_with,
            nothing_known=command.nothing_known,
            known_since=command.known_since,
            sealed=FindingsText(findings=command.findings),
        )
    ]


agency_check = Stream(
    name="agency_check",
    state=AgencyCheck(),
    evolve=evolve,
    decide=decide,
    commands=CheckCommand,
    events=CheckEvent,
    per=Per.THING,
    record=CheckAndContact,
    preconditions={
        RequestAgencyCheck: lambda state, context: may_request(state.contact, context),
        ReturnAgencyCheck: lambda state, context: may_return(state.agency_check, context),
    },
    found_by={"contact": "re"},
)
