"""An agency check during an assessment: what another agency is asked about a child, and what it answers (A7)."""

from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from pydantic import Field

from services.assessment.events import (
    AgencyAsked,
    AgencyCheckRequested,
    AgencyInformationShared,
    CheckText,
    FindingsText,
)
from services.assessment.streams.asking import Asking
from services.assessment.streams.section47_enquiry import Section47Enquiry
from shared.domain.code_lists import Extent
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Agency, Distinct, Organisation, RequiredText
from shared.domain.instants import Day

CheckEvent: TypeAlias = AgencyCheckRequested | AgencyInformationShared


@dataclass(frozen=True, slots=True)
class AgencyCheck:
    """Who was asked, and whether they answered."""

    agency: str | None = None
    organisation: str | None = None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """What a decision on a check takes: the check, what may be asked of the child, and whether section 47 is decided."""

    agency_check: AgencyCheck
    asking: Asking
    section47_enquiry: Section47Enquiry


def evolve(state: AgencyCheck, event: CheckEvent) -> AgencyCheck:
    """The check after one more fact."""
    match event:
        case AgencyCheckRequested(agency=agency, organisation=organisation):
            return AgencyCheck(agency, organisation)
        case AgencyInformationShared():
            return replace(state, answered=True)
        case _:
            assert_never(event)


class RequestAgencyCheck(Command, name="assessment.RequestAgencyCheck", opens=True):
    """Ask an agency what it knows of the children, for their assessment: with consent, on the front door's lawful basis, or
    once section 47 is decided (A7). It is told the outcome (A6).
    """

    agency: Agency
    organisation: Organisation | None = None
    extent: Extent
    reason: RequiredText
    questions: tuple[RequiredText, ...] = Field(default=(), max_length=100)


class ReturnAgencyCheck(Command, name="assessment.ReturnAgencyCheck", recorded_within="outside"):
    """Answer a check (`re`): what the agency knows, and which others may read it."""

    findings: RequiredText
    shareable_with: Distinct[Agency]
    known_since: Day | None = None
    nothing_known: bool = False


CheckCommand: TypeAlias = RequestAgencyCheck | ReturnAgencyCheck


def decide(command: CheckCommand, state: CheckRecord, context: Context) -> list[CheckEvent | AgencyAsked]:
    """What follows from a command on a check.

    Raises:
        Refused: A7 without consent or basis, E9 for an agency that was not asked, and where it was answered already.
    """
    match command:
        case RequestAgencyCheck():
            return request_check(command, state, context)
        case ReturnAgencyCheck():
            return return_check(command, state.agency_check, context)
        case _:
            assert_never(command)


def request_check(
    command: RequestAgencyCheck, state: CheckRecord, context: Context
) -> list[CheckEvent | AgencyAsked]:
    """Ask, where somebody agreed to it, or something stands in for that."""
    refuse_all(
        (
            "A7",
            not (state.asking.may_ask or state.section47_enquiry.runs),
            (
                "other agencies are asked with the consent of somebody with parental responsibility (scope: information "
                "sharing), or once section 47 is decided: record one of the two first"
            ),
        ),
    )
    school = command.organisation
    return [
        AgencyCheckRequested(
            check=context.thing,
            agency=command.agency,
            organisation=school.id if school else None,
            extent=command.extent,
            sealed=CheckText(
                reason=command.reason,
                questions=command.questions,
                organisation_name=school.name if school else None,
            ),
        ),
        AgencyAsked(check=context.thing, agency=command.agency),
    ]


def return_check(
    command: ReturnAgencyCheck, state: AgencyCheck, context: Context
) -> list[CheckEvent | AgencyAsked]:
    """The answer: of the agency that was asked, or written down for it by this team."""
    actor = context.actor
    asked = actor.agency == state.agency and state.organisation in (None, actor.organisation)
    refuse_all(
        (
            "E9",
            not asked and not context.of_the_team,
            "another agency was asked: its answer comes from there, or from this team on its behalf",
        ),
        ("", state.answered, "it was answered already: correct the answer, or ask anew"),
    )
    assert state.agency is not None
    return [
        AgencyInformationShared(
            check=context.thing,
            agency=state.agency,
            organisation=state.organisation or (actor.organisation if asked else None),
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
    record=CheckRecord,
)
