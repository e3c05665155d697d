"""The LADO's clocks, as dated data."""

from typing import Final

from shared.domain.rules import Rule, Rulebook, Unit
from shared.team.rules import without_clock

_KCSIE = "Keeping children safe in education, part 4"
_LOCAL = "The council's own"

RULES: Final = Rulebook(
    (
        Rule(
            id="L1",
            what="tell the LADO of an allegation against an adult who works with children",
            do="Tell the LADO",
            missed="The LADO was not told in time",
            starts="the organisation knew of it",
            limit=1,
            unit=Unit.WORKING_DAYS,
            met_by="notification received; late it is recorded, never refused",
            source="Working together to safeguard children (2023)",
        ),
        Rule(
            id="L2",
            what="decide whether it meets the threshold",
            do="Decide the threshold",
            missed="Threshold was not decided in time",
            starts="notification received",
            limit=1,
            unit=Unit.WORKING_DAYS,
            met_by="threshold decided",
            source=f"Service description; {_KCSIE}; the day is the council's own",
            local=True,
        ),
        Rule(
            id="L3",
            what="hold the allegations management meeting",
            do="Hold the allegations management meeting",
            missed="Allegations management meeting was not held in time",
            starts="threshold met",
            limit=5,
            unit=Unit.WORKING_DAYS,
            met_by="meeting held",
            source=_LOCAL,
            local=True,
        ),
        Rule(
            id="L4",
            what="review an allegation while it is open",
            do="Review the allegation",
            missed="Allegation was not reviewed in time",
            starts="meeting or review held",
            limit=1,
            unit=Unit.MONTHS,
            met_by="review held",
            source=_LOCAL,
            local=True,
        ),
        Rule(
            id="L5",
            what="conclude an allegation: four in five within a month, nine in ten within three, all within a year",
            do="Determine the outcome",
            missed="Outcome was not determined in time",
            starts="notification received",
            limit=12,
            unit=Unit.MONTHS,
            met_by="outcome determined; ended where the threshold is not met",
            source=_LOCAL,
            local=True,
        ),
        without_clock(
            "L6",
            "an allegation is closed with its outcome; one substantiated with both referrals decided, or why not",
            "closing refused without",
            "Safeguarding Vulnerable Groups Act 2006, ss. 35 and 39",
        ),
        without_clock(
            "L7",
            "records are kept to the adult's normal pension age, or for ten years from the allegation, whichever is longer",
            "shown: until when at least they are kept",
            _KCSIE,
        ),
        without_clock(
            "L8",
            "nothing that identifies the adult leaves the service; a child at risk is told of without it",
            "refused where a text holds a word of who the adult is",
            "Service description",
        ),
        without_clock(
            "L9",
            "only the LADO and named deputies read or write an allegation",
            "refused, in the same words whether there is anything or not",
            "Design",
        ),
    ),
    edition="2026-11",
)
