"""What stands beside a log must fit it: what its own role, or the database's owner, did to it is named by position."""

from uuid import uuid4

import pytest

from shared.audit.beside_log import Reach, check_commands, check_keys
from shared.audit.log_check import Findings
from shared.crypto.hash_chain import content, link
from tests.integration.ledgers import CHILDREN, Ledgers, row
from tests.integration.test_keys_gone import take_away
from tests.integration.toys import Team, child


async def found(ledgers: Ledgers, service: str = "mash") -> list[str]:
    pool, findings = ledgers.pools[service], Findings(service)
    reach = await Reach.read(pool, service)
    head = await pool.fetchval(f"SELECT coalesce(max(notification_id), 0) FROM {service}.events")
    reach.check(head, findings)
    await check_commands(pool, service, head, findings)
    return [str(each) for each in findings.items]


async def test_untouched_nothing_is_found(ledgers):
    assert [await found(ledgers, name) for name in ("mash", "people", "chronology")] == [[], [], []]


async def test_a_relay_beyond_the_log(ledgers):
    await ledgers.tamper("UPDATE mash.relay SET position = 999999")
    [told] = await found(ledgers)
    assert told.startswith(
        "mash, positions 61 to 999999: the relay stands at 999999, beyond the end of the log at 60"
    )


async def test_an_event_that_no_command_wrote(ledgers):
    """As the service's own role may put it in: behind the others, with a digest that follows."""
    before = await ledgers.superuser.fetchrow("SELECT * FROM mash.events WHERE notification_id = 60")
    new, stream = row(100, CHILDREN[0]), uuid4()
    covered = content(61, stream, 1, new.name, before["recorded_at"], new.state, None)
    await ledgers.superuser.execute(
        """INSERT INTO mash.events (notification_id, originator_id, originator_version, topic, state, event_id,
                                    category, child, key, recorded_at, digest)
           VALUES (61, $1, 1, $2, $3, $4, 'talk', $5, $5, $6, $7)""",
        stream,
        new.name,
        new.state,
        new.event_id,
        new.child,
        before["recorded_at"],
        link(before["digest"], covered),
    )
    assert await ledgers.found() == ""
    assert await found(ledgers) == [
        "mash, position 61: no command wrote this: the table of commands has no row for it"
    ]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "DELETE FROM mash.commands WHERE first BETWEEN 7 AND 9",
            "mash, positions 7 to 9: no command wrote this",
        ),
        ("DELETE FROM mash.commands WHERE first = 60", "mash, position 60: no command wrote this"),
        ("DELETE FROM mash.commands", "mash, positions 1 to 60: no command wrote this"),
        ("UPDATE mash.commands SET last = 12 WHERE first = 11", "mash, position 12: two commands are said"),
        (
            "UPDATE mash.commands SET last = 70 WHERE first = 60",
            "mash, positions 61 to 70: gone: the table of commands",
        ),
    ],
)
async def test_commands_that_do_not_fit(ledgers, statement, told):
    await ledgers.tamper(statement)
    [found_] = await found(ledgers)
    assert found_.startswith(told)


async def sealed_without_a_key(team: Team, *, gone: bool = False) -> list[str]:
    findings = Findings("mash")
    await check_keys(team.pool, "mash", None if gone else team.keys, await team.store.head(), findings)
    return [str(each) for each in findings.items]


async def test_what_is_sealed_under_a_key_that_is_gone(mash: Team):
    await mash.say([(1, 1), (2, 2), (3, 3), (1, 4)])
    assert await sealed_without_a_key(mash) == []
    mash.keys.erase(child(3))
    assert await sealed_without_a_key(mash) == []
    take_away(mash, 1)
    first, last = await sealed_without_a_key(mash)
    assert first.startswith("mash, position 1, stream ")
    assert first.endswith(
        "sealed under a key that is not in the key store, and nobody erased it: it was lost, or taken away; bring the key "
        "store back from its backup"
    )
    assert last.startswith("mash, position 4, ")
    assert [
        each.split(":")[0].split(", stream")[0] for each in await sealed_without_a_key(mash, gone=True)
    ] == ["mash, positions 1 to 4"]


async def test_an_erasure_that_somebody_without_the_master_key_put_in_is_not_believed(mash: Team):
    await mash.say([(1, 1)])
    take_away(mash, 1)
    mash.keys._database.execute(
        "insert into erasure values (?, ?, ?, ?)",
        (child(1).bytes, "2026-11-24T12:00:00+00:00", mash.keys._master.id, bytes(32)),
    )
    cannot, gone = await sealed_without_a_key(mash)
    assert (
        "the key store cannot be believed: an erasure in the key store was put there by somebody else"
        in cannot
    )
    assert "sealed under a key that is not in the key store" in gone
