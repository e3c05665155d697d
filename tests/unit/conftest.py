"""Unit tests: property tests judge what is so, not how fast a busy machine finds out."""

from hypothesis import settings

settings.register_profile("unit", deadline=None)
settings.load_profile("unit")
