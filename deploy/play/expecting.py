"""Comparing what a play left behind with what its case file expects. Pure."""

import bisect
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from deploy.play.answers import DeadlineRow, SeenEntry
from deploy.play.case_types import (
    Case,
    Expected,
    ExpectedDeadline,
    ExpectedPattern,
    ExpectedPlan,
    ExpectedSight,
)
from deploy.play.looking import CaseOutcome
from deploy.play.play import CaseDifference, Played
from deploy.play.searching import holds
from shared.domain.instants import LONDON
from shared.service.expectations import PLANS


def differences(case: Case, played: Played, outcome: CaseOutcome) -> list[CaseDifference]:
    """Everything that is not as the file says, in order of its lines.

    What is expected is left aside where the play stopped before its last step.
    """
    found = list(played.differences)
    if case.stops_before is None:
        found += _unmet(case.expected, played, outcome)
    return sorted(found, key=lambda one: one.line)


def local(instant: datetime) -> str:
    """An instant as a clock in London shows it, in a case file's form."""
    shown = instant.astimezone(LONDON)
    return shown.strftime("%Y-%m-%dT%H:%M:%S" if shown.second else "%Y-%m-%dT%H:%M")


def _unmet(expected: Expected, played: Played, outcome: CaseOutcome) -> Iterator[CaseDifference]:
    ids = played.ids
    for deadline in expected.deadlines:
        rows = outcome.deadlines.get(deadline.about, [])
        yield from _at(deadline.line, _deadline(deadline, rows, ids))
    for sight in expected.sights:
        entries = outcome.chronology.get((sight.child, sight.viewer), [])
        yield from _at(sight.line, _sight(sight, entries, ids))
    for unseen in expected.unseen:
        if "unseen" not in outcome.answered:
            yield CaseDifference(unseen.line, _nobody("unseen"))
        elif holds(outcome.shown.get((unseen.child, unseen.viewer), ""), unseen.text):
            yield CaseDifference(unseen.line, f"{unseen.viewer} is shown `{unseen.text}` of {unseen.child}")
    for plan in expected.plans:
        yield from _at(plan.line, _plan(plan, outcome.plans.get(plan.child, {})))
    if expected.late is not None:
        marked = _marked_late(played, outcome)
        yield from _at(expected.late_line, _late(expected.late, marked))
    if expected.patterns is not None:
        yield from _patterns(expected.patterns, expected.patterns_line, ids, outcome)
    for count in expected.counts:
        counted = outcome.counts.get((count.kind, count.name), 0)
        if "intelligence" not in outcome.answered:
            yield CaseDifference(count.line, _nobody("intelligence"))
        elif counted != count.count:
            text = f"{count.kind}: `{count.name}` is counted {counted} times, expected {count.count}"
            yield CaseDifference(count.line, text)
    for nowhere in expected.nowhere:
        for place in outcome.found.get(nowhere.text, []):
            yield CaseDifference(nowhere.line, f"`{nowhere.text}` stands in {place}")


def _at(line: int, texts: Iterator[str]) -> Iterator[CaseDifference]:
    return (CaseDifference(line, text) for text in texts)


def _nobody(expectation: str) -> str:
    return f"no team here answers `{expectation}`, so it cannot be checked"


def _deadline(
    expected: ExpectedDeadline, rows: Sequence[DeadlineRow], ids: Mapping[str, str]
) -> Iterator[str]:
    of = f" of {expected.of}" if expected.of else ""
    what = f"deadline {expected.rule} about {expected.about}{of}"
    # The number alone of a rule that is several (Z5/care_plan) means any of them.
    same_rule = [row for row in rows if expected.rule in (row.rule, row.rule.partition("/")[0])]
    if expected.of is not None:
        start = ids.get(expected.of)
        same_rule = [row for row in same_rule if start in (str(row.root or row.command), str(row.thing))]
    if not same_rule:
        yield f"{what}: there is none; expected due {local(expected.due)}, {expected.state}"
    elif not any(row.due_at == expected.due and row.state == expected.state for row in same_rule):
        there = "; ".join(f"due {local(row.due_at)}, {row.state}" for row in same_rule)
        yield f"{what}: expected due {local(expected.due)}, {expected.state}; there is: {there}"


def _sight(expected: ExpectedSight, entries: Sequence[SeenEntry], ids: Mapping[str, str]) -> Iterator[str]:
    places: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        places.setdefault(str(entry.command), []).append(place)
    who = f"{expected.viewer} on {expected.child}"
    last, before = -1, ""
    for label in expected.labels:
        if label not in ids:
            if expected.seen:
                yield f"{who}: `{label}` is not seen: its step was not taken"
            continue
        found = places.get(ids[label], [])
        if not expected.seen:
            if found:
                yield f"{who}: `{label}` is seen, and should not be"
        elif not found:
            yield f"{who}: `{label}` is not seen"
        elif (index := bisect.bisect_right(found, last)) == len(found):
            yield f"{who}: `{label}` stands before `{before}`, and should stand after it"
        else:
            last, before = found[index], label


def _plan(expected: ExpectedPlan, answered: Mapping[str, bool]) -> Iterator[str]:
    """Whether the weightiest open plan is the expected one; where nobody answers for a weightier one, it is not known."""
    for plan in PLANS:
        if plan not in answered:
            yield f"no team here answers `open` for {plan}, so what is open for {expected.child} is not known"
            return
        if answered[plan]:
            if plan != expected.plan:
                yield f"open for {expected.child}: expected {expected.plan}; there is: {plan}"
            return
        if plan == expected.plan:
            yield f"open for {expected.child}: expected {expected.plan}, and it is not open"
            return


def _marked_late(played: Played, outcome: CaseOutcome) -> list[str]:
    """The steps that were recorded late, as their answers say and as any entry is marked."""
    steps = {id_: label for label, id_ in played.ids.items()}
    entries = [entry for seen in outcome.chronology.values() for entry in seen if entry.late]
    return list(
        dict.fromkeys(
            [*played.late, *(steps[str(one.command)] for one in entries if str(one.command) in steps)]
        )
    )


def _late(expected: Sequence[str], marked: Sequence[str]) -> Iterator[str]:
    for label in expected:
        if label not in marked:
            yield f"`{label}` was not marked recorded late"
    for label in marked:
        if label not in expected:
            yield f"`{label}` was marked recorded late, and is not listed"


def _patterns(
    expected: Sequence[ExpectedPattern], line: int, ids: Mapping[str, str], outcome: CaseOutcome
) -> Iterator[CaseDifference]:
    """The first pattern of each child that is listed; a child that is not listed has none."""
    if "pattern" not in outcome.answered:
        yield CaseDifference(line, _nobody("pattern"))
        return
    steps = {id_: label for label, id_ in ids.items()}
    for one in expected:
        rows = [row for row in outcome.patterns.get(one.child, []) if row.rule == one.rule]
        if not rows:
            yield CaseDifference(one.line, f"{one.child} has no repeat pattern by {one.rule}")
        elif (at := steps.get(str(rows[0].command), "a step without a label")) != one.at:
            text = f"the pattern of {one.child} by {one.rule} was completed at {at}, expected {one.at}"
            yield CaseDifference(one.line, text)
    listed = {one.child for one in expected}
    for child, rows in outcome.patterns.items():
        if rows and child not in listed:
            yield CaseDifference(line, f"{child} has a repeat pattern by {rows[0].rule}, and is not listed")
