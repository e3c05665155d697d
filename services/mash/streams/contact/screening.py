"""Screening a contact: what it may be, and whether each child may be a young carer."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from services.mash.codes import Concern, MissingFrom, Potential
from services.mash.events import ContactRestricted, ContactScreened
from services.mash.streams.contact.receiving import missing_notice
from services.mash.streams.contact.state import Contact, ContactEvent, decided_already, too_early
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import Distinct, PersonId, ShortText
from shared.domain.rules import Deadline

_GATHER: Final = frozenset({Potential.CHILD_PROTECTION, Potential.CHILD_IN_NEED})
_FGM_TOLD: Final = frozenset({Concern.FGM_TOLD, Concern.FGM_OBSERVED})


class Missing(BaseModel):
    """From where the child is missing, and what the police call it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    missing_from: MissingFrom | None = Field(default=None, alias="from")
    police_reference: ShortText | None = None


class ScreenContact(Command, name="mash.ScreenContact"):
    """Say what a contact may be, and ask of each child whether they are a young carer (M12).

    A potential child-protection or child-in-need contact starts M2: information is gathered that working day. No child
    named in `young_carers` is an answer; no list is none.
    """

    potential: Potential
    young_carers: Distinct[PersonId] | None = None
    person_in_trust: bool = False
    concerns: Distinct[Concern] = ()
    missing: Missing | None = None


def may_screen(state: Contact) -> tuple[Check, ...]:
    """A contact is screened before it is decided (M1)."""
    return (decided_already(state, "it can no longer be screened"),)


def screen_contact(command: ScreenContact, state: Contact, context: Context) -> list[ContactEvent]:
    """Screen it, again where it turns out to be something else; M2 and M14 start once."""
    carers = command.young_carers
    refuse_all(
        *may_screen(state),
        (
            "M12",
            carers is None,
            (
                "answer for each child whether they are a young carer: name those who are, "
                "or send an empty list where none is"
            ),
        ),
        (
            "M12",
            not set(carers or ()) <= set(context.children),
            "a child named as young carer is not part of what is screened",
        ),
        (
            "",
            Concern.MISSING in command.concerns and context.child is None,
            "a child who is missing is looked for by who they are: match those who were said first (mash.MatchChildren)",
            "not_matched",
        ),
        too_early(state, context),
    )
    young_carer = context.child in (carers or ())
    events: list[ContactEvent] = []
    if (state.screened_as, state.young_carer, state.concerns) != (
        command.potential,
        young_carer,
        frozenset(command.concerns),
    ):
        report_by = _report_fgm_by(command, state, context)
        events.append(
            ContactScreened(
                contact=context.thing,
                potential=command.potential,
                young_carer=young_carer,
                concerns=command.concerns,
                gather_by=_gather_by(command.potential, context),
                fgm_known_at=report_by.starts_at if report_by else None,
                report_fgm_by=report_by,
            )
        )
    if Concern.MISSING in command.concerns and Concern.MISSING not in state.concerns:
        said = command.missing or Missing()
        received_at = state.received_at or context.happened_at
        events.append(missing_notice(context, said.missing_from, said.police_reference, received_at))
    if command.person_in_trust and state.restricted_to is None:
        events.append(ContactRestricted(contact=context.thing, until_decided=True))
    return events


def _gather_by(potential: Potential, context: Context) -> Deadline | None:
    """M2, once: screening a contact again as something graver starts no second clock. One that was withdrawn never ran."""
    if potential not in _GATHER or _runs("M2", context):
        return None
    return context.deadline("M2", context.happened_at)


def _report_fgm_by(command: ScreenContact, state: Contact, context: Context) -> Deadline | None:
    """M14, from when it was known, where it does not run from the contact itself."""
    if not _FGM_TOLD & set(command.concerns) or _runs("M14", context):
        return None
    return context.deadline("M14", state.known_at or context.known_at)


def _runs(rule: str, context: Context) -> bool:
    return any(clock.rule == rule and clock.ended_at is None for clock in context.clocks)
