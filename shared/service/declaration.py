"""What a service is made of: one declaration, no I/O. `process.py` makes a process of it."""

import keyword
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter
from pydantic import BaseModel

from shared.commands.follow_ups import FollowUp
from shared.domain.actors import AGENCIES
from shared.domain.clock_facts import is_a_record
from shared.domain.command import Command
from shared.domain.decider import Per, Stream
from shared.domain.policy import Policy
from shared.domain.rules import Rulebook
from shared.domain.view import View
from shared.domain.view_columns import BadView
from shared.messaging.topics import Topic, topic_of
from shared.projections.deadline_board import deadline_board
from shared.service.expectations import Answers, check_answers
from shared.service.nightly import NightlyLook
from shared.service.policy_data import Reference
from shared.team.child_file import with_child_file
from shared.team.corrections import CorrectRecord
from shared.team.deadlines import VaryDeadline
from shared.team.elsewhere import elsewhere_stream
from shared.team.entries import Entries
from shared.team.erasure import erasure_list
from shared.team.escalation import escalation
from shared.team.known_people import known_person, people_policy
from shared.team.sign_ins import known_sign_in, sign_in_list, sign_in_policy
from shared.team.tasks import task, task_list


def personal_commands(streams: Sequence[Stream]) -> list[type[Command]]:
    """Every command that a person may send to a service of these streams, by name."""
    # Once each: a command over several things stands among the commands of those things too.
    own = list(
        dict.fromkeys(
            command for stream in streams for command in stream.command_types() if not command.INTERNAL
        )
    )
    if any(stream.clocks for stream in streams):
        own.append(VaryDeadline)
    own.append(CorrectRecord)
    return sorted(own, key=lambda command: command.NAME)


@dataclass(frozen=True)
class Service:
    """One team's service.

    Attributes:
        name: its name, its schema, its topic.
        agency: in whose name its policies and timers act.
        streams: the kinds of stream in its log, the kernel's own among them.
        policy: what it does when others' facts arrive.
        entries: what its facts say in the chronology.
        views: its read tables, the deadline board among them.
        rules: its clocks as dated data.
        router: its own pages of HTTP, beside those every service has.
        reads: the services whose events it takes in: those its policy reacts to.
        topic: the one topic it publishes on, and who may read it.
        intake: topics on which others send it something that nobody else may read.
        answers: where a case file's expectations are read from it.
        follow_ups: what it does after facts of its own, once its views have them.
        allocated: the view that says to whom a child is allocated; None where nobody is.
        reference: what people read beside decisions, as data that a council may have of its own.
        told_together: finds what it has of other people from steps that spoke of some; None: by its own commands.
        made_of: the service as it is by a council's reference data, where its rules and decisions follow from that.
        nightly: what it looks over each night, beside its work.
    """

    name: str
    agency: str
    streams: tuple[Stream, ...]
    policy: Policy
    entries: Entries
    views: tuple[View[Any], ...]
    rules: Rulebook
    router: APIRouter
    reads: tuple[str, ...]
    topic: Topic
    intake: tuple[Topic, ...]
    answers: tuple[Answers, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    allocated: View[Any] | None = None
    reference: tuple[Reference, ...] = ()
    told_together: Callable[..., Awaitable[Sequence[Any]]] | None = None
    nightly: tuple[NightlyLook, ...] = ()

    @property
    def topics_read(self) -> tuple[str, ...]:
        """The topics whose events it takes in: of the teams that it reads, and its intakes."""
        return (*map(topic_of, self.reads), *(each.name for each in self.intake))

    made_of: Callable[[Mapping[str, BaseModel]], "Service"] | None = None


def service(
    name: str,
    *,
    agency: str,
    streams: Sequence[Stream],
    policy: Policy,
    views: Sequence[View[Any]],
    rules: Rulebook,
    router: APIRouter,
    entries: Entries | None = None,
    topic: Topic | None = None,
    intake: Sequence[Topic] = (),
    every_event_of: Sequence[str] = (),
    knows_people: bool = True,
    answers: Sequence[Answers] = (),
    follow_ups: Sequence[FollowUp] = (),
    allocated: View[Any] | None = None,
    reference: Sequence[Reference] = (),
    told_together: Callable[..., Awaitable[Sequence[Any]]] | None = None,
    made_of: Callable[[Mapping[str, BaseModel]], Service] | None = None,
    nightly: Sequence[NightlyLook] = (),
) -> Service:
    """Declare a service.

    Args:
        name: the team's, as its folder is called: one lower-case word or several joined by `_`.
        agency: in whose name its policies and timers act, one of AGENCIES.
        streams: the team's own kinds of stream; the kernel's are added.
        policy: what it does when others' facts arrive. It says whose events are read.
        views: the team's own read tables; the deadline board and the list of tasks are added.
        rules: its clocks as dated data.
        router: its own pages of HTTP.
        entries: what its facts say in the chronology; left out, they say nothing.
        topic: what is special about the topic it publishes on: `Topic(readers=())` lets nobody else read it.
        intake: topics on which others send it something. Rights and keys of these follow from the declaration.
        every_event_of: the teams of which the policy is given every event, where it reacts to every event.
        knows_people: whether it takes in what People tells, and keeps its own stream of each person, so that a command
            about an unknown one is refused; People itself does not.
        answers: at which of its addresses the expectations of case files are read (`shared/service/expectations.py`).
        follow_ups: what it does after facts of its own, once its views have them.
        allocated: that of its views whose rows say to whom a child is allocated now, in the columns `child` and `worker`: by
            it people ask for what is theirs (`mine`). Left out, nobody is allocated in the team.
        reference: its reference data, each a file and its shape.
        told_together: of a service that takes in what others' steps said: `(reader, ids) -> rows`, `step` and `child` of
            what it has in words of other people from steps that spoke of these. Left out, they are found by its own commands.
        made_of: the same service by reference data of a council's own, where clocks, decisions and policy follow from them:
            as of teams that are rows. Left out, they are what people read, and no decision is made by them.
        nightly: what it looks over each night, beside its work.

    Raises:
        BadView: a view does not say what follows from a correction of an event that it handles.
        ValueError: a name that cannot be a team's, an unknown agency, a policy or entries of another team, a topic that cannot be
            its own, a policy that reacts to every event of nobody, or an address under `answers` that the router lacks.
    """
    check_name(name)
    if agency not in AGENCIES:
        raise ValueError(f"{name}: {agency!r} is no agency: it is one of {', '.join(sorted(AGENCIES))}")
    if policy.service != name:
        raise ValueError(f"{name} is declared with the policy of {policy.service}: give it its own")
    if entries is not None and entries.team != name:
        raise ValueError(f"{name} is declared with the entries of {entries.team}: give it its own")
    if policy.reacts_to_every != bool(every_event_of):
        raise ValueError(
            f"{name}: `every_event_of` goes with a policy that reacts to every event (`on_every`)"
        )
    if strange := policy.intakes() - {each.name for each in intake}:
        raise ValueError(
            f"{name} reacts to what is sent on {', '.join(sorted(strange))}, which is no intake of it"
        )
    check_answers(name, answers, router)
    if allocated is not None and not (
        allocated in views
        and {"child", "worker"} <= allocated.columns.keys()
        and any(index.columns[0] == "worker" for index in allocated.indexes)
    ):
        raise ValueError(
            f"{name}: `allocated` is one of its views with columns `child` and `worker`, and an index that begins with `worker`"
        )
    check_corrections(name, views)
    if knows_people:
        episodes = [stream.name for stream in streams if stream.per is Per.EPISODE]
        told = (people_policy(name, policy.manager.role, episodes), sign_in_policy(name))
        policy = Policy(name, *told, policy, manager=policy.manager.role)
    noted = elsewhere_stream(streams)
    kernel = (
        escalation,
        task,
        *((known_person, known_sign_in) if knows_people else ()),
        *((noted,) if noted else ()),
    )
    all_streams = (*with_child_file(streams), *kernel)
    return Service(
        name=name,
        agency=agency,
        streams=all_streams,
        policy=policy,
        entries=entries or Entries(name),
        views=(
            *views,
            deadline_board(streams),
            task_list(),
            *((sign_in_list(), erasure_list()) if knows_people else ()),
        ),
        rules=rules,
        router=router,
        reads=tuple(sorted({*policy.sources(), *every_event_of})),
        topic=(topic or Topic()).own_of(name),
        intake=tuple(each.intake_of(name) for each in intake),
        answers=tuple(answers),
        follow_ups=tuple(follow_ups),
        allocated=allocated,
        reference=tuple(reference),
        told_together=told_together,
        made_of=made_of,
        nightly=tuple(nightly),
    )


def check_corrections(service: str, views: Sequence[View[Any]]) -> None:
    """What a person recorded can be corrected (E3): each view says what its rows become then.

    Raises:
        BadView: one does not say it of an event that it handles.
    """
    for view in views:
        unsaid = sorted(event.__name__ for event in view.unsaid() if is_a_record(event))
        if unsaid:
            raise BadView(
                f"view {view.name} of {service} handles {', '.join(unsaid)}, which can be corrected, and does not say "
                "what follows. Where its rows are those of one stream, name the column of its key that holds the "
                f"stream's id (`anew=`); else write a handler for it (`@{view.name}.on_corrected({unsaid[0]})`)"
            )


_TEAM: Final = re.compile(r"[a-z][a-z_]{1,30}", re.ASCII)
# Taken: before the dot by what every team has, on the command line, and by what the package `services` offers.
_NOT_A_TEAM: Final = frozenset({"all", "all_teams", "names", "service", "team", "telling"})


def check_name(name: str) -> None:
    """A team's name is that of its folder, its schema, its topic and its commands.

    Raises:
        ValueError: it cannot be one; the text says why.
    """
    if not _TEAM.fullmatch(name) or name.endswith("_"):
        raise ValueError(
            f"{name!r} cannot be a team's name: take 2 to 31 lower-case letters, words joined by `_`, as `early_help`"
        )
    if keyword.iskeyword(name):
        raise ValueError(
            f"{name!r} is a word of Python's own and cannot be a team's name: take `{name}_team`"
        )
    if name in _NOT_A_TEAM:
        raise ValueError(f"{name!r} means something else here and cannot be a team's name: take another word")
