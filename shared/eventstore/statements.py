"""The SQL of a log: every statement that the store and its writer send. `sql/log.sql` makes the tables."""

from collections.abc import Mapping


def head_moves(schema: str, first: int, *, given: str = "") -> str:
    """Three steps of a WITH that move inbox heads, each only from where it is expected, whatever others do meanwhile:
    each row is compared as it stands when it is locked. `came` and `went` are those moved.

    Args:
        first: the number of the first of five parameters: sources, keys, where they are expected, positions, event ids.
        given: a step before, which must have a row.
    """
    a, b, c, d, e = range(first, first + 5)
    return f"""
            moves AS (
                SELECT * FROM unnest(${a}::text[], ${b}::uuid[], ${c}::bigint[], ${d}::bigint[], ${e}::uuid[])
                           AS moves (source, key, expected, position, event_id)
                 {f"WHERE EXISTS (SELECT FROM {given})" if given else ""}),
            came AS (
                INSERT INTO {schema}.inbox_heads (source, key, position, event_id)
                SELECT source, key, position, event_id FROM moves WHERE expected = 0
                ON CONFLICT DO NOTHING RETURNING source, key),
            went AS (
                UPDATE {schema}.inbox_heads AS head SET position = moves.position, event_id = moves.event_id
                  FROM moves
                 WHERE head.source = moves.source AND head.key = moves.key AND head.position = moves.expected
                RETURNING head.source, head.key)"""


def statements(schema: str) -> Mapping[str, str]:
    """Each statement by name, for the log in `schema`."""
    events = f"{schema}.events"
    rows = """unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::text[], $5::bytea[], $6::bytea[], $7::uuid[],
                     $8::text[], $9::uuid[], $10::uuid[], $11::timestamptz[], $12::bytea[])"""
    columns = """notification_id, originator_id, originator_version, topic, state, sealed, event_id, category, child,
                 key, recorded_at, digest"""
    commands = "unnest($13::uuid[], $14::bytea[], $15::bigint[], $16::bigint[])"
    # A whole group in one round trip, where the log still ends at $18 and the streams $19 stand at $20. Nothing is
    # written otherwise.
    at_once = f"""
            WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock($17)),
            stands AS MATERIALIZED (
                SELECT FROM locked
                 WHERE (SELECT coalesce(max(notification_id), 0) FROM {events}) = $18
                   AND NOT EXISTS (
                       SELECT FROM unnest($19::uuid[], $20::bigint[]) AS wanted (id, version)
                        WHERE version <> coalesce((SELECT e.originator_version FROM {events} e
                                                    WHERE e.originator_id = wanted.id
                                                    ORDER BY e.originator_version DESC LIMIT 1), 0))),
            written AS (INSERT INTO {events} ({columns}) SELECT given.* FROM stands, {rows} AS given),
            done AS (
                INSERT INTO {schema}.commands (command_id, body, first, last)
                SELECT given.* FROM stands, {commands} AS given)"""
    return {
        "at_once": f"{at_once} SELECT EXISTS (SELECT FROM stands)",
        "at_once_moving": f"""{at_once}, {head_moves(schema, 21, given="stands")}
            SELECT CASE WHEN NOT EXISTS (SELECT FROM stands) THEN false
                        WHEN (SELECT count(*) FROM came) + (SELECT count(*) FROM went)
                             = (SELECT count(*) FROM moves) THEN true
                        ELSE {schema}.a_head_moved_on() END""",
        # The last row, and the version at which each of the streams $1 stands: one round trip.
        "head": f"""
            SELECT h.notification_id AS position, h.digest, h.recorded_at,
                   ARRAY(SELECT coalesce((SELECT e.originator_version FROM {events} e
                                           WHERE e.originator_id = wanted.id
                                           ORDER BY e.originator_version DESC LIMIT 1), 0)
                           FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, n)
                          ORDER BY wanted.n) AS versions
              FROM (SELECT 1) AS one
              LEFT JOIN LATERAL (SELECT notification_id, digest, recorded_at FROM {events}
                                  ORDER BY notification_id DESC LIMIT 1) AS h ON true""",
        "insert": f"""
            WITH written AS (INSERT INTO {events} ({columns}) SELECT * FROM {rows})
            INSERT INTO {schema}.commands (command_id, body, first, last) SELECT * FROM {commands}""",
        # Moves only the heads that stand where they are expected; the caller counts them.
        "move_heads": f"WITH {head_moves(schema, 1)} SELECT * FROM came UNION ALL SELECT * FROM went",
        "heads": f"""
            SELECT source, key, position FROM {schema}.inbox_heads
             WHERE (source, key) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))""",
        # With the first event of each, which tells whose attempt it was that wrote the command.
        "commands": f"""
            SELECT c.command_id, c.body, c.first, c.last,
                   (SELECT e.event_id FROM {events} e WHERE e.notification_id = c.first AND c.first <= c.last) AS event_id
              FROM {schema}.commands c WHERE c.command_id = ANY($1::uuid[])""",
        "command": f"SELECT body, first, last FROM {schema}.commands WHERE command_id = $1",
        # What commands wrote, as far as it tells which streams they opened.
        "opened_by": f"""
            SELECT c.command_id, e.originator_id, e.category, e.child FROM {schema}.commands c
              JOIN {events} e ON e.notification_id BETWEEN c.first AND c.last
             WHERE c.command_id = ANY($1::uuid[]) ORDER BY e.notification_id""",
        "load": f"""
            SELECT originator_id, originator_version, topic, state, category, event_id, notification_id
              FROM {events}
             WHERE originator_id = ANY($1::uuid[]) ORDER BY originator_id, originator_version""",
        "position": f"SELECT coalesce(max(notification_id), 0) FROM {events}",
        "between": f"""
            SELECT originator_id, originator_version, topic, state, category, child, notification_id FROM {events}
             WHERE notification_id BETWEEN $1 AND $2 ORDER BY notification_id""",
    }
