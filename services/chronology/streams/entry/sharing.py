"""Who sees an entry is widened, or narrowed, by a person: on a lawful basis and with the reason (E5)."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from pydantic import Field, model_validator

from services.chronology.codes import WithheldShow
from services.chronology.decided_audience import resulting
from services.chronology.events import AudienceDecision, AudienceText, EntryShared, EntryWithheld, Shown
from services.chronology.streams.child_record import ChildRecord
from services.chronology.streams.entry.state import Decided, EntryOfChild, EntryState, named_entries
from shared.domain.code_lists import LawfulBasis
from shared.domain.command import Command, Refused, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Agency, Distinct, Organisation, RequiredText
from shared.domain.instants import Day, local_date, start_of_day
from shared.team.audience import OF_ORGANISATIONS, SOCIAL_CARE, Depth, Party

_NOTE: Final = "mash.ContactPassedToOpenCase"
"""A note on an open case (M9): shown to nobody else until the worker who has the case shares it."""

_HAS_THE_CASE: Final = frozenset({"social_worker", "team_manager"})


class ShareEntry(Command, name="chronology.ShareEntry"):
    """Show an entry to others than the rules name, on a lawful basis and with the reason (E5). `re` is the step that made it.

    Of an agency of many organisations one is named, or those are meant that are involved with the child. `until` is the last
    day (London) on which they see it.
    """

    share_with: Distinct[Agency] = Field(alias="with", min_length=1)
    organisation: Organisation | None = None
    lawful_basis: LawfulBasis
    reason: RequiredText
    depth: Depth = "whole"
    until: Day | None = None

    @model_validator(mode="after")
    def _one_agency(self) -> "ShareEntry":
        _of_one_agency(self.share_with, self.organisation)
        return self


class WithholdEntry(Command, name="chronology.WithholdEntry"):
    """Withhold an entry from others, on a lawful basis and with the reason why showing it would do more harm (E5). `re` is the
    step that made it; `show` says whether they learn that something is withheld, see its title, or nothing at all.
    """

    withhold_from: Distinct[Agency] = Field(alias="from", min_length=1)
    organisation: Organisation | None = None
    lawful_basis: LawfulBasis
    reason: RequiredText
    show: WithheldShow = WithheldShow.WITHHELD

    @model_validator(mode="after")
    def _one_agency(self) -> "WithholdEntry":
        _of_one_agency(self.withhold_from, self.organisation)
        return self


def share_entry(command: ShareEntry, state: EntryOfChild, context: Context) -> Decided:
    """The entries of the step are open to whom the person names, beside all who see them already.

    Raises:
        NotFound: there is no such entry, or the actor does not see it.
        Refused: L9 of what is sealed; E9 by whose team did not record it; E2 until a day that is past; no organisation
            is named and none is known.
    """
    named = named_entries(None, state, context)
    _refuse_sealed(named)
    refuse_all(
        ("E9", not all(_may_share(each, context) for each in named.values()), _NOT_THEIRS),
        (
            "E2",
            command.until is not None and command.until < local_date(context.now),
            "they would see it until a day that is past; correct the day, or leave it out",
        ),
    )
    decision = AudienceDecision(
        parties=_shared_with(command, state.child_record),
        depth=command.depth,
        lawful_basis=command.lawful_basis,
        until=start_of_day(command.until + timedelta(days=1)) if command.until else None,
    )
    return [
        EntryShared(
            entry=entry_id,
            seen_by=_with(decision, entry_id, each, state.child_record, shares=True),
            because="shared",
            decision=decision,
            sealed=_words(command),
        )
        for entry_id, each in named.items()
        if _last_said(entry_id, state.child_record) != (decision, True)
    ]


def withhold_entry(command: WithholdEntry, state: EntryOfChild, context: Context) -> Decided:
    """The entries of the step are closed to whom the person names; never to social care, nor to who recorded them.

    Raises:
        NotFound: there is no such entry, or the actor does not see it.
        Refused: L9 of what is sealed; E9 by whose team did not record it; E5 from social care, or from who recorded it.
    """
    named = named_entries(None, state, context)
    _refuse_sealed(named)
    organisation = command.organisation.id if command.organisation else None
    parties = tuple(Party(agency=agency, organisation=organisation) for agency in command.withhold_from)
    refuse_all(
        ("E9", not all(_recorded(each, context) for each in named.values()), _NOT_THEIRS),
        (
            "E5",
            any(_keeps(party, each) for party in parties for each in named.values()),
            "nothing is withheld from children's social care, nor from who recorded it; leave them out",
        ),
    )
    decision = AudienceDecision(parties=parties, depth=command.show.value, lawful_basis=command.lawful_basis)
    return [
        EntryWithheld(
            entry=entry_id,
            seen_by=_with(decision, entry_id, each, state.child_record, shares=False),
            decision=decision,
            sealed=_words(command),
        )
        for entry_id, each in named.items()
        if _last_said(entry_id, state.child_record) != (decision, False)
    ]


_NOT_THEIRS: Final = "another team recorded this; ask somebody of that team to decide who sees it"


def _of_one_agency(agencies: tuple[str, ...], organisation: Organisation | None) -> None:
    """An organisation is one of an agency of many: which, is clear only where one agency is named."""
    refuse_fields(
        (
            "organisation",
            organisation is not None and (len(agencies) > 1 or agencies[0] not in OF_ORGANISATIONS),
            (
                "name the organisation of one agency at a time, and only of education, health, housing or placements: every "
                "other agency is one"
            ),
        )
    )


def _refuse_sealed(named: dict[UUID, EntryState]) -> None:
    """L9 stands alone: who may not know of it learns nothing else."""
    if any(each.sensitivity == "sealed" for each in named.values()):
        raise Refused("this is sealed; the LADO alone says who may know of it", rule="L9")


def _recorded(entry: EntryState, context: Context) -> bool:
    """Whether it was recorded in the name of the actor's agency and organisation."""
    return entry.recorder == Party(agency=context.actor.agency, organisation=context.actor.organisation)


def _may_share(entry: EntryState, context: Context) -> bool:
    """Whoever recorded it; a note on an open case also who has the case."""
    has_the_case = context.actor.agency == SOCIAL_CARE and context.actor.role in _HAS_THE_CASE
    return _recorded(entry, context) or (entry.source_event == _NOTE and has_the_case)


def _keeps(party: Party, entry: EntryState) -> bool:
    """Whether somebody is named who always sees it."""
    recorder = entry.recorder
    of_recorder = party.agency == recorder.agency and party.organisation in (None, recorder.organisation)
    return party.agency == SOCIAL_CARE or of_recorder


def _shared_with(command: ShareEntry, record: ChildRecord) -> tuple[Party, ...]:
    """Whom it is shared with, each by name.

    Raises:
        Refused: of an agency of many organisations none is named, and none is involved with the child.
    """
    if command.organisation is not None:
        return (Party(agency=command.share_with[0], organisation=command.organisation.id),)
    found: list[Party] = []
    for agency in command.share_with:
        involved = sorted(
            (party for party in record.involved if party.agency == agency and party.organisation),
            key=lambda party: party.organisation or "",
        )
        if agency in OF_ORGANISATIONS and not involved:
            raise Refused("say which organisation: none of that agency is known to work with the child")
        found += involved if agency in OF_ORGANISATIONS else [Party(agency=agency)]
    return tuple(found)


def _with(
    decision: AudienceDecision, entry_id: UUID, entry: EntryState, record: ChildRecord, *, shares: bool
) -> tuple[Shown, ...]:
    """The whole audience that results."""
    decisions = [*record.decisions_on(entry_id), (decision, shares)]
    return resulting(record.by_rule(entry_id) or entry.seen_by, decisions)


def _last_said(entry_id: UUID, record: ChildRecord) -> tuple[AudienceDecision, bool] | None:
    """What was decided last of an entry: the same once more is already so."""
    return next(reversed(record.decisions_on(entry_id)), None)


def _words(command: ShareEntry | WithholdEntry) -> AudienceText:
    return AudienceText(
        reason=command.reason,
        organisation_name=command.organisation.name if command.organisation else None,
    )
