"""The LADO's service: allegations against adults who work with children, behind a wall."""
