"""Handle a command: authorise, address, load, decide, record, append. Timers send commands too.

Floor 5: it stands on `team`, `eventstore`, `access` and `projections`.
"""
