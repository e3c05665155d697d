"""HTTP as every service speaks it.

Floor 8: it stands on all below.
"""
