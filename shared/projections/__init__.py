"""Read tables: follow the log, rebuild, the deadline board.

Floor 4: it stands on `eventstore` besides the first floor.
"""
