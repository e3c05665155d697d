-- Who looked at what, and which attempts were refused: append-only, chained apart from the log, one partition a month.
CREATE TABLE IF NOT EXISTS {schema}.access (
    position     bigint      NOT NULL CHECK (position > 0), -- 1..n without a gap, given by the writer under its lock
    recorded_at  timestamptz NOT NULL,                      -- never less than the one before
    actor_id     uuid        NOT NULL,                      -- opaque id of the professional: no name is kept
    role         text        NOT NULL,
    agency       text        NOT NULL,
    organisation text,
    action       text        NOT NULL,                      -- as `read:chronology` or `mash.DecideContact`
    purpose      text        NOT NULL,                      -- why they looked
    children     uuid[]      NOT NULL,                      -- whose records: a list is one row naming them all
    subject      uuid,                                      -- the thing, where it is about one
    outcome      text        NOT NULL,
    rules        text[]      NOT NULL,                      -- the rules that refused it
    digest       bytea       NOT NULL,                      -- SHA-256 of the one before and of this row
    PRIMARY KEY (recorded_at, position)
) PARTITION BY RANGE (recorded_at);
-- The second version of a row. Of rows of the first they are NULL, and a digest leaves NULLs among them out.
ALTER TABLE {schema}.access
    ADD COLUMN IF NOT EXISTS by_policy   text[],      -- the policies that allowed it
    ADD COLUMN IF NOT EXISTS basis       text,        -- the lawful basis on which
    ADD COLUMN IF NOT EXISTS lens        text[],      -- through whose eyes: agency, organisation; `*`: nothing kept back
    ADD COLUMN IF NOT EXISTS shown       integer,     -- how many records
    ADD COLUMN IF NOT EXISTS as_known    bigint,      -- the log's position up to which they are known
    ADD COLUMN IF NOT EXISTS first_entry uuid,        -- the first of them, which names the page
    ADD COLUMN IF NOT EXISTS real_at     timestamptz; -- by the real clock, where `recorded_at` may be simulated
-- Once: it reads every row.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'access_outcome_known'
                      AND conrelid = '{schema}.access'::regclass) THEN
        ALTER TABLE {schema}.access DROP CONSTRAINT IF EXISTS access_outcome_check,
            ADD CONSTRAINT access_outcome_known CHECK (outcome IN ('shown', 'nothing', 'refused'));
    END IF;
END $$;
CREATE INDEX IF NOT EXISTS access_children_idx ON {schema}.access USING gin (children);
CREATE INDEX IF NOT EXISTS access_actor_idx ON {schema}.access (actor_id, recorded_at);

-- No role may update or delete a row; the trigger refuses it to the owner besides. Each partition has it too, since
-- one that is named itself does not fire its parent's.
CREATE OR REPLACE FUNCTION {schema}.refuse_access_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the access log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.access
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_access_change();

-- Makes the partitions of a month (UTC) and of the one after it, so that a month never begins without its table.
-- It runs with its owner's rights: the service itself may add rows and nothing else.
CREATE OR REPLACE FUNCTION {schema}.make_access_partitions(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    begins date;
    part   text;
BEGIN
    -- Two processes that both find a month missing would both make it.
    LOCK TABLE {schema}.access IN SHARE UPDATE EXCLUSIVE MODE;
    FOR ahead IN 0..1 LOOP
        begins := date_trunc('month', wanted::timestamp) + make_interval(months => ahead);
        part := 'access_' || to_char(begins, 'YYYY_MM');
        CONTINUE WHEN to_regclass(format('{schema}.%I', part)) IS NOT NULL;
        -- Made apart and then attached: CREATE ... PARTITION OF would wait for every reader of the whole table.
        EXECUTE format('CREATE TABLE {schema}.%I (LIKE {schema}.access INCLUDING CONSTRAINTS)', part);
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {schema}.%I '
            'FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_access_change()', part);
        EXECUTE format('ALTER TABLE {schema}.access ATTACH PARTITION {schema}.%I FOR VALUES FROM (%L) TO (%L)', part,
            begins::text || ' 00:00:00+00', (begins + interval '1 month')::date::text || ' 00:00:00+00');
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION {schema}.make_access_partitions(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {schema}.make_access_partitions(date) TO {app_role};
GRANT USAGE ON SCHEMA {schema} TO {app_role};
GRANT SELECT, INSERT ON {schema}.access TO {app_role};
