"""The words for who acts: roles, agencies, and which agency a role belongs to unless it says otherwise.

A role is the council's, not a team's: a police officer belongs to none. A new one needs a line here, and a policy in
`services/access.cedar` or a team's own `access.cedar` that says what it may do.
"""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid5

AGENCIES: Final = frozenset(
    {
        "childrens_social_care",
        "police",
        "health",
        "education",
        "housing",
        "probation",
        "domestic_abuse_service",
        "youth_offending",
        "family_wellbeing",
        "targeted_youth",
        "placement",
        "lado",
    }
)
"""Every agency. An agency is made of organisations (this school, that ward), each known by an id made of its name."""


DEFAULT_AGENCY: Final = MappingProxyType(
    {
        "mash_screener": "childrens_social_care",
        "mash_social_worker": "childrens_social_care",
        "mash_manager": "childrens_social_care",
        "senior_practitioner": "childrens_social_care",
        "out_of_hours_social_worker": "childrens_social_care",
        "team_manager": "childrens_social_care",
        "social_worker": "childrens_social_care",
        "conference_chair": "childrens_social_care",
        "conference_administrator": "childrens_social_care",
        "independent_reviewing_officer": "childrens_social_care",
        "legal_adviser": "childrens_social_care",
        "lado": "lado",
        "lado_deputy": "lado",
        "missing_coordinator": "childrens_social_care",
        "youth_worker": "targeted_youth",
        "keyworker": "family_wellbeing",
        "fws_manager": "family_wellbeing",
        "placement_manager": "placement",
        "parent_helpline": "childrens_social_care",
        "police_officer": "police",
        "health_practitioner": "health",
        "designated_safeguarding_lead": "education",
        "housing_officer": "housing",
        "probation_officer": "probation",
        "domestic_abuse_advocate": "domestic_abuse_service",
        "youth_justice_officer": "youth_offending",
        "team_worker": "childrens_social_care",
        "team_lead": "childrens_social_care",
        "business_support": "childrens_social_care",
        "auditor": "childrens_social_care",
        "operator": "childrens_social_care",
        "police_system": "police",
        "health_system": "health",
        "school_system": "education",
    }
)
"""The agency of a person in that role where nobody said another."""


AGENCIES_OF_ROLE: Final = MappingProxyType(
    {role: frozenset({agency}) for role, agency in DEFAULT_AGENCY.items()}
    | {"business_support": frozenset({"childrens_social_care", "family_wellbeing"})}
    # A receiving team is of any agency that works with children: the virtual school of education, youth justice of its own.
    | dict.fromkeys(("team_worker", "team_lead"), AGENCIES - {"lado"})
)
"""The agencies that have somebody in a role. A token that puts a role into another is refused at the door: one line of a
directory's mapping must not make an auditor of an agency that has none, or a social worker of the police.
"""


MACHINE_ROLES: Final = frozenset({"police_system", "health_system", "school_system"})
"""Roles of another organisation's program, which no person may have."""


MANY_ORGANISATIONS: Final = frozenset({"education", "health", "housing", "placement", "police"})
"""Agencies that are many organisations: who is of one of them without saying which would stand for all of them."""


SERVICE: Final = "service"
"""The role of a policy or a timer. No token may carry it: services know each other by events alone."""


ROLES: Final = frozenset(DEFAULT_AGENCY) | {SERVICE}
"""Every role. `operator` runs the system and sees no child; `service` is a policy or a timer."""


_SERVICES = UUID("6a3c1a52-6a0b-5b0e-9d3f-5f1f7a3f9d10")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a professional, or a service on its own behalf.

    Attributes:
        id: the professional's opaque id, the same in every service: the one that People said is theirs, and until then
            the one of their sign-in.
        name: as the token gives it; personal, so it is sealed wherever it is kept. Empty for a service.
        role: one of ROLES.
        agency: one of AGENCIES.
        organisation: the opaque id (`organisation_id`) of this school, that ward; None where the person stands for the
            whole agency.
        teams: the receiving teams that the token names.
        only: of a machine client, the actions that it was given and no others; None for a person.
        sign_in: the id of issuer and subject (`sign_in_id`), under which they stand where they acted before People had
            said whose it is.
        named: the id of their name and agency (`professional_id`), as long as nobody has said whether it is theirs.
    """

    id: UUID
    name: str = field(repr=False)
    role: str
    agency: str
    organisation: str | None = None
    teams: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    sign_in: UUID | None = None
    named: UUID | None = None
    organisation_name: str = field(default="", repr=False)
    """As the token gives it: sealed wherever it is kept, beside the name."""

    @property
    def signature(self) -> str:
        """How the person is shown with what they recorded: by name, and by organisation where they are of one."""
        return f"{self.name}, {self.organisation_name}" if self.organisation_name else self.name

    def is_surely(self, person: UUID) -> bool:
        """Whether this is that person, by any id that is known to be theirs: for what only that person may do."""
        return person in (self.id, self.sign_in)

    def may_be(self, person: UUID) -> bool:
        """Whether this may be that person: for what they may not do to their own work. Before People has said who signed
        in, whoever has the name counts as who is named.
        """
        return self.is_surely(person) or person == self.named

    def within_limits(self, action: str) -> bool:
        """Whether a machine client was given this action; whatever it is, a person's role alone decides."""
        return self.only is None or action in self.only

    @classmethod
    def service(cls, name: str, agency: str) -> "Actor":
        """A team's own service, for its policies and timers. Raises ValueError for an unknown agency."""
        if agency not in AGENCIES:
            raise ValueError(f"{agency!r} is no agency: it is one of {', '.join(sorted(AGENCIES))}")
        return cls(id=uuid5(_SERVICES, name), name="", role=SERVICE, agency=agency)


def sign_in_id(names_key: bytes, issuer: str, subject: str) -> UUID:
    """The opaque id of whom an issuer calls by a subject, the same in every service: another for each of both, whatever the
    person is called. Keyed as `professional_id`, and never the same as one of those.

    Raises:
        ValueError: a key that is not 32 bytes.
    """
    # The lengths part issuer and subject: no two pairs make one text.
    return _keyed(names_key, f"sign-in\x1f{len(issuer)}\x1f{issuer}\x1f{subject}")


def professional_id(names_key: bytes, name: str, agency: str) -> UUID:
    """The opaque id of a professional, the same wherever the same key, name and agency are given.

    The name is compared in Unicode's composed form, without regard to case and to how words are spaced. Keyed, so
    that a list of likely names does not find out whose id it is. A UUID of version 8 (RFC 9562).

    Raises:
        ValueError: a blank name, an unknown agency, or a key that is not 32 bytes.
    """
    if agency not in AGENCIES:
        raise ValueError(f"this is no agency: it is one of {', '.join(sorted(AGENCIES))}")
    normal = _normal(name)
    if not normal:
        raise ValueError("a professional's name is needed: this one is blank")
    return _keyed(names_key, f"{agency}\x1f{normal}")


def organisation_id(names_key: bytes, name: str) -> str:
    """The opaque id of an organisation: this school, that ward. As `professional_id`, of the name alone.

    So who wrote "oak  school" means "Oak School"; and what is stored and published in the clear names no place where a
    child could be found. It is compared beside the agency, which is why a school and a ward of one name are two.

    Raises:
        ValueError: a blank name, or a key that is not 32 bytes.
    """
    normal = _normal(name)
    if not normal:
        raise ValueError("an organisation's name is needed: this one is blank")
    return str(_keyed(names_key, f"organisation\x1f{normal}"))


def _normal(name: str) -> str:
    """A name as names are compared."""
    # Case folding can undo composition, so it is composed again.
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return " ".join(folded.split())


def _keyed(names_key: bytes, text: str) -> UUID:
    if len(names_key) != _NAMES_KEY_BYTES:
        raise ValueError(f"the names key has {_NAMES_KEY_BYTES} bytes; this one has {len(names_key)}")
    digest = hmac.digest(names_key, text.encode(), hashlib.sha256)
    number = int.from_bytes(digest[:16])
    number = number & ~(0xF << 76) | (0x8 << 76)  # version 8
    number = number & ~(0x3 << 62) | (0x2 << 62)  # the RFC's variant
    return UUID(int=number)


_NAMES_KEY_BYTES: Final = 32
