"""One case's export is checked with the public keys alone, and a meddled one is not proved."""

import pytest

from shared.audit.export import check_export, export_lines, head_line
from shared.infrastructure.clock import RealClock
from tests.integration.ledgers import CHILDREN, SERVICES, Ledgers


async def exported(ledgers: Ledgers, which: int = 4) -> list[bytes]:
    child = CHILDREN[which]
    lines = [head_line(child, RealClock().now(), SERVICES)]
    for name in SERVICES:
        lines += [line async for line in export_lines(ledgers.tables(name), child)]
    return lines


async def test_an_export_is_checked_with_the_public_keys_alone(ledgers):
    lines = await exported(ledgers, 0)
    proved = check_export(lines, ledgers.keys)
    assert proved.troubles == []
    assert proved.events == {"mash": 5, "people": 2, "chronology": 0}
    assert proved.signed == {"mash": 60, "people": 3, "chronology": 0}
    assert proved.child == str(CHILDREN[0])
    assert all(str(CHILDREN[1]).encode() not in line for line in lines)
    assert all(b"sealed words" not in line for line in lines)


@pytest.mark.parametrize(
    ("meddle", "told"),
    [
        (lambda lines: lines.pop(3), "is not what was signed"),
        (lambda lines: lines.__delitem__(slice(3, 5)), "an earlier event of this stream is not in the file"),
        (lambda lines: lines.pop(), "the file is cut short: the last line of chronology is not in it"),
        (lambda lines: lines.__delitem__(slice(-2, None)), "the last line of people is not in it"),
        (lambda lines: lines.pop(0), "its first line must say whose it is"),
        (
            lambda lines: lines.__setitem__(2, lines[2].replace(b'"version":1', b'"version":2')),
            "not what was",
        ),
        (
            lambda lines: lines.__setitem__(2, lines[2].replace(b'"position":5', b'"position":6')),
            "not what was",
        ),
        (lambda lines: lines.__setitem__(2, lines[2].replace(b"Noted", b"Told_")), "is not what was signed"),
        (lambda lines: lines.__setitem__(1, lines[1].replace(b'"last":10', b'"last":9')), "did not sign"),
        (lambda lines: lines.__setitem__(2, b"x"), "line 3 is no line of an export"),
        (
            lambda lines: lines.__setitem__(0, lines[0].replace(str(CHILDREN[4]).encode(), bytes(36))),
            "line 1",
        ),
        (
            lambda lines: lines.__setitem__(
                0, lines[0].replace(str(CHILDREN[4]).encode(), str(CHILDREN[5]).encode())
            ),
            "about somebody else",
        ),
    ],
)
async def test_a_meddled_export_is_not_proved(ledgers, meddle, told):
    lines = await exported(ledgers)
    assert check_export(lines, ledgers.keys).troubles == []
    meddle(lines)
    assert told in "\n".join(check_export(lines, ledgers.keys).troubles)
