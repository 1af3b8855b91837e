-- Log groups and their streams. The records are in files: penstock.store.logfile.

CREATE TABLE log_group (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,   -- seconds since the epoch
    retention  INTEGER NOT NULL DEFAULT 0,  -- days; 0: for ever
    class      TEXT NOT NULL,
    protected  INTEGER NOT NULL DEFAULT 0,  -- against deletion
    PRIMARY KEY (account, region, name)
);

CREATE TABLE log_stream (
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    log_group  TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    first_byte BIGINT NOT NULL DEFAULT 0,   -- of the file: what is before has expired
    PRIMARY KEY (account, region, log_group, name),
    FOREIGN KEY (account, region, log_group) REFERENCES log_group (account, region, name) ON DELETE CASCADE
);
