-- The simulated now, set only by the operator of a demo or a test.
CREATE TABLE IF NOT EXISTS {schema}.simulated_clock (
    single boolean   PRIMARY KEY DEFAULT true CHECK (single),
    now  timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.simulated_clock TO {app_role};
