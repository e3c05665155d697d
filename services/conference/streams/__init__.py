"""The kinds of stream of the conference team."""
