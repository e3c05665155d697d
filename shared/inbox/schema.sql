-- The inbox: a head per (source service, key). At or below the head is a duplicate; previous = head is taken and the
-- head moved in the transaction of its effects; previous beyond the head is held until the gap is filled.
CREATE TABLE IF NOT EXISTS {schema}.inbox_heads (
    source   text   NOT NULL,
    key      uuid   NOT NULL,
    position bigint NOT NULL,
    event_id uuid   NOT NULL,
    digest   bytea,                                       -- of its row in the source's log; null: kept before it travelled
    PRIMARY KEY (source, key)
);
ALTER TABLE {schema}.inbox_heads ADD COLUMN IF NOT EXISTS digest bytea;
-- What was taken: half of the digest that each row had in its source's log. So that what comes below a head and was never taken
-- there shows: it is no duplicate. Written with the head that moves, and never changed.
CREATE TABLE IF NOT EXISTS {schema}.inbox_taken (
    position bigint NOT NULL,
    digest   bytea  NOT NULL,                            -- its first 16 bytes
    source   text   NOT NULL,
    PRIMARY KEY (source, position, digest)
);
GRANT SELECT, INSERT ON {schema}.inbox_taken TO {app_role};
-- Gives up the statement that calls it: not all of the heads it was to move stood where they were expected.
CREATE OR REPLACE FUNCTION {schema}.a_head_moved_on() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an inbox head has moved on';
END $$;
-- What waits: behind a gap, behind a parked event, for its cause, or for a newer program. Kept as it arrived.
CREATE TABLE IF NOT EXISTS {schema}.inbox_held (
    source    text        NOT NULL,
    key       uuid        NOT NULL,
    position  bigint      NOT NULL,
    previous  bigint      NOT NULL,
    headers   jsonb       NOT NULL,
    body      bytea       NOT NULL,
    why       text        NOT NULL CHECK (why IN ('gap', 'cause', 'unknown')),
    held_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    asked_at  timestamptz,                               -- when the source was last asked to send the key again
    PRIMARY KEY (source, key, position)
);
CREATE INDEX IF NOT EXISTS inbox_held_key_idx ON {schema}.inbox_held (key, source, previous);
-- What failed for a reason that would come again: a person retries it, or skips it with a reason.
CREATE TABLE IF NOT EXISTS {schema}.parked (
    source    text        NOT NULL,
    key       uuid        NOT NULL,
    position  bigint      NOT NULL,
    previous  bigint      NOT NULL,
    headers   jsonb       NOT NULL,
    body      bytea       NOT NULL,
    error     text        NOT NULL,                      -- type and rule of the error, nothing personal
    tries     integer     NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (source, key)
);
-- Somebody who forges may leave many rows: they must slow down neither the look at a page's keys nor that for rows whose key came.
CREATE INDEX IF NOT EXISTS parked_key_idx ON {schema}.parked (key);
CREATE INDEX IF NOT EXISTS parked_unproven_idx ON {schema}.parked (error) WHERE source LIKE 'unreadable:%';
-- Parked events that a person left out, and why. Nobody changes or deletes these.
CREATE TABLE IF NOT EXISTS {schema}.skipped (
    source     text        NOT NULL,
    key        uuid        NOT NULL,
    position   bigint      NOT NULL,
    error      text        NOT NULL,
    reason     text        NOT NULL,
    actor      uuid        NOT NULL,
    skipped_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (source, key, position)
);
GRANT SELECT, INSERT ON {schema}.skipped TO {app_role};
-- How far each topic partition has been consumed: the offset after the last record whose transaction is committed.
CREATE TABLE IF NOT EXISTS {schema}.consumed (
    topic       text    NOT NULL,
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    PRIMARY KEY (topic, "partition")
);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.inbox_heads, {schema}.inbox_held, {schema}.parked, {schema}.consumed
    TO {app_role};
-- Which topic that was: one that is deleted and made again has another id, and its offsets begin anew.
CREATE TABLE IF NOT EXISTS {schema}.topics_read (
    topic text PRIMARY KEY,
    id    uuid NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.topics_read TO {app_role};
