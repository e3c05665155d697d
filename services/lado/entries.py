"""What the LADO says in the chronology: nothing that is alleged. Its own part of a child's chronology is read in its service."""

from shared.team.entries import Entries

entries = Entries("lado")
