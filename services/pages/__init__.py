"""The pages' process: every team's pages over one origin. It is no team, and has no log and no right on any team's data."""
