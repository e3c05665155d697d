"""The front door: the multi-agency safeguarding hub, where every worry about a child arrives."""
