-- The locks of one service, rows of its own: an advisory lock would be the whole database's, and any role of it may take
-- one. `log`, `access` and `checkpoints` are held for a transaction (SELECT ... FOR UPDATE); others for the life of a session.
GRANT USAGE ON SCHEMA {schema} TO {app_role};
CREATE TABLE IF NOT EXISTS {schema}.locks (
    name  text        PRIMARY KEY,
    pid   integer,                                       -- whose session holds it; null: nobody's
    began timestamptz,                                   -- when that session began: a pid is given out again
    term  bigint      NOT NULL DEFAULT 0                 -- one more each time it is taken: who was overtaken writes nothing
);
INSERT INTO {schema}.locks (name) VALUES ('log'), ('access'), ('checkpoints') ON CONFLICT DO NOTHING;
GRANT SELECT, INSERT (name), UPDATE (pid, began, term) ON {schema}.locks TO {app_role};

-- Takes a lock for the life of the session that asks; its new term, or null where another session holds it. It is held
-- for as long as that session lives and, where a patience is named, has asked the database anything within it: a process
-- that was stopped keeps its session for ever.
CREATE OR REPLACE FUNCTION {schema}.take_lock(wanted text, patience interval) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    taken bigint;
BEGIN
    INSERT INTO {schema}.locks (name) SELECT wanted WHERE NOT EXISTS (SELECT FROM {schema}.locks WHERE name = wanted)
        ON CONFLICT DO NOTHING;
    -- Looked at twice: without the row's lock, since whoever stands by asks twice a second, and again under it.
    IF {schema}.lock_is_held(wanted, patience) THEN
        RETURN NULL;
    END IF;
    PERFORM FROM {schema}.locks WHERE name = wanted FOR UPDATE;
    PERFORM pg_stat_clear_snapshot();
    IF {schema}.lock_is_held(wanted, patience) THEN
        RETURN NULL;
    END IF;
    UPDATE {schema}.locks SET pid = mine.pid, began = mine.backend_start, term = term + 1
      FROM (SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()) AS mine
     WHERE name = wanted RETURNING term INTO taken;
    RETURN taken;
END $$;

CREATE OR REPLACE FUNCTION {schema}.lock_is_held(wanted text, patience interval) RETURNS boolean LANGUAGE sql AS $$
    SELECT EXISTS (SELECT FROM {schema}.locks JOIN pg_stat_activity AS session
                            ON session.pid = locks.pid AND session.backend_start = locks.began
                    WHERE name = wanted
                      AND (patience IS NULL OR session.state_change IS NULL  -- a server that does not track it
                           OR session.state_change > clock_timestamp() - patience));
$$;
