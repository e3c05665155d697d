"""One record of each child, from all teams, as each agency may see it."""
