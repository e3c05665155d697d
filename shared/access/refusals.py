"""Why a token does not say who acts: a sentence for the person, and a code to count by."""

from typing import Final, Literal, get_args

Reason = Literal[
    "none",
    "several",
    "malformed",
    "algorithm",
    "kind",
    "key",
    "signature",
    "issuer",
    "audience",
    "expired",
    "too_early",
    "too_long",
    "times",
    "claims",
    "role",
    "agency",
    "organisation",
    "strength",
    "client",
]
"""Why a token was refused: a closed list, so that a count by it says nothing of anybody."""


REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


class NotAuthenticated(Exception):
    """The token does not say who acts. The message says why and what to do, and repeats nothing of the token.

    Attributes:
        reason: the kind of refusal, to count it.
    """

    def __init__(self, message: str, reason: Reason = "malformed") -> None:
        super().__init__(message)
        self.reason: Reason = reason
