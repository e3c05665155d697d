-- Timers: who is looking at a deadline that fell due, and until when nobody else does.
CREATE TABLE IF NOT EXISTS {schema}.claims (
    stream     uuid        NOT NULL,
    rule       text        NOT NULL,
    started_by uuid        NOT NULL,
    due_at     timestamptz NOT NULL,
    until      timestamptz NOT NULL,
    PRIMARY KEY (stream, rule, started_by, due_at)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.claims TO {app_role};
-- How far each follow-up has looked at the service's own facts.
CREATE TABLE IF NOT EXISTS {schema}.follow_ups (
    name     text   PRIMARY KEY,
    position bigint NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON {schema}.follow_ups TO {app_role};
