-- Runs, their journals, the outbox, timers and watches.
-- depends: 0001.store

CREATE TABLE run (
    id          TEXT PRIMARY KEY,
    flow        TEXT NOT NULL,
    account     TEXT NOT NULL,
    region      TEXT NOT NULL,
    principal   TEXT NOT NULL,
    plan        BLOB NOT NULL,
    worker      TEXT NOT NULL,             -- whose lease it is under
    status      TEXT NOT NULL DEFAULT '',  -- '' while open, else the outcome's
    outcome     BLOB,
    snapshot    BLOB,                      -- the state folded up to and with event snapshot_seq
    snapshot_seq INTEGER NOT NULL DEFAULT 0,
    started_at  DOUBLE PRECISION NOT NULL,
    settled_at  DOUBLE PRECISION
);
CREATE INDEX run_open ON run (worker) WHERE status = '';

CREATE TABLE event (
    run    TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    body   BLOB NOT NULL,                  -- the event, and the commands it led to
    PRIMARY KEY (run, seq)
) WITHOUT ROWID;

CREATE TABLE outbox (
    run    TEXT NOT NULL,
    key    TEXT NOT NULL,
    seq    INTEGER NOT NULL,               -- the event that led to it
    body   BLOB NOT NULL,                  -- the command; the row goes when its answer is journalled
    PRIMARY KEY (run, key)
) WITHOUT ROWID;

CREATE TABLE watch (
    run     TEXT NOT NULL,                 -- whose end is awaited
    watcher TEXT NOT NULL,
    key     TEXT NOT NULL,
    PRIMARY KEY (run, watcher, key)
) WITHOUT ROWID;

CREATE TABLE worker (
    id     TEXT PRIMARY KEY,
    until  DOUBLE PRECISION NOT NULL       -- its leases stand until then, unless renewed
);
