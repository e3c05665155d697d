"""Who sees an entry of the chronology: a team says it in terms, the chronology answers with agencies and organisations.

A team knows its own facts alone. It says *the agencies that are working with the child* or *who was asked about this
contact*, and the chronology, which has one record of each child from all teams, finds out who that is. What a team
does not say is always so: children's social care sees every entry but a sealed one, and whoever recorded it sees it.
Source: the rules' "Who sees an entry when nobody said otherwise" and "Organisations".
"""

from collections.abc import Iterable
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.event import Event

SOCIAL_CARE: Final = "childrens_social_care"

OF_ORGANISATIONS: Final = frozenset({"education", "health", "housing", "placement"})
"""The agencies that are many organisations: this school, that ward. What one of them may see, the others may not."""

Depth = Literal["title", "whole"]
"""How much of an entry is seen: its title, which is made of codes alone, or all of it."""

Capacity = Literal["referrer", "asked", "present"]
"""As what an agency took part in a thing: who told of it, whom a check was asked of, who was at its meeting."""

Part = Literal["acted", "worked", "began", "ended"]
"""What an entry tells of an organisation and the child: that it acted once in its own name, that it worked with the
child once, that it began or ended to work with the child.
"""


class _Said(BaseModel):
    """Kept in commands and events, so it is never changed and takes nothing it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Party(_Said):
    """An agency, or one organisation of it. Of an agency of organisations, None: which one was not said."""

    agency: str
    organisation: str | None = None

    @property
    def party(self) -> "Party":
        """Who it is, without what else is said of them."""
        return Party(agency=self.agency, organisation=self.organisation)

    def lets(self, agency: str, organisation: str | None) -> bool:
        """Whether a reader of this agency and organisation is meant.

        Of an agency of organisations the organisation decides: a reader who names none is no school, and sees what
        was said of no school by name. Every other agency is one.
        """
        if agency != self.agency:
            return False
        if agency in OF_ORGANISATIONS:
            return organisation == self.organisation
        return None in (organisation, self.organisation) or organisation == self.organisation


class SeenBy(Party):
    """Who may see an entry, and how much of it."""

    depth: Depth = "whole"


class Involvement(Party):
    """What an entry tells of an organisation and the child."""

    part: Part


# -- the terms


class OfAgency(_Said):
    """An agency as such: those of its organisations that are involved with the child."""

    kind: Literal["agency"] = "agency"
    agency: str
    depth: Depth = "whole"


class OfOrganisation(_Said):
    """One organisation, by name. Without its name, nobody of an agency of organisations until a person names it."""

    kind: Literal["organisation"] = "organisation"
    agency: str
    organisation: str | None = None
    depth: Depth = "whole"


class InCapacity(_Said):
    """Who took part in a thing: those named here, who are remembered as such, or else those remembered until now."""

    kind: Literal["capacity"] = "capacity"
    capacity: Capacity
    parties: tuple[Party, ...] = ()
    of: UUID | None = None
    """The thing; left out, it is the entry's own."""
    depth: Depth = "whole"


class Working(_Said):
    """The agencies that worked with the child in so many months before it happened, or do so now."""

    kind: Literal["working"] = "working"
    months: int = 12
    depth: Depth = "title"


class AlsoOf(_Said):
    """Whoever sees a thing: the audience of the entries that stand for it, or of that one which tells this event."""

    kind: Literal["also_of"] = "also_of"
    thing: UUID
    event: str | None = None


class RecorderOf(_Said):
    """Who recorded a fact of the thing: the organisation in whose name it was recorded."""

    kind: Literal["recorder_of"] = "recorder_of"
    event: str
    of: UUID | None = None
    depth: Depth = "whole"


OpenTerm: TypeAlias = Annotated[
    OfAgency | OfOrganisation | InCapacity | Working | AlsoOf | RecorderOf, Field(discriminator="kind")
]
"""A term that lets somebody see, beside those who always do."""


class Only(_Said):
    """These and nobody else: neither children's social care nor who recorded it, unless a term names them."""

    kind: Literal["only"] = "only"
    terms: tuple[OpenTerm, ...]


Term: TypeAlias = Annotated[
    OfAgency | OfOrganisation | InCapacity | Working | AlsoOf | RecorderOf | Only,
    Field(discriminator="kind"),
]
"""One of the terms in which a team says who sees an entry."""


class Widening(_Said):
    """Opens what was told before: the entries of this event that stand for a thing are shown to others too."""

    event: str
    to: tuple[OpenTerm, ...]
    of: UUID | None = None
    """The thing; left out, it is the entry's own."""


# -- how a team says them


def agency(name: str, *, depth: Depth = "whole") -> OfAgency:
    """An agency as such, through those of its organisations that are involved with the child."""
    return OfAgency(agency=name, depth=depth)


def organisation(of_agency: str, name: str | None, *, depth: Depth = "whole") -> OfOrganisation:
    """`organisation("education", "Elm School")`: one party and nobody else of its agency."""
    return OfOrganisation(agency=of_agency, organisation=name, depth=depth)


def party(of_agency: str, name: str | None = None) -> Party:
    """`party("education", "Elm School")`: somebody to name in `referrer`, `asked`, `present`."""
    return Party(agency=of_agency, organisation=name)


def referrer(*parties: Party, of: UUID | None = None, depth: Depth = "whole") -> InCapacity:
    """Who told of the thing; named once, by the entry that knows it."""
    return InCapacity(capacity="referrer", parties=parties, of=of, depth=depth)


def asked(*parties: Party, of: UUID | None = None, depth: Depth = "whole") -> InCapacity:
    """Of whom a check was asked; named by the entry of the request."""
    return InCapacity(capacity="asked", parties=parties, of=of, depth=depth)


def present(*parties: Party, of: UUID | None = None, depth: Depth = "whole") -> InCapacity:
    """Who was at the thing's meeting; named by the entry of the meeting, and then working with the child."""
    return InCapacity(capacity="present", parties=parties, of=of, depth=depth)


def working_with_the_child(*, months: int = 12, depth: Depth = "title") -> Working:
    """The agencies that work with the child, or did so in the months before."""
    return Working(months=months, depth=depth)


def also_of(thing: UUID, *, event: str | None = None) -> AlsoOf:
    """Whoever sees this thing; of several entries that stand for it, the one that tells an event of this name."""
    return AlsoOf(thing=thing, event=event)


def recorder_of(event: Event | type[Event], *, of: UUID | None = None, depth: Depth = "whole") -> RecorderOf:
    """Who recorded this fact; or, by the class of an earlier fact, who recorded that one of the thing."""
    return RecorderOf(event=event.NAME, of=of, depth=depth)


def only(*terms: OpenTerm) -> Only:
    """These and nobody else."""
    return Only(terms=terms)


def opens(event: type[Event], *, to: Iterable[OpenTerm], of: UUID | None = None) -> Widening:
    """The earlier entry of this event that stands for the thing is shown to others too."""
    return Widening(event=event.NAME, to=tuple(to), of=of)


# -- what an entry tells of who is involved


def acted(of_agency: str, name: str | None = None) -> Involvement:
    """It acted in its own name: from now on it is involved with the child."""
    return Involvement(agency=of_agency, organisation=name, part="acted")


def worked(of_agency: str, name: str | None = None) -> Involvement:
    """It worked with the child, this once: it answered what it was asked."""
    return Involvement(agency=of_agency, organisation=name, part="worked")


def began_work(of_agency: str, name: str | None = None) -> Involvement:
    """It works with the child from now on."""
    return Involvement(agency=of_agency, organisation=name, part="began")


def ended_work(of_agency: str, name: str | None = None) -> Involvement:
    """It works with the child no longer."""
    return Involvement(agency=of_agency, organisation=name, part="ended")


def in_words(term: Term) -> str:
    """A term as a practitioner reads it, of the kind and not of the case: which organisation it is differs."""
    match term:
        case OfAgency():
            who = _plain(term.agency)
        case OfOrganisation():
            who = "the organisation named"
        case InCapacity():
            who = _CAPACITIES[term.capacity]
        case Working():
            who = f"agencies working with the child, now or in the {term.months} months before"
        case AlsoOf():
            return (
                "whoever sees what it belongs to" if term.event is None else "whoever sees what it tells of"
            )
        case RecorderOf():
            who = "who recorded it"
        case Only():
            return f"nobody but {'; '.join(map(in_words, term.terms))}"
    return f"{who} (title)" if term.depth == "title" else who


_CAPACITIES: Final = {
    "referrer": "the referrer's organisation",
    "asked": "those asked for a check",
    "present": "those at the meeting",
}


def _plain(code: str) -> str:
    return code.replace("_", " ")
