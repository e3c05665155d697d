"""The front door's clocks, as dated data."""

from datetime import time
from typing import Final

from shared.domain.rules import Rule, Rulebook, Unit
from shared.team.rules import without_clock

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
            id="M19",
            what="hand the shift out of hours over to the front door, which accepts it",
            starts="a period out of hours: its first contact received, or first act of an out-of-hours social worker",
            limit=None,
            unit=Unit.FIRST_WORKING_HOUR,
            at=time(10),
            met_by="handover accepted",
            source="Service description, teams; threshold document, appendix 1; the hour is the council's own",
            local=True,
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
        without_clock(
            "M6",
            "immediate harm goes to referral and assessment at once; a contact decided otherwise takes none",
            "refused",
            _S1,
        ),
        without_clock(
            "M7", "a screener may log, screen, inform and signpost, never consult or decide", "refused", _S1
        ),
        without_clock(
            "M8",
            "a consultation is recorded with both professionals, and whether the family knows or why not; it is no referral",
            "recorded",
            "Threshold document, section 4",
        ),
        without_clock(
            "M9",
            "what is reported of a child with an open case is a note on that case, and no new contact",
            "written as a note; refused on one",
            f"{_S1}; sections 6 and 9",
        ),
        without_clock(
            "M10",
            "consent by somebody with parental responsibility, or a lawful basis without it, before others are asked",
            "refused",
            "Threshold document, sections 2 and 7, appendix 2",
        ),
        without_clock(
            "M11",
            "what an agency is asked is proportionate to the suspected risk: full, partial or minimal, with the reason",
            "asked for with each check",
            "Threshold document, section 7",
        ),
        without_clock(
            "M12",
            "screening asks of each child whether they are a young carer; one who is is referred, with consent or basis",
            "refused",
            "Threshold document, section 6",
        ),
        without_clock(
            "M13",
            "of sexual or criminal exploitation the police are told at once",
            "recorded, with when they were told",
            "Threshold document, section 6",
        ),
        without_clock(
            "M15",
            "of an immediate risk of radicalisation the police are told before the Prevent lead",
            "refused",
            "Threshold document, section 6",
        ),
        without_clock(
            "M16",
            "family wellbeing only with the family's signed consent to the referral",
            "refused",
            "Threshold document, section 8, appendix 3",
        ),
        without_clock(
            "M17",
            "the daily meeting upholds each decision, or changes it with the reason; then it is decided anew, once",
            "refused",
            "Service description, section 4",
        ),
        without_clock(
            "M18",
            "a high risk of domestic abuse goes to the MARAC, or it is said why not",
            "refused",
            "Service description, section 3",
        ),
        without_clock(
            "M20",
            "a status enquiry is answered and logged, with the asker's basis",
            "recorded, and in the record of who looked",
            "Threshold document, sections 6 and 10",
        ),
        without_clock(
            "M21",
            "of harmful sexual behaviour between children both are referred: the contacts are linked with each child",
            "recorded with both",
            "Threshold document, section 6",
        ),
        without_clock(
            "F14",
            "family wellbeing names what makes the family eligible",
            "refused",
            "Threshold document, sections 2 and 8",
        ),
    ),
    edition="2026-11",
)
