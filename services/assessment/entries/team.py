"""The entries of referral and assessment, to which each module here adds those of its subject."""

from typing import Final

from shared.team.entries import Entries

entries: Final = Entries("assessment")
