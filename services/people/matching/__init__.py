"""Matching people: what of a person is searched by, and how likely two records are of one person. Pure."""
