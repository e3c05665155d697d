"""Who acts (tokens), what they may do (policy), what they looked at (access log).

Floor 3: it stands on `domain`, `crypto` and `infrastructure`.
"""
