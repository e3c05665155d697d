"""What a command itself says of where it is addressed: the code of an episode, the person, what stands alone. Pure."""

from collections.abc import Iterable
from uuid import UUID

from shared.domain.command import Command, NotFound
from shared.domain.decider import Stream


def code_of(command: Command, stream: Stream) -> str:
    """The code that parts the child's episodes, as the command says it."""
    if not stream.code:
        return ""
    code = getattr(command, stream.code, None)
    if not code:
        raise NotFound(
            f"say which {stream.name} of the child this is about: name its `{stream.code}`, or put its id into `re`",
            what="address",
        )
    return str(code)


def itself(command: Command, command_id: UUID) -> Iterable[UUID]:
    """The people (or professionals) a command is about, or the id of the one it registers."""
    if command.OPENS and not command.INTERNAL and (command.about or command.re):
        raise NotFound("leave out `about` and `re`: what is registered gets its id here", what="address")
    if command.about:
        return dict.fromkeys(command.about)
    if command.re:
        return (command.re,)
    if command.OPENS:
        return (command.own_id() or command_id,)
    raise NotFound("say whom this is about: put the person's id into `about`", what="address")


def alone(command: Command, stream: Stream, command_id: UUID) -> UUID:
    """The id of what is about no child."""
    if command.about:
        raise NotFound(f"leave out `about`: a {stream.name} is about no child", what="address")
    found = command.own_id() or (command_id if command.OPENS else command.re)
    if found is None:
        raise NotFound(f"say which {stream.name} this is about: put its id into `re`", what="address")
    return found
