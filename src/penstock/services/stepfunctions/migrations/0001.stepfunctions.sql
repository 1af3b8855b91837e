-- Executions and their history. What an execution does next is the engine's; these rows are what customers see.
-- depends: 0001.store

CREATE TABLE sfn_execution (
    arn         TEXT PRIMARY KEY,
    account     TEXT NOT NULL,
    region      TEXT NOT NULL,
    machine     TEXT NOT NULL,             -- ARN of the state machine, without version or alias
    version     TEXT,                      -- ARNs, if it was started by one
    alias       TEXT,
    map_run     TEXT,                      -- of a distributed Map's child
    name        TEXT NOT NULL,
    type        TEXT NOT NULL,
    status      TEXT NOT NULL,
    started_at  DOUBLE PRECISION NOT NULL,
    stopped_at  DOUBLE PRECISION,
    input       TEXT NOT NULL,
    output      TEXT,
    error       TEXT,
    cause       TEXT,
    trace       TEXT,
    items       INTEGER NOT NULL DEFAULT 0, -- of a map run's child: how many items it processes,
    place       INTEGER NOT NULL DEFAULT 0, -- … and the how-manieth child it is
    redrives    INTEGER NOT NULL DEFAULT 0,
    redriven_at DOUBLE PRECISION,
    redrive_token TEXT
);
CREATE INDEX sfn_execution_listed ON sfn_execution (machine, started_at DESC);
CREATE INDEX sfn_execution_running ON sfn_execution (machine) WHERE status = 'RUNNING';
CREATE INDEX sfn_execution_of_map_run ON sfn_execution (map_run, place) WHERE map_run IS NOT NULL;

CREATE TABLE sfn_history (
    execution TEXT NOT NULL,
    first     INTEGER NOT NULL,            -- id of the first event in it
    body      BLOB NOT NULL,               -- the events that one fact led to
    PRIMARY KEY (execution, first)
) WITHOUT ROWID;

CREATE TABLE sfn_offer (
    place     INTEGER PRIMARY KEY,         -- first offered, first taken
    activity  TEXT NOT NULL,
    token     TEXT NOT NULL UNIQUE,        -- of the task's attempt
    input     TEXT NOT NULL
);
CREATE INDEX sfn_offer_of_activity ON sfn_offer (activity, place);

CREATE TABLE sfn_log (
    place     INTEGER PRIMARY KEY,         -- in the order they are delivered
    account   TEXT NOT NULL,
    region    TEXT NOT NULL,
    log_group TEXT NOT NULL,
    stream    TEXT NOT NULL,
    records   BLOB NOT NULL                -- [[milliseconds, message], …]; the row goes when Logs has them
);

CREATE TABLE sfn_notice (
    place     INTEGER PRIMARY KEY,
    account   TEXT NOT NULL,
    region    TEXT NOT NULL,
    entry     BLOB NOT NULL                -- an entry of PutEvents; the row goes when EventBridge has it
);

CREATE TABLE sfn_map_run (
    arn        TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    execution  TEXT NOT NULL,              -- whose Map state started it
    machine    TEXT NOT NULL,              -- …:stateMachine:NAME/LABEL
    status     TEXT NOT NULL,
    started_at DOUBLE PRECISION NOT NULL,
    stopped_at DOUBLE PRECISION
);
CREATE INDEX sfn_map_run_of_execution ON sfn_map_run (execution, started_at, arn);
