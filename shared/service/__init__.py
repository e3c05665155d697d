"""A team's declaration, and the process made of it.

Floor 7: it stands on all below.
"""
