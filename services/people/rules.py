"""The index of people keeps no clocks; E1 and E2 are the kernel's."""

from typing import Final

from shared.domain.rules import Rulebook

RULES: Final = Rulebook((), edition="2026-11")
