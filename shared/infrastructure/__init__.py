"""What any process needs and knows nothing of events: PostgreSQL connections, the clock, logs, traces, batching.

Floor 1: it stands on nothing.
"""
