"""The code lists of the chronology."""

from shared.domain.code_lists import Coded


class WithheldShow(Coded):
    """What is shown of an entry that is withheld.

    Source: the chronology, who sees an entry.
    """

    WITHHELD = "withheld", "That something is withheld"
    TITLE = "title", "Its title"
    NOTHING = "nothing", "Nothing, not even that there is something"
