-- The relay: everything up to `position` is on the broker. It never goes back by itself.
CREATE TABLE IF NOT EXISTS {schema}.relay (
    single   boolean PRIMARY KEY DEFAULT true CHECK (single),
    position bigint  NOT NULL DEFAULT 0
);
INSERT INTO {schema}.relay (single) VALUES (true) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS {schema}.relay_acknowledged (
    topic       text    NOT NULL,
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,                        -- of the last record acknowledged
    PRIMARY KEY (topic, "partition")
);
-- Keys somebody asked to have sent again, after a position.
CREATE TABLE IF NOT EXISTS {schema}.resend (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key    uuid,                                         -- null: everything, for a new consumer
    after  bigint NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.relay, {schema}.relay_acknowledged, {schema}.resend TO {app_role};
