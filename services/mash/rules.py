"""The front door's clocks, as dated data."""

from typing import Final

from shared.domain.rules import Rule, Rulebook, Unit

_S1 = "Threshold document, appendix 2"

RULES: Final = Rulebook(
    (
        Rule(
            id="M1",
            what="decide the contact: a manager or senior practitioner",
            starts="contact received",
            limit=1,
            unit=Unit.WORKING_DAYS,
            met_by="contact decided or held",
            source=_S1,
        ),
        Rule(
            id="M2",
            what="gather information on a potential child in need or child protection contact that day",
            starts="screened as potential child in need or child protection",
            limit=None,
            unit=Unit.SAME_WORKING_DAY,
            met_by="first agency check requested, or decision",
            source=_S1,
        ),
        Rule(
            id="M3",
            what="tell the referrer what happens next",
            starts="contact received",
            limit=24,
            unit=Unit.HOURS,
            met_by="referrer informed",
            source=_S1,
        ),
        Rule(
            id="M4",
            what="tell the referrer the outcome",
            starts="contact decided",
            limit=24,
            unit=Unit.HOURS,
            met_by="referrer informed of the outcome",
            source=_S1,
        ),
        Rule(
            id="M5",
            what="decide a contact that was held for more information",
            starts="contact held",
            limit=1,
            unit=Unit.WORKING_DAYS,
            met_by="contact decided",
            source=_S1,
        ),
    ),
    edition="2026-11",
)
