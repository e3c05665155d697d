"""The chronology tells of all other teams' facts, and of none of its own."""

from shared.team.entries import Entries

entries = Entries("chronology")
