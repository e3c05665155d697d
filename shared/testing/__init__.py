"""The test kit: given, when, then for deciders and policies.

Pure. Floor 5: it stands on `domain` and `team`; no team imports it.
"""
