"""The record of who looked is anchored: altered with a chain that holds, cut at its end or emptied, it is found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from shared.access.access_log import AccessLog
from shared.access.access_row import BEFORE_THE_FIRST, Attempt, Sight, digest_of
from shared.audit.access_checkpoint import AccessCheckpoint
from shared.audit.access_signing import AccessSigning
from shared.audit.checkpoint_tables import NotToBeSigned
from shared.audit.verify import verify_service
from shared.domain.actors import Actor
from shared.infrastructure.clock import SimulatedClock
from tests.integration.ledgers import CONTRACT, Ledgers

START = datetime(2026, 4, 2, 15, 40, tzinfo=UTC)
ANA = Actor(UUID(int=1), "Ana Lim", "mash_manager", "childrens_social_care")
SNOOP = Actor(UUID(int=2), "Sid Noope", "mash_screener", "childrens_social_care")
LOOKS, EACH = 33, 11


async def look(ledgers: Ledgers, service: str, looks: int) -> None:
    """One look a minute, by each of two people in turn."""
    head = await ledgers.pools[service].fetchval(f"SELECT count(*) FROM {service}.access")
    clock = SimulatedClock(START + timedelta(minutes=head))
    record = AccessLog(ledgers.pools[service], service, clock)
    for n in range(looks):
        clock.move_to(START + timedelta(minutes=head + n))
        who = SNOOP if n % 2 else ANA
        await record.record(
            Attempt(who, "read:chronology", "work", "shown", (UUID(int=7),), sight=Sight(n, ("police",)))
        )


async def sign(ledgers: Ledgers, service: str) -> list[AccessCheckpoint]:
    made = await signing(ledgers, service).make(every=timedelta(0))
    return [] if made is None else [made]


def signing(ledgers: Ledgers, service: str) -> AccessSigning:
    return ledgers.checkpoints(service).looks


async def keep(ledgers: Ledgers, made: list[AccessCheckpoint]) -> dict[str, str | None]:
    """Every service takes in what was published; the alarm of each."""
    alarms = {}
    for name in ledgers.pools:
        checkpoints = ledgers.checkpoints(name)
        await checkpoints.keep([one.json() for one in made])
        alarms[name] = checkpoints.alarm
    return alarms


@pytest.fixture
async def looked(ledgers: Ledgers) -> list[AccessCheckpoint]:
    """33 looks at the chronology, signed eleven by eleven, and kept by the others."""
    made = []
    for _ in range(LOOKS // EACH):
        await look(ledgers, "chronology", EACH)
        made += await sign(ledgers, "chronology")
    assert set((await keep(ledgers, made)).values()) == {None}
    return made


async def found(ledgers: Ledgers, audited: list[AccessCheckpoint] | None = None) -> str:
    report = await verify_service("chronology", ledgers.pools, ledgers.keys, CONTRACT, audited=audited or [])
    return "\n".join(str(each) for each in report.findings)


async def chain_again(ledgers: Ledgers) -> None:
    """Every digest made anew, as whoever owns the database can: it needs no key."""
    digest = BEFORE_THE_FIRST
    for row in await ledgers.superuser.fetch("SELECT * FROM chronology.access ORDER BY position"):
        digest = digest_of(digest, row)
        await ledgers.superuser.execute(
            "UPDATE chronology.access SET digest = $1 WHERE position = $2", digest, row["position"]
        )


async def test_what_was_signed_is_in_every_keeping(ledgers, looked):
    assert [one.position for one in looked] == [11, 22, 33]
    assert all(one.follows(before) for one, before in zip(looked, [None, *looked], strict=False))
    report = await verify_service("chronology", ledgers.pools, ledgers.keys, CONTRACT, audited=looked)
    assert report.findings == ()
    assert (report.access.looks, report.access.signed, report.access.last) == (33, 33, looked[-1])
    assert report.access.kept == {"mash": 33, "people": 33, "the auditor's file": 33}


async def test_it_is_signed_though_the_log_did_not_move_and_not_when_nothing_was_looked_at(ledgers, looked):
    before = await ledgers.pools["chronology"].fetchval("SELECT count(*) FROM chronology.events")
    assert await sign(ledgers, "chronology") == []
    await look(ledgers, "chronology", 1)
    assert [one.position for one in await sign(ledgers, "chronology")] == [34]
    assert await ledgers.pools["chronology"].fetchval("SELECT count(*) FROM chronology.events") == before
    await look(ledgers, "chronology", 1)
    assert await signing(ledgers, "chronology").make(every=timedelta(hours=1)) is None


async def test_a_look_given_to_somebody_else_with_every_digest_made_again(ledgers, looked):
    await ledgers.tamper(f"UPDATE chronology.access SET actor_id = '{ANA.id}' WHERE position = 17")
    assert "does not hold from its position 17 on" in await found(ledgers)
    await chain_again(ledgers)
    said = await found(ledgers, looked)
    assert "does not hold" not in said
    for keeper in ("its own list", "mash", "people", "the auditor's file"):
        assert "at its position 22 it says something else than was signed" in said
        assert f"as {keeper} holds it" in said
    assert "after position 11" in said


async def test_the_second_half_cut_off(ledgers, looked):
    await ledgers.tamper("DELETE FROM chronology.access WHERE position > 16")
    said = await found(ledgers, looked)
    for keeper in ("its own list", "mash", "people", "the auditor's file"):
        assert f"gone from the record of who looked: {keeper} holds a signed end at position 33" in said
    assert "the record ends at 16" in said
    await ledgers.tamper("DELETE FROM chronology.access_checkpoints WHERE position > 11")
    said = await found(ledgers)
    assert "its own list holds" not in said
    assert "mash holds a signed end at position 33" in said


async def test_all_of_it_emptied(ledgers, looked):
    await ledgers.tamper("DELETE FROM chronology.access", "DELETE FROM chronology.access_checkpoints")
    said = await found(ledgers)
    assert "mash holds a signed end at position 33" in said
    assert "the record ends at 0" in said
    await ledgers.tamper(*(f"DELETE FROM {name}.kept_access_checkpoints" for name in ("mash", "people")))
    assert await found(ledgers) == "", "without what others keep, nothing says that there were looks"
    assert "the auditor's file holds a signed end at position 33" in await found(ledgers, looked)


async def test_cut_off_and_gone_on_with_its_own_list_cut_too(ledgers, looked):
    """What follows is signed with the service's own key: those who kept the old ends raise the alarm at once."""
    await ledgers.tamper(
        "DELETE FROM chronology.access WHERE position > 16",
        "DELETE FROM chronology.access_checkpoints WHERE position > 11",
    )
    await look(ledgers, "chronology", 4)
    made = await sign(ledgers, "chronology")
    assert [one.position for one in made] == [20]
    alarms = await keep(ledgers, made)
    for keeper in ("mash", "people"):
        assert alarms[keeper] == (
            "two signed ends of a record of who looked contradict each other: chronology, position 20"
        )
    assert "mash holds a signed end at position 33" in await found(ledgers)


async def test_what_was_changed_before_it_was_signed_is_never_signed(ledgers, looked):
    await look(ledgers, "chronology", 3)
    await ledgers.tamper("UPDATE chronology.access SET purpose = 'asked to' WHERE position = 35")
    with pytest.raises(NotToBeSigned, match="position 35 of the record of who looked does not follow"):
        await sign(ledgers, "chronology")
    await ledgers.tamper("UPDATE chronology.access SET digest = '' WHERE position = 33")
    with pytest.raises(NotToBeSigned, match="is not what was signed up to its position 33"):
        await sign(ledgers, "chronology")
    await ledgers.tamper("DELETE FROM chronology.access WHERE position > 20")
    with pytest.raises(NotToBeSigned, match="ends at 20, but was signed up to 33"):
        await sign(ledgers, "chronology")


async def test_a_record_that_cannot_be_signed_keeps_no_log_from_being_signed(ledgers, looked):
    await ledgers.append("chronology", [(0, 0)])
    await ledgers.tamper("DELETE FROM chronology.access WHERE position > 20")
    checkpoints = ledgers.checkpoints("chronology")
    assert await checkpoints._signed(checkpoints._sign_log, "log") is True
    assert await checkpoints._signed(checkpoints._sign_looks, "looks") is False
    assert "rows were cut off" in checkpoints.alarm
    assert checkpoints.error == "NotToBeSigned"
    assert await ledgers.pools["chronology"].fetchval("SELECT max(last) FROM chronology.checkpoints") == 1


async def test_what_nobody_signed_is_dropped_and_what_is_not_its_own_raises_the_alarm(ledgers, looked):
    forged = replace(looked[0], head=bytes(32))
    alarms = await keep(ledgers, [forged])
    assert alarms["mash"] == (
        "a checkpoint with no valid signature was dropped: chronology, position 11 of the record of who looked"
    )
    stolen = replace(forged, signature=ledgers.signers["chronology"].attest(forged.text()))
    alarms = await keep(ledgers, [stolen])
    assert "contradict each other" in str(alarms["mash"])
    assert alarms["chronology"] == (
        "a signed end of this record of who looked is not among its own: chronology, position 11"
    )
    said = await found(ledgers)
    assert "written anew: at its position 11" in said


async def test_a_signed_end_taken_out_of_its_own_list_is_found(ledgers, looked):
    await ledgers.tamper("DELETE FROM chronology.access_checkpoints WHERE position = 22")
    said = await found(ledgers)
    assert "its own list of signed ends of the record of who looked does not follow at position 33" in said
    assert "mash holds a signed end of the record of who looked, at position 22, that is missing" in said


@pytest.mark.parametrize("table", ["access_checkpoints", "kept_access_checkpoints"])
async def test_nobody_changes_or_deletes_a_signed_end(ledgers, looked, table):
    for statement in (f"UPDATE people.{table} SET position = position", f"DELETE FROM people.{table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await ledgers.superuser.execute(statement)


async def test_two_processes_sign_one_chain(ledgers, looked):
    import asyncio

    await look(ledgers, "chronology", 1)
    made = await asyncio.gather(*(sign(ledgers, "chronology") for _ in range(4)))
    assert sorted(len(one) for one in made) == [0, 0, 0, 1]
    assert await found(ledgers) == ""
