"""What the signed claims of a token mean under its issuer's entry of `identity.yaml`: who acts, as what, for how long."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from shared.access.identity import NO_TYP, ClaimPath, Issuer, Machine
from shared.access.refusals import NotAuthenticated
from shared.domain.actors import (
    AGENCIES,
    AGENCIES_OF_ROLE,
    MACHINE_ROLES,
    ROLES,
    SERVICE,
    Actor,
    organisation_id,
    professional_id,
    sign_in_id,
)

LATEST_MOMENT: Final = 2**40
"""Seconds since 1970, some 35,000 years ahead: a number beyond it is no time, and too large to reckon with."""


_LONGEST_WORD: Final = 200  # characters


_MOST_VALUES: Final = 500  # of a list claim, as roles or groups: a directory lists no more in a token


def see_that_it_is_an_access_token(
    issuer: Issuer, header: Mapping[str, Any], claims: Mapping[str, Any]
) -> None:
    """An issuer signs ID tokens, logout tokens and proofs with the same keys: none of them is a key to a record.

    Raises:
        NotAuthenticated: it is of another kind than the issuer's entry takes.
    """
    another = NotAuthenticated(
        "this is not an access token (it may be an ID token): send the access token for this system", "kind"
    )
    typ = header.get("typ", NO_TYP)
    if not isinstance(typ, str) or _kind(typ) not in {_kind(one) for one in issuer.token.typ}:
        raise another
    if any(claim in claims for claim in issuer.token.refuse_claims):
        raise another
    for claim, values in issuer.token.must_say.items():
        if claims.get(claim) not in values:
            raise another


def _kind(typ: str) -> str:
    return typ.lower().removeprefix("application/")


def see_that_it_is_time(issuer: Issuer, claims: Mapping[str, Any]) -> None:
    """A token counts from when it was issued to its end, by the real clock, give or take the issuer's leeway.

    Raises:
        NotAuthenticated: too early, too late, or its times are no times.
    """
    now, leeway = time.time(), issuer.leeway.total_seconds()
    issued, expires = _moment(claims, "iat"), _moment(claims, "exp")
    if expires + leeway <= now:
        raise NotAuthenticated("this token has expired: sign in again", "expired")
    if max(issued, _moment(claims, "nbf") if "nbf" in claims else issued) - leeway > now:
        raise NotAuthenticated(
            "this token is not valid yet: wait, or check the clocks of issuer and server", "too_early"
        )
    if expires - issued > issuer.longest.total_seconds():
        raise NotAuthenticated(
            "this token lives longer than this system allows: the issuer must set a shorter life", "too_long"
        )


def actor_of(issuer: Issuer, claims: Mapping[str, Any], names_key: bytes) -> Actor:
    """Who acts, by claims that were signed by this issuer.

    Raises:
        NotAuthenticated: the claims do not say it in words this system knows, or the issuer may not say it.
    """
    audience = claims.get("aud")
    if issuer.audience not in (audience if isinstance(audience, list) else [audience]):
        raise NotAuthenticated(
            "this token was issued for another system: ask for one for this audience", "audience"
        )
    subject = _word(claims, issuer.subject, "subject")
    signed_in = sign_in_id(names_key, issuer.issuer, subject)
    if (machine := issuer.machines.get(subject)) is not None:
        return _machine(machine, claims, signed_in, names_key)
    name = _word(claims, issuer.name, "name")
    role = _role(issuer, claims)
    agency = _agency(issuer, claims, role)
    _see_that_it_is_strong(issuer, agency, claims)
    organisation = _organisation(issuer, claims, agency)
    return Actor(
        signed_in,
        name,
        role,
        agency,
        None if organisation is None else organisation_id(names_key, organisation),
        _teams(issuer, claims),
        sign_in=signed_in,
        named=professional_id(names_key, name, agency),
        organisation_name=organisation or "",
    )


def _machine(machine: Machine, claims: Mapping[str, Any], signed_in: UUID, names_key: bytes) -> Actor:
    if machine.client is not None and machine.client not in (claims.get("azp"), claims.get("client_id")):
        raise NotAuthenticated("this token was issued to another program than is known here", "client")
    return Actor(
        signed_in,
        machine.name,
        machine.role,
        machine.agency,
        organisation_id(names_key, machine.organisation),
        only=machine.may,
        organisation_name=machine.organisation,
    )


def _role(issuer: Issuer, claims: Mapping[str, Any]) -> str:
    found = {
        issuer.role.map.get(value) if issuer.role.map is not None else value
        for value in _values(claims, issuer.role.claim, "role")
    } - {None}
    if len(found) > 1:
        raise NotAuthenticated(
            "this token gives several roles, and which of them acts is not said: ask for one role to be set",
            "role",
        )
    role = next(iter(found), None)
    if role not in ROLES or role == SERVICE or role in MACHINE_ROLES:
        raise NotAuthenticated(
            "this token gives a role that this system does not know: ask for your account's role to be set",
            "role",
        )
    return role


def _agency(issuer: Issuer, claims: Mapping[str, Any], role: str) -> str:
    """The agency that the issuer gives: one that it may speak for, and that has somebody in this role."""
    said = issuer.agency
    if said is None:
        agencies = AGENCIES_OF_ROLE[role]
        agency = next(iter(agencies)) if len(agencies) == 1 else _word(claims, "agency", "agency")
    elif said.always is not None:
        agency = said.always
    else:
        assert said.claim is not None  # one of the two: the file is read so
        agency = _word(claims, said.claim, "agency")
        agency = said.map.get(agency, "") if said.map is not None else agency
    if agency not in AGENCIES:
        raise NotAuthenticated(
            f"this token gives an unknown agency: it must be one of {', '.join(sorted(AGENCIES))}", "agency"
        )
    if agency not in issuer.may_speak_for:
        raise NotAuthenticated(
            "whoever issued this token may not speak for that agency: sign in with your own agency's account",
            "agency",
        )
    if agency not in AGENCIES_OF_ROLE[role]:
        raise NotAuthenticated(
            "this token gives a role that nobody has in its agency: ask for your account's role or agency to be "
            "put right",
            "agency",
        )
    return agency


def _organisation(issuer: Issuer, claims: Mapping[str, Any], agency: str) -> str | None:
    """The school, ward or force; where the agency has many, nobody gets in without one."""
    said = issuer.organisation
    if said.always is not None:
        return said.always
    found = _at(claims, said.claim)
    organisation = None if found is None else _checked(found, "organisation")
    if organisation is not None and said.map is not None:
        organisation = said.map.get(organisation)
    if organisation is None and agency in said.required_for:
        raise NotAuthenticated(
            "this token does not say which school, ward or force you are of: ask for your account's organisation "
            "to be set",
            "organisation",
        )
    return organisation


def _teams(issuer: Issuer, claims: Mapping[str, Any]) -> frozenset[str]:
    if issuer.teams is None or _at(claims, issuer.teams.claim) is None:
        return frozenset()
    values = _values(claims, issuer.teams.claim, "teams")
    known = issuer.teams.map
    return frozenset(values if known is None else (known[value] for value in values if value in known))


def _see_that_it_is_strong(issuer: Issuer, agency: str, claims: Mapping[str, Any]) -> None:
    """An agency may ask how its people signed in, as with a second factor."""
    asked = issuer.strength.get(agency)
    if asked is None:
        return
    methods = claims.get("amr")
    methods = methods if isinstance(methods, list) else [methods]
    if (asked.acr and claims.get("acr") not in asked.acr) or (
        asked.amr and not any(method in asked.amr for method in methods)
    ):
        raise NotAuthenticated(
            "your agency asks for a stronger sign-in (a second factor): sign in again with it", "strength"
        )


# -- reading one claim


def _at(claims: Mapping[str, Any], path: ClaimPath) -> Any:
    found: Any = claims
    for name in [path] if isinstance(path, str) else path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _word(claims: Mapping[str, Any], path: ClaimPath, what: str) -> str:
    return _checked(_at(claims, path), what)


def _checked(value: Any, what: str) -> str:
    """A claim's value as one line of text."""
    if (
        not isinstance(value, str)
        or not value.strip()
        or len(value) > _LONGEST_WORD
        or not value.isprintable()
    ):
        raise NotAuthenticated(
            f"this token has no usable {what}: your account must give it as a text of at most {_LONGEST_WORD} characters",
            "claims",
        )
    return value.strip()


def _values(claims: Mapping[str, Any], path: ClaimPath, what: str) -> Sequence[str]:
    """A claim's value, or its values where it is a list."""
    found = _at(claims, path)
    if not isinstance(found, list):
        return [_checked(found, what)]
    if len(found) > _MOST_VALUES:
        raise NotAuthenticated(f"this token has too many values in {what}", "claims")
    return [_checked(value, what) for value in found]


def _moment(claims: Mapping[str, Any], claim: str) -> float:
    value = claims.get(claim)
    # Compared before it becomes a float: an integer may be larger than any float. No comparison with NaN is true.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LATEST_MOMENT:
        raise NotAuthenticated(
            f"this token has no usable {claim}: the issuer must give it in seconds since 1970", "times"
        )
    return float(value)
