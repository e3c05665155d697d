"""The chronology keeps no clocks of its own; E1 and E2 are the kernel's."""

from typing import Final

from shared.domain.rules import Rulebook

RULES: Final = Rulebook((), edition="2026-11")
