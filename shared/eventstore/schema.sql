-- The log of one service: append-only, positions 1..n without a gap, commit order = position order.
-- Column names of the first four and `notification_id` are those of the `eventsourcing` library's recorder, so that
-- its recorder and notification log read this table as it stands.
CREATE TABLE IF NOT EXISTS {schema}.events (
    originator_id      uuid        NOT NULL,             -- stream
    originator_version bigint      NOT NULL,             -- version in the stream, from 1
    topic              text        NOT NULL,             -- stored name of the event
    state              bytea       NOT NULL,             -- open part and envelope, JSON
    notification_id    bigint      NOT NULL,             -- position, given by the writer under its lock: no sequence
    sealed             bytea,                            -- personal text, encrypted under the subject's key
    event_id           uuid        NOT NULL,
    category           text        NOT NULL,             -- kind of stream
    child              uuid,                             -- the one child it is about
    key                uuid,                             -- its key on the topic; null: it does not cross
    recorded_at        timestamptz NOT NULL,             -- never less than the one before
    digest             bytea       NOT NULL,             -- SHA-256 of the one before and of this row
    PRIMARY KEY (originator_id, originator_version),
    CHECK (originator_version > 0 AND notification_id > 0)
);
CREATE UNIQUE INDEX IF NOT EXISTS events_notification_id_idx ON {schema}.events (notification_id ASC);
CREATE INDEX IF NOT EXISTS events_key_idx ON {schema}.events (key, notification_id) WHERE key IS NOT NULL;
-- One child's rows, for an export.
CREATE INDEX IF NOT EXISTS events_child_idx ON {schema}.events (child, notification_id) WHERE child IS NOT NULL;
-- What is about no child, by its kind: the shifts of the front door.
CREATE INDEX IF NOT EXISTS events_alone_idx ON {schema}.events (category, notification_id)
    WHERE child IS NULL AND originator_version = 1;

-- One row a command that changed something, written with its events: a known id gets its old answer.
CREATE TABLE IF NOT EXISTS {schema}.commands (
    command_id uuid   PRIMARY KEY,
    body       bytea  NOT NULL,                          -- HMAC-SHA-256 of what was asked: another body is refused
    first      bigint NOT NULL,                          -- positions of its events: first..last
    last       bigint NOT NULL
);

-- No role may update or delete what happened; the trigger refuses it to the owner besides.
CREATE OR REPLACE FUNCTION {schema}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.events
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.commands
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();

GRANT USAGE ON SCHEMA {schema} TO {app_role};
GRANT SELECT, INSERT ON {schema}.events, {schema}.commands TO {app_role};
