-- How far each view has followed the log, and the error that stopped it.
CREATE TABLE IF NOT EXISTS {schema}.views (
    name     text   PRIMARY KEY,
    shape    text   NOT NULL,                            -- digest of its columns: another one means a rebuild
    position bigint NOT NULL,
    error    text
);
-- Who fills the read tables is another role than the service's own, which sees how they stand and can move nothing.
REVOKE INSERT, UPDATE, DELETE ON {schema}.views FROM {app_role};
GRANT SELECT ON {schema}.views TO {app_role};
GRANT USAGE ON SCHEMA {schema} TO {views_role};
GRANT SELECT ON {schema}.events TO {views_role};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.views TO {views_role};
-- It takes the lock of a view that it builds again.
GRANT SELECT, INSERT (name), UPDATE (pid, began, term) ON {schema}.locks TO {views_role};
