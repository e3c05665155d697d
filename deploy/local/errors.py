"""What the embedded stack says when it cannot do what it was asked."""


class StackError(Exception):
    """The stack cannot start or go on. The text is for the person at the keyboard: what happened, and what to do."""
