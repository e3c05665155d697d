"""Why a play, or a command on a running stack, ends before its end. The messages are for the person at the keyboard."""


class ServiceAway(Exception):
    """A service did not answer for longer than one waits."""


class CannotGoOn(Exception):
    """The stack answered what it should never answer, or it needs a person. The message says what to do."""


class NoStack(Exception):
    """No stack runs where one was looked for. The message says how to start one."""
