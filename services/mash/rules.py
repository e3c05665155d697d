"""The front door's clocks, as dated data."""

from datetime import time
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
        Rule(
            id="M14",
            what="report female genital mutilation to the police: the professional who was told or saw it",
            starts="known to the professional, where told or observed",
            limit=1,
            unit=Unit.WORKING_DAYS,
            met_by="police report recorded",
            source="Threshold document, section 6; Female Genital Mutilation Act 2003, section 5B",
        ),
        Rule(
            id="M22",
            what="confirm a telephone referral in writing",
            starts="contact received by telephone from a professional",
            limit=48,
            unit=Unit.HOURS,
            met_by="written form received",
            source="National practice; the hours are the council's own",
            local=True,
        ),
        Rule(
            id="M23",
            what="tell the child's school of domestic abuse before its next day begins",
            starts="incident notified",
            limit=None,
            unit=Unit.FIRST_WORKING_HOUR,
            at=time(9),
            met_by="school told, or why not",
            source="Operation Encompass; Domestic Abuse Act 2021, section 49A; the hour is the council's own",
            local=True,
        ),
    ),
    edition="2026-11",
)
