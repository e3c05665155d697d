"""The SQL of a log: every statement that the store and its writer send. `sql/log.sql` makes the tables."""

from collections.abc import Mapping


def statements(schema: str) -> Mapping[str, str]:
    """Each statement by name, for the log in `schema`."""
    events = f"{schema}.events"
    return {
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
            WITH written AS (
                INSERT INTO {events} (notification_id, originator_id, originator_version, topic, state, sealed,
                                      event_id, category, child, key, recorded_at, digest)
                SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::text[], $5::bytea[], $6::bytea[],
                                     $7::uuid[], $8::text[], $9::uuid[], $10::uuid[], $11::timestamptz[],
                                     $12::bytea[]))
            INSERT INTO {schema}.commands (command_id, body, first, last)
            SELECT * FROM unnest($13::uuid[], $14::bytea[], $15::bigint[], $16::bigint[])""",
        # Moves only the heads that stand where they are expected; the caller counts them.
        "move_heads": f"""
            INSERT INTO {schema}.inbox_heads AS head (source, key, position, event_id)
            SELECT source, key, position, event_id
              FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[], $5::uuid[])
                   AS moved (source, key, previous, position, event_id)
             WHERE previous = coalesce((SELECT h.position FROM {schema}.inbox_heads h
                                         WHERE h.source = moved.source AND h.key = moved.key), 0)
            ON CONFLICT (source, key) DO UPDATE SET position = excluded.position, event_id = excluded.event_id
            RETURNING 1""",
        "heads": f"""
            SELECT source, key, position FROM {schema}.inbox_heads
             WHERE (source, key) IN (SELECT * FROM unnest($1::text[], $2::uuid[]))""",
        # With the first event of each, which tells whose attempt it was that wrote the command.
        "commands": f"""
            SELECT c.command_id, c.body, c.first, c.last,
                   (SELECT e.event_id FROM {events} e WHERE e.notification_id = c.first AND c.first <= c.last) AS event_id
              FROM {schema}.commands c WHERE c.command_id = ANY($1::uuid[])""",
        "command": f"SELECT body, first, last FROM {schema}.commands WHERE command_id = $1",
        # What a command wrote, as far as it tells which streams it opened.
        "opened_by": f"""
            SELECT e.originator_id, e.category, e.child FROM {schema}.commands c
              JOIN {events} e ON e.notification_id BETWEEN c.first AND c.last
             WHERE c.command_id = $1 ORDER BY e.notification_id""",
        "load": f"""
            SELECT originator_id, originator_version, topic, state, category, event_id, notification_id
              FROM {events}
             WHERE originator_id = ANY($1::uuid[]) ORDER BY originator_id, originator_version""",
        "position": f"SELECT coalesce(max(notification_id), 0) FROM {events}",
        "between": f"""
            SELECT originator_id, originator_version, topic, state, category, child, notification_id FROM {events}
             WHERE notification_id BETWEEN $1 AND $2 ORDER BY notification_id""",
    }
