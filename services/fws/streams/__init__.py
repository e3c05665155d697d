"""The family wellbeing service's streams: one pure module each."""
