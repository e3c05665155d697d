"""Who sees an entry once persons have had their say: by rule, then what was decided of it, the later winning. Pure.

A rule says who sees an entry when nobody said otherwise; a person of the team that recorded it may widen or narrow that, on
a lawful basis. What a later rule opens stands below what a person decided before. Source: the rules' "Who sees an entry when
nobody said otherwise"; E5.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from services.chronology.events import AudienceDecision, Shown, ShownDepth
from shared.team.audience import Party, SeenBy

_ORDER: Final[tuple[ShownDepth, ...]] = ("nothing", "withheld", "title", "whole")
_RANK: Final = {depth: rank for rank, depth in enumerate(_ORDER)}


def resulting(
    by_rule: Sequence[SeenBy], decisions: Sequence[tuple[AudienceDecision, bool]]
) -> tuple[Shown, ...]:
    """Everyone who is shown something of an entry, or would be by rule, each once.

    Args:
        by_rule: who sees it when nobody says otherwise.
        decisions: what persons decided of it, in order of record, each with whether it shares. None withholds from
            children's social care, nor from who recorded it: that is refused when it is asked.
    """
    parties = dict.fromkeys(seen.party for seen in by_rule)
    for decision, shares in decisions:
        if shares:
            parties |= dict.fromkeys(decision.parties)
    ruled = {seen.party: seen.depth for seen in by_rule}
    return tuple(_one(party, ruled.get(party, "nothing"), decisions) for party in parties)


def _one(party: Party, ruled: ShownDepth, decisions: Sequence[tuple[AudienceDecision, bool]]) -> Shown:
    """What one of them is shown, after each decision that names them in turn."""
    shown = Shown(agency=party.agency, organisation=party.organisation, depth=ruled)
    for decision, shares in decisions:
        if _names(decision, party):
            shown = _shared(shown, decision) if shares else _withheld(shown, decision)
    return shown


def _names(decision: AudienceDecision, party: Party) -> bool:
    return any(
        named.agency == party.agency and named.organisation in (None, party.organisation)
        for named in decision.parties
    )


def _shared(before: Shown, decision: AudienceDecision) -> Shown:
    """At least so much, and for so long; who sees more by rule keeps it."""
    if before.until is None and before.why == "rule" and _RANK[before.depth] >= _RANK[decision.depth]:
        return before
    ended = before.depth if before.until is None else before.after
    return before.model_copy(
        update={
            "depth": decision.depth,
            "why": "shared",
            "basis": decision.lawful_basis,
            "until": decision.until,
            "after": ended if decision.until is not None else None,
        }
    )


def _withheld(before: Shown, decision: AudienceDecision) -> Shown:
    """At most so much. Who would see nothing anyway is not told that there is something."""
    if _RANK[before.depth] <= _RANK[decision.depth]:
        return before
    return before.model_copy(
        update={
            "depth": decision.depth,
            "why": "withheld",
            "basis": decision.lawful_basis,
            "until": None,
            "after": None,
        }
    )


def deepest(shown: Iterable[Shown], agency: str, organisation: str | None) -> Shown | None:
    """What counts for a reader of an agency and organisation: of all that name them the deepest, and of those as deep the
    one that lasts; None: nobody named them.
    """
    naming = [each for each in shown if each.lets(agency, organisation)]
    return max(naming, key=lambda each: (_RANK[each.depth], each.until is None), default=None)


def depth_at(
    agency: str, organisation: str | None, shown: Iterable[Shown], now: datetime | None = None
) -> ShownDepth | None:
    """How much is shown to who reads for an agency, and for an organisation or none; None: nothing."""
    found = deepest(shown, agency, organisation)
    depth = None if found is None else found.depth if now is None else found.at(now)
    return None if depth == "nothing" else depth


def as_seen(shown: Iterable[Shown], now: datetime) -> tuple[SeenBy, ...]:
    """Those who see at least its title at an instant: whoever sees a thing."""
    return tuple(
        SeenBy(agency=each.agency, organisation=each.organisation, depth=depth)
        for each in shown
        if (depth := each.at(now)) in ("title", "whole")
    )
