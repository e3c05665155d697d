"""The log of a service: load, append in groups under one lock, read in order.

Floor 3: it stands on `domain`, `crypto` and `infrastructure`.
"""
