"""Other services' events: consume them once, in order of their key, and run the policy.

Floor 6: it stands on `commands` and `messaging`.
"""
