"""The receiving teams' own code lists. A code is never renamed, only retired. Teams and steps are rows, and no code list."""

from shared.domain.code_lists import Coded


class TeamReview(Coded):
    """What a team's review decided. Source: service description."""

    CONTINUE = "continue", "Goes on"
    STEP_DOWN = "step_down", "Step down"
    END = "end", "End"


class SeenAt(Coded):
    """Where a child was seen."""

    HOME = "home", "home"
    RELATIVE_HOME = "relative_home", "a relative's home"
    SCHOOL = "school", "school"
    NURSERY = "nursery", "nursery"
    HOSPITAL = "hospital", "hospital"
    PLACEMENT = "placement", "placement"
    OFFICE = "office", "office"
    COMMUNITY = "community", "community"
    OTHER = "other", "another place"
