"""Prove and replay: checkpoints, verify, export, replay.

Floor 6: it stands on `eventstore`, `access` and `messaging`.
"""
