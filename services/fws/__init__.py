"""The family wellbeing service: early help that a family agrees to, from the request to its end."""
