"""What leaves the service, and never who the adult is (L8): a child at risk, and to whom it is shown that a record exists."""

from pydantic import Field

from services.lado.codes import Setting, ToldTo
from services.lado.events import (
    ChildAtRiskNotified,
    ReadersNamed,
    ReadersText,
    RiskText,
    SealedRecordExists,
)
from services.lado.streams.allegation.state import Allegation, AllegationEvent
from shared.domain.command import Check, Command, refuse_all
from shared.domain.compared import ComparedText
from shared.domain.decider import Context
from shared.domain.fields import Distinct, Professional, RequiredText


class NotifyChildAtRisk(Command, name="lado.NotifyChildAtRisk"):
    """Tell the front door, or referral and assessment, that a child is at risk: of what, and no word of who the adult is (L8)."""

    risk: ComparedText
    to: ToldTo
    setting_kind: Setting | None = None
    urgent: bool = False


class NameReaders(Command, name="lado.NameReaders"):
    """Name the professionals to whom it is shown that a sealed record of this child exists, and nothing of what it is (L8)."""

    named: Distinct[Professional] = Field(min_length=1)
    reason: RequiredText


def about_nobody(context: Context) -> Check:
    """Forbids what is told of a child where the allegation is about none."""
    return (
        "",
        context.child is None,
        "this allegation is about no child: receive a notification about the child first",
        "about_no_child",
    )


def may_tell(_state: Allegation, context: Context) -> tuple[Check, ...]:
    """Of a child alone."""
    return (about_nobody(context),)


def notify_child_at_risk(
    command: NotifyChildAtRisk, state: Allegation, context: Context
) -> list[AllegationEvent]:
    """Told: they take it from there."""
    refuse_all(
        (
            "L8",
            command.risk.holds(state.words),
            (
                "the text holds a word of who the adult is (a name, an alias, the employer): say what the child is at risk "
                "of without it; the kind of setting has a field of its own"
            ),
            "names_the_adult",
        ),
        *may_tell(state, context),
    )
    return [
        ChildAtRiskNotified(
            to=command.to,
            setting_kind=command.setting_kind,
            urgent=command.urgent,
            sealed=RiskText(risk=command.risk.text),
        )
    ]


def name_readers(command: NameReaders, state: Allegation, context: Context) -> list[AllegationEvent]:
    """Named beside those named before; whoever is named already is so."""
    refuse_all(*may_tell(state, context))
    new = [each for each in command.named if each.id not in state.readers]
    if not new:
        return []
    named = tuple(each.id for each in new)
    names = tuple(each.of(context.actor.agency).name for each in new)
    return [
        ReadersNamed(named=named, sealed=ReadersText(names=names, reason=command.reason)),
        SealedRecordExists(named=named),
    ]
