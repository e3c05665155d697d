"""What a command itself says of where it is addressed: the code of an episode, the person, what stands alone. Pure."""

from collections.abc import Iterable
from uuid import UUID

from shared.domain.command import Command, NotFound, in_words
from shared.domain.decider import Stream


def code_of(command: Command, stream: Stream) -> str:
    """The code that parts the child's episodes, as the command says it."""
    if not stream.code:
        return ""
    code = getattr(command, stream.code, None)
    if not code:
        raise NotFound(
            f"say which {in_words(stream.name)} of the child this is about: say its {in_words(stream.code)}, or address it to its id",
            what="address",
        )
    return str(code)


def itself(command: Command, command_id: UUID) -> Iterable[UUID]:
    """The people (or professionals) a command is about, or the id of the one it registers."""
    if command.OPENS and not command.INTERNAL and (command.about or command.re):
        raise NotFound("address this to nobody: what is registered gets its id here", what="address")
    if command.about:
        return dict.fromkeys(command.about)
    if command.re:
        return (command.re,)
    if command.OPENS:
        return (command.own_id() or command_id,)
    raise NotFound("say whom this is about: address it to the person's id", what="address")


def alone(command: Command, stream: Stream, command_id: UUID) -> UUID:
    """The id of what is about no child."""
    if command.about:
        raise NotFound(f"name no children: {in_words(stream.name)} is about no child", what="address")
    found = command.own_id() or (command_id if command.OPENS else command.re)
    if found is None:
        raise NotFound(
            f"say which {in_words(stream.name)} this is about: address it to its id", what="address"
        )
    return found
