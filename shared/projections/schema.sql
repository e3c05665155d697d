-- How far each view has followed the log, and the error that stopped it.
CREATE TABLE IF NOT EXISTS {schema}.views (
    name     text   PRIMARY KEY,
    shape    text   NOT NULL,                            -- digest of its columns: another one means a rebuild
    position bigint NOT NULL,
    error    text
);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.views TO {app_role};
