"""The `safeguarding` command."""
