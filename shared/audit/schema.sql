-- What this service signed about its log: each row covers the positions after the one before it.
CREATE TABLE IF NOT EXISTS {schema}.checkpoints (
    first     bigint      NOT NULL,
    last      bigint      PRIMARY KEY,
    head      bytea       NOT NULL,                      -- the chain's digest at `last`
    root      bytea       NOT NULL,                      -- Merkle root of the content digests of first..last
    made_at   timestamptz NOT NULL,                      -- by the real clock
    previous  bytea       NOT NULL,                      -- digest of the checkpoint before
    signature bytea       NOT NULL,                      -- Ed25519
    CHECK (first > 0 AND first <= last)
);
-- How far they are published.
CREATE TABLE IF NOT EXISTS {schema}.checkpoints_sent (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    last   bigint  NOT NULL DEFAULT 0
);
INSERT INTO {schema}.checkpoints_sent (single) VALUES (true) ON CONFLICT DO NOTHING;
-- What other services signed about theirs, kept for the day when one of their logs says something else. Two that
-- contradict each other are both kept.
CREATE TABLE IF NOT EXISTS {schema}.kept_checkpoints (
    service   text        NOT NULL,
    first     bigint      NOT NULL,
    last      bigint      NOT NULL,
    head      bytea       NOT NULL,
    root      bytea       NOT NULL,
    made_at   timestamptz NOT NULL,
    previous  bytea       NOT NULL,
    signature bytea       NOT NULL,
    digest    bytea       NOT NULL,                      -- of what was signed
    kept_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (service, last, digest)
);

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.kept_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();

GRANT SELECT, INSERT ON {schema}.checkpoints, {schema}.kept_checkpoints TO {app_role};
GRANT SELECT, UPDATE ON {schema}.checkpoints_sent TO {app_role};

-- What this service signed about its record of who looked: its end, each time it had moved.
CREATE TABLE IF NOT EXISTS {schema}.access_checkpoints (
    position    bigint      PRIMARY KEY CHECK (position > 0), -- the last row then
    head        bytea       NOT NULL,                         -- that row's digest
    recorded_at timestamptz NOT NULL,                         -- that row's
    made_at     timestamptz NOT NULL,                         -- by the real clock
    previous    bytea       NOT NULL,                         -- digest of the one before
    signature   bytea       NOT NULL                          -- Ed25519
);
CREATE TABLE IF NOT EXISTS {schema}.access_checkpoints_sent (
    single   boolean PRIMARY KEY DEFAULT true CHECK (single),
    position bigint  NOT NULL DEFAULT 0
);
INSERT INTO {schema}.access_checkpoints_sent (single) VALUES (true) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS {schema}.kept_access_checkpoints (
    service     text        NOT NULL,
    position    bigint      NOT NULL,
    head        bytea       NOT NULL,
    recorded_at timestamptz NOT NULL,
    made_at     timestamptz NOT NULL,
    previous    bytea       NOT NULL,
    signature   bytea       NOT NULL,
    digest      bytea       NOT NULL,                         -- of what was signed
    kept_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (service, position, digest)
);

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.access_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.kept_access_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();

GRANT SELECT, INSERT ON {schema}.access_checkpoints, {schema}.kept_access_checkpoints TO {app_role};
GRANT SELECT, UPDATE ON {schema}.access_checkpoints_sent TO {app_role};
