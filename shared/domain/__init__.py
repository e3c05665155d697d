"""The language a team is written in: events, commands, streams, rules, policies, views.

Pure: pydantic and orjson, no I/O. Floor 1: it stands on nothing.
"""
