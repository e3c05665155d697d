-- The SQL of a service's log: every statement that the store and its writer send. `schema.sql` makes the tables.
-- {schema} is the service's schema. A parameter is a name; `statements.py` numbers them as they first appear.

-- name: append_in_one_statement
-- A whole group in one round trip: nothing is written, and false is answered, unless the log still ends at
-- :expected_head, with the digest that this process gave it, and each of :stream_ids stands at its version of
-- :expected_versions.
WITH locked AS MATERIALIZED (SELECT FROM {schema}.locks WHERE name = 'log' FOR UPDATE),
stands AS MATERIALIZED (
    SELECT FROM locked
     WHERE (SELECT coalesce(max(notification_id), 0) FROM {schema}.events) = :expected_head
       AND (:expected_head = 0 OR EXISTS (SELECT FROM {schema}.events
                                           WHERE notification_id = :expected_head AND digest = :expected_digest))
       AND NOT EXISTS (
           SELECT FROM unnest(:stream_ids::uuid[], :expected_versions::bigint[]) AS wanted (id, version)
            WHERE version <> coalesce((SELECT e.originator_version FROM {schema}.events e
                                        WHERE e.originator_id = wanted.id
                                        ORDER BY e.originator_version DESC LIMIT 1), 0))),
events_written AS (
    INSERT INTO {schema}.events (notification_id, originator_id, originator_version, topic, state, sealed, event_id,
                                 category, child, key, digest, recorded_at)
    SELECT given.*, :recorded_at::timestamptz FROM stands, unnest(
        :positions::bigint[], :event_streams::uuid[], :versions::bigint[], :names::text[], :states::bytea[],
        :sealed::bytea[], :event_ids::uuid[], :categories::text[], :children::uuid[], :keys::uuid[],
        :digests::bytea[]) AS given),
commands_written AS (
    INSERT INTO {schema}.commands (command_id, body, first, last)
    SELECT given.* FROM stands, unnest(
        :command_ids::uuid[], :command_bodies::bytea[], :command_firsts::bigint[], :command_lasts::bigint[]) AS given)
SELECT EXISTS (SELECT FROM stands)

-- name: append_in_one_statement_and_move_heads
-- The same, with inbox heads that are moved in it, and a mark of each event taken. Where a head does not stand where it is expected, the whole
-- statement is given up with an error.
WITH locked AS MATERIALIZED (SELECT FROM {schema}.locks WHERE name = 'log' FOR UPDATE),
stands AS MATERIALIZED (
    SELECT FROM locked
     WHERE (SELECT coalesce(max(notification_id), 0) FROM {schema}.events) = :expected_head
       AND (:expected_head = 0 OR EXISTS (SELECT FROM {schema}.events
                                           WHERE notification_id = :expected_head AND digest = :expected_digest))
       AND NOT EXISTS (
           SELECT FROM unnest(:stream_ids::uuid[], :expected_versions::bigint[]) AS wanted (id, version)
            WHERE version <> coalesce((SELECT e.originator_version FROM {schema}.events e
                                        WHERE e.originator_id = wanted.id
                                        ORDER BY e.originator_version DESC LIMIT 1), 0))),
events_written AS (
    INSERT INTO {schema}.events (notification_id, originator_id, originator_version, topic, state, sealed, event_id,
                                 category, child, key, digest, recorded_at)
    SELECT given.*, :recorded_at::timestamptz FROM stands, unnest(
        :positions::bigint[], :event_streams::uuid[], :versions::bigint[], :names::text[], :states::bytea[],
        :sealed::bytea[], :event_ids::uuid[], :categories::text[], :children::uuid[], :keys::uuid[],
        :digests::bytea[]) AS given),
commands_written AS (
    INSERT INTO {schema}.commands (command_id, body, first, last)
    SELECT given.* FROM stands, unnest(
        :command_ids::uuid[], :command_bodies::bytea[], :command_firsts::bigint[], :command_lasts::bigint[]) AS given),
moves AS (
    SELECT moves.* FROM unnest(:head_sources::text[], :head_keys::uuid[], :head_previous::bigint[],
                               :head_positions::bigint[], :head_event_ids::uuid[], :head_digests::bytea[])
                     AS moves (source, key, previous, position, event_id, digest)
     WHERE EXISTS (SELECT FROM stands)),
first_moved AS (
    INSERT INTO {schema}.inbox_heads (source, key, position, event_id, digest)
    SELECT source, key, position, event_id, digest FROM moves WHERE previous = 0
    ON CONFLICT DO NOTHING RETURNING source, key),
moved_on AS (
    UPDATE {schema}.inbox_heads AS head SET position = moves.position, event_id = moves.event_id, digest = moves.digest
      FROM moves
     WHERE head.source = moves.source AND head.key = moves.key AND head.position = moves.previous
    RETURNING head.source, head.key),
moved AS (SELECT * FROM first_moved UNION ALL SELECT * FROM moved_on),
taken AS (
    INSERT INTO {schema}.inbox_taken (source, position, digest)
    SELECT marks.source, marks.position, marks.digest
      FROM unnest(:taken_sources::text[], :taken_keys::uuid[], :taken_positions::bigint[], :taken_digests::bytea[])
        AS marks (source, key, position, digest)
      JOIN moved ON moved.source = marks.source AND moved.key = marks.key
    ON CONFLICT DO NOTHING)
SELECT CASE WHEN NOT EXISTS (SELECT FROM stands) THEN false
            WHEN (SELECT count(*) FROM moved) = (SELECT count(*) FROM moves) THEN true
            ELSE {schema}.a_head_moved_on() END

-- name: head_and_versions
-- The last row of the log, what stands at :own_position, and the version at which each of :stream_ids stands, in their
-- order: one round trip.
SELECT h.notification_id AS position, h.digest, h.recorded_at,
       (SELECT own.digest FROM {schema}.events own WHERE own.notification_id = :own_position) AS own_digest,
       ARRAY(SELECT coalesce((SELECT e.originator_version FROM {schema}.events e
                               WHERE e.originator_id = wanted.id
                               ORDER BY e.originator_version DESC LIMIT 1), 0)
               FROM unnest(:stream_ids::uuid[]) WITH ORDINALITY AS wanted (id, n)
              ORDER BY wanted.n) AS versions
  FROM (SELECT 1) AS one
  LEFT JOIN LATERAL (SELECT notification_id, digest, recorded_at FROM {schema}.events
                      ORDER BY notification_id DESC LIMIT 1) AS h ON true

-- name: insert
-- The events and commands of a group, once the transaction that holds the lock has seen that they may be written.
WITH events_written AS (
    INSERT INTO {schema}.events (notification_id, originator_id, originator_version, topic, state, sealed, event_id,
                                 category, child, key, digest, recorded_at)
    SELECT given.*, :recorded_at::timestamptz FROM unnest(
        :positions::bigint[], :event_streams::uuid[], :versions::bigint[], :names::text[], :states::bytea[],
        :sealed::bytea[], :event_ids::uuid[], :categories::text[], :children::uuid[], :keys::uuid[],
        :digests::bytea[]) AS given)
INSERT INTO {schema}.commands (command_id, body, first, last)
SELECT * FROM unnest(
    :command_ids::uuid[], :command_bodies::bytea[], :command_firsts::bigint[], :command_lasts::bigint[])

-- name: move_heads
-- Moves each inbox head that stands where it is expected, whatever others do meanwhile: a row is compared as it stands
-- when it is locked. Each event taken with one that moved leaves its mark. Answers those moved; the caller counts them.
WITH moves AS (
    SELECT moves.* FROM unnest(:head_sources::text[], :head_keys::uuid[], :head_previous::bigint[],
                               :head_positions::bigint[], :head_event_ids::uuid[], :head_digests::bytea[])
                     AS moves (source, key, previous, position, event_id, digest)),
first_moved AS (
    INSERT INTO {schema}.inbox_heads (source, key, position, event_id, digest)
    SELECT source, key, position, event_id, digest FROM moves WHERE previous = 0
    ON CONFLICT DO NOTHING RETURNING source, key),
moved_on AS (
    UPDATE {schema}.inbox_heads AS head SET position = moves.position, event_id = moves.event_id, digest = moves.digest
      FROM moves
     WHERE head.source = moves.source AND head.key = moves.key AND head.position = moves.previous
    RETURNING head.source, head.key),
moved AS (SELECT * FROM first_moved UNION ALL SELECT * FROM moved_on),
taken AS (
    INSERT INTO {schema}.inbox_taken (source, position, digest)
    SELECT marks.source, marks.position, marks.digest
      FROM unnest(:taken_sources::text[], :taken_keys::uuid[], :taken_positions::bigint[], :taken_digests::bytea[])
        AS marks (source, key, position, digest)
      JOIN moved ON moved.source = marks.source AND moved.key = marks.key
    ON CONFLICT DO NOTHING)
SELECT * FROM moved

-- name: inbox_heads
-- Where the inbox heads of these (source, key) stand; none of one that was never moved.
SELECT source, key, position FROM {schema}.inbox_heads
 WHERE (source, key) IN (SELECT * FROM unnest(:head_sources::text[], :head_keys::uuid[]))

-- name: known_commands
-- The commands of these ids that the log holds, with the first event of each: it tells whose attempt wrote the command.
SELECT c.command_id, c.body, c.first, c.last,
       (SELECT e.event_id FROM {schema}.events e
         WHERE e.notification_id = c.first AND c.first <= c.last) AS event_id
  FROM {schema}.commands c WHERE c.command_id = ANY(:command_ids::uuid[])

-- name: command
-- One command: the digest of what was asked, and the positions of its events.
SELECT body, first, last FROM {schema}.commands WHERE command_id = :command_id

-- name: written_by
-- The events that commands wrote, as far as it tells which streams they opened.
SELECT c.command_id, e.originator_id, e.category, e.child FROM {schema}.commands c
  JOIN {schema}.events e ON e.notification_id BETWEEN c.first AND c.last
 WHERE c.command_id = ANY(:command_ids::uuid[]) ORDER BY e.notification_id

-- name: streams_of
-- The streams of these :categories on which something stands about a :child, the last opened last.
SELECT originator_id FROM {schema}.events WHERE child = :child AND category = ANY(:categories::text[])
 GROUP BY originator_id ORDER BY min(notification_id)

-- name: alone
-- The streams of a :category that is about no child, in the order in which they were begun.
SELECT originator_id FROM {schema}.events
 WHERE child IS NULL AND originator_version = 1 AND category = :category ORDER BY notification_id

-- name: whole
-- All rows of these streams, in order, with everything that a Record is made of.
SELECT originator_id, originator_version, topic, state, sealed, category, recorded_at, notification_id
  FROM {schema}.events
 WHERE originator_id = ANY(:stream_ids::uuid[]) ORDER BY originator_id, originator_version

-- name: load
-- All rows of these streams, in order.
SELECT originator_id, originator_version, topic, state, category, event_id, notification_id
  FROM {schema}.events
 WHERE originator_id = ANY(:stream_ids::uuid[]) ORDER BY originator_id, originator_version

-- name: head
-- The last position; 0 of an empty log.
SELECT coalesce(max(notification_id), 0) FROM {schema}.events

-- name: between
-- The rows at positions :first to :last.
SELECT originator_id, originator_version, topic, state, category, child, notification_id FROM {schema}.events
 WHERE notification_id BETWEEN :first AND :last ORDER BY notification_id

-- name: sealed_before
-- Those of :subjects whose words stand sealed in the log, each with the first such row of its child, or of its own stream.
SELECT wanted.subject, found.position
  FROM unnest(:subjects::uuid[]) AS wanted (subject)
 CROSS JOIN LATERAL (
    SELECT min(position) AS position FROM (
        (SELECT e.notification_id AS position FROM {schema}.events e
          WHERE e.child = wanted.subject AND e.sealed IS NOT NULL ORDER BY e.notification_id LIMIT 1)
        UNION ALL
        (SELECT e.notification_id FROM {schema}.events e
          WHERE e.originator_id = wanted.subject AND e.child IS NULL AND e.sealed IS NOT NULL
          ORDER BY e.originator_version LIMIT 1)) AS sealed) AS found
 WHERE found.position IS NOT NULL
