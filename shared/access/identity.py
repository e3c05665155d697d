"""Identity as data: which issuers sign tokens here, what their claims mean, and for whom they may speak (`identity.yaml`).

Read and checked at the start, like the access tables: a slip is named with its line, and a file that grants more than it
says cannot be written, because every issuer names its agencies.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from shared.domain.actors import AGENCIES, AGENCIES_OF_ROLE, MACHINE_ROLES, MANY_ORGANISATIONS, ROLES, SERVICE

MOST_LEEWAY: Final = timedelta(seconds=60)
"""Clocks that differ by more are wrong, and a token would live on after its end."""


LONGEST_LIFE: Final = timedelta(hours=24)
"""No issuer may be given more: whoever has left must be out the day after."""


NO_TYP: Final = "none"
"""What `typ` lists for tokens whose header names no kind."""


_UNITS: Final = {"s": 1, "min": 60, "h": 3600}


class IdentityWrong(ValueError):
    """The file cannot be used. The message names the file and line, and what belongs there."""


def _duration(said: Any) -> timedelta:
    """A length of time as people write it: `30 s`, `75 min`, `12 h`. Raises ValueError."""
    number, _, unit = said.strip().partition(" ") if isinstance(said, str) else ("", "", "")
    if not (number.isascii() and number.isdigit()) or len(number) > 6 or unit not in _UNITS:
        raise ValueError("write a whole number and a unit: `30 s`, `75 min` or `12 h`")
    return timedelta(seconds=int(number) * _UNITS[unit])


def _one_of(words: frozenset[str], what: str) -> Any:
    def known(word: str) -> str:
        if word not in words:
            raise ValueError(f"this is no {what}: use one of {', '.join(sorted(words))}")
        return word

    return AfterValidator(known)


_Text = Annotated[str, Field(strict=True, min_length=1, max_length=500)]
_Action = Annotated[str, Field(pattern=r"^([a-z][a-z_]*\.[A-Z][A-Za-z0-9]*|read:[a-z_]+)$")]
_Duration = Annotated[timedelta, BeforeValidator(_duration)]
_Agency = Annotated[str, _one_of(AGENCIES, "agency")]
_Role = Annotated[str, _one_of(ROLES - {SERVICE} - MACHINE_ROLES, "role of a person")]
_MachineRole = Annotated[str, _one_of(MACHINE_ROLES, "role of a machine client")]

ClaimPath = _Text | Annotated[list[_Text], Field(min_length=1)]
"""Where a claim stands: its name, or the names from the outside in (`[realm_access, roles]`)."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class TokenKind(_Part):
    """Which of an issuer's tokens are access tokens: an ID or logout token is signed with the same keys.

    Attributes:
        typ: what the header's `typ` may be; `none` where it may be left out.
        refuse_claims: claims that an access token never has.
        must_say: claims that it always has, and the values that they may have.
    """

    typ: Annotated[list[_Text], Field(min_length=1)] = ["JWT", "at+jwt"]
    refuse_claims: list[_Text] = ["nonce", "at_hash", "c_hash", "events"]
    must_say: dict[_Text, Annotated[list[_Text], Field(min_length=1)]] = {}


class RoleClaim(_Part):
    """The claim with the role, and what its values mean here; without a map they are our own words."""

    claim: ClaimPath = "role"
    map: dict[_Text, _Role] | None = None


class TeamsClaim(_Part):
    """The claim with the teams of a person, and what its values mean here; what the map leaves out is no team. Without a map
    they are our own words.
    """

    claim: ClaimPath
    map: dict[_Text, Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]] | None = None


class AgencyClaim(_Part):
    """The agency of an issuer's people: one for all of them (`always`), or by a claim; without a map, our own words."""

    claim: ClaimPath | None = None
    map: dict[_Text, _Agency] | None = None
    always: _Agency | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.claim is None) == (self.always is None) or (self.map is not None and self.claim is None):
            raise ValueError("say either `claim` (with or without a `map`) or `always`")
        return self


class OrganisationClaim(_Part):
    """The school, ward or force of a person.

    Attributes:
        claim: the claim that names it.
        always: the same for all of the issuer's people, as of a police force with an issuer of its own.
        map: what the claim's values mean; without it they are names as they stand.
        required_for: agencies of which nobody gets in without one.
    """

    claim: ClaimPath = "organisation"
    always: _Text | None = None
    map: dict[_Text, _Text] | None = None
    required_for: frozenset[_Agency] = MANY_ORGANISATIONS


class Strength(_Part):
    """How somebody must have signed in: `acr` one of these, `amr` with at least one of those."""

    acr: list[_Text] = []
    amr: list[_Text] = []


class Machine(_Part):
    """A program of another organisation: what it acts as, and the only actions that it may ask for.

    Attributes:
        client: where said, what `azp` or `client_id` must be as well.
    """

    name: _Text
    role: _MachineRole
    agency: _Agency
    organisation: _Text
    may: Annotated[frozenset[_Action], Field(min_length=1)]
    client: _Text | None = None


class Issuer(_Part):
    """Whoever signs tokens: a council's directory, the police's, health's.

    Attributes:
        keys: the key set, a file or an https URL; left out, the issuer's own discovery says where it is.
        audience: what `aud` must name.
        subject: the claim that is one person for ever, under this issuer.
        may_speak_for: the agencies whose people it signs in. No other agency, whatever its tokens say.
        agency: left out, it is that of the role.
        leeway: by which clocks may differ.
        longest: from `iat` to `exp`: a token that lives longer is refused.
        machines: programs, by the subject of their tokens, which no person has.
    """

    issuer: _Text
    keys: _Text | None = None
    audience: _Text
    token: TokenKind = TokenKind()
    subject: ClaimPath = "sub"
    may_speak_for: Annotated[frozenset[_Agency], Field(min_length=1)]
    name: ClaimPath = "name"
    role: RoleClaim = RoleClaim()
    agency: AgencyClaim | None = None
    organisation: OrganisationClaim = OrganisationClaim()
    teams: TeamsClaim | None = None
    strength: dict[_Agency, Strength] = {}
    leeway: _Duration = timedelta(seconds=30)
    longest: _Duration = timedelta(minutes=100)
    machines: dict[_Text, Machine] = {}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for address in (self.keys or "", self.issuer if self.keys is None else ""):
            if address.startswith("http://"):
                raise ValueError("keys over the network need https: anybody on the way could replace them")
        if self.keys is None and not self.issuer.startswith("https://"):
            raise ValueError("say where its `keys` are: an issuer is asked for them only at an https address")
        if self.leeway > MOST_LEEWAY:
            raise ValueError(f"`leeway` is at most {MOST_LEEWAY.seconds} s: put the clocks right instead")
        if self.longest > LONGEST_LIFE:
            raise ValueError("`longest` is at most 24 h: whoever has left must be out by then")
        named = {
            *(set(self.agency.map.values()) if self.agency and self.agency.map else ()),
            *({self.agency.always} if self.agency and self.agency.always else ()),
            *self.strength,
            *(machine.agency for machine in self.machines.values()),
        }
        if beyond := sorted(named - self.may_speak_for):
            raise ValueError(
                f"it may not speak for {', '.join(beyond)}: add it to `may_speak_for`, or take it out"
            )
        for machine in self.machines.values():
            if machine.agency not in AGENCIES_OF_ROLE[machine.role]:
                raise ValueError(
                    f"a {machine.role} is of {', '.join(sorted(AGENCIES_OF_ROLE[machine.role]))}, not of {machine.agency}"
                )
        return self


class Identity(_Part):
    """Everybody who may sign tokens for this installation."""

    issuers: Annotated[list[Issuer], Field(min_length=1)]

    @model_validator(mode="after")
    def _apart(self) -> Self:
        names = [one.issuer for one in self.issuers]
        if len(set(names)) != len(names):
            raise ValueError("an issuer stands here twice: which of its entries would count?")
        return self


def read_identity(path: Path) -> Identity:
    """What a file says of issuers. A key set given as a file is looked for beside it.

    Raises:
        IdentityWrong: the file is missing, is no YAML, or says something that means nothing here.
    """
    try:
        written = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError:
        raise IdentityWrong(f"{path} cannot be read: who may sign in belongs there") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = (error.problem or "this is not YAML").splitlines()[0]
        raise IdentityWrong(f"{path}, line {line}: {problem}") from None
    try:
        said = Identity.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        line, where = _place(written, first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        raise IdentityWrong(f"{path}, line {line}, {where or 'the whole'}: {what}") from None
    return Identity(issuers=[_beside(path, one) for one in said.issuers])


def _beside(path: Path, issuer: Issuer) -> Issuer:
    if issuer.keys is None or issuer.keys.startswith("https://"):
        return issuer
    return issuer.model_copy(update={"keys": str(path.parent / issuer.keys)})


def _place(written: Any, location: Sequence[str | int]) -> tuple[int, str]:
    """The line of the innermost part that can be found, and the way to it."""
    line, node, way = 1, written, list[str]()
    for step in location:
        if isinstance(node, Mapping) and step in node:
            line = node.lc.key(step)[0] + 1  # type: ignore[attr-defined]  # ruamel's mappings know their lines
        elif isinstance(node, Sequence) and not isinstance(node, str) and step in range(len(node)):
            line = node.lc.item(step)[0] + 1  # type: ignore[attr-defined]
        else:
            way += [] if "[" in str(step) else [str(step)]
            break
        node, way = node[step], [*way, str(step)]
    return line, ".".join(way)
