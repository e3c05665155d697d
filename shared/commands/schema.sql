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
