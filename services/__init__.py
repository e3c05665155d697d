"""The teams' services. A new team is a folder here and a name in this line."""

SERVICES: tuple[str, ...] = ("people", "mash", "assessment", "chronology")
