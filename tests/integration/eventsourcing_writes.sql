-- For tests alone: what the `eventsourcing` library's recorder needs to write to our log as if it were its own.
-- Its write path gives no value to the columns it does not know, takes positions from a sequence, locks the table,
-- and some of its cases number versions from 0. Nothing here is ever applied to a real log.
CREATE SEQUENCE mash.events_notification_id_seq;
ALTER TABLE mash.events
    ALTER notification_id SET DEFAULT nextval('mash.events_notification_id_seq'),
    ALTER event_id SET DEFAULT gen_random_uuid(),
    ALTER category SET DEFAULT 'test',
    ALTER recorded_at SET DEFAULT clock_timestamp(),
    ALTER digest SET DEFAULT '\x00';
ALTER TABLE mash.events DROP CONSTRAINT events_check;
CREATE TYPE mash.stored_event_uuid AS (originator_id uuid, originator_version bigint, topic text, state bytea);
GRANT USAGE ON SEQUENCE mash.events_notification_id_seq TO mash;
-- LOCK TABLE, and no more: the role still may not update or delete.
GRANT MAINTAIN ON mash.events TO mash;
