-- The pages' own state: who is signed in, and what they have written and not yet sent. Nothing of a case: what a person
-- typed is sealed under a key made for that person, and no word of it stands open.
CREATE TABLE IF NOT EXISTS session (
    id       bytea PRIMARY KEY,        -- SHA-256 of the cookie: who reads the table can sign in as nobody
    owner    text NOT NULL,            -- digest of who it is of; a draft has the same
    csrf     text NOT NULL,
    sealed   bytea,                    -- name, role and tokens; null once it has ended
    began_at timestamptz NOT NULL,
    used_at  timestamptz NOT NULL      -- last use by the person, not by a page that keeps itself fresh
);
CREATE TABLE IF NOT EXISTS draft (
    owner    text NOT NULL,
    form     text NOT NULL,            -- which form: a command or a journey
    about    text NOT NULL,            -- the thing or child it is about, an id; empty for something new
    sealed   bytea NOT NULL,
    saved_at timestamptz NOT NULL,
    PRIMARY KEY (owner, form, about)
);
CREATE INDEX IF NOT EXISTS draft_saved_at ON draft (saved_at);
