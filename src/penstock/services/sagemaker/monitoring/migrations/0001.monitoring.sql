-- Executions of monitoring schedules, as lists filter and sort them, and when a schedule's alert changed.
-- depends: 0001.store

CREATE TABLE monitoring_execution (
    run          TEXT PRIMARY KEY,
    account      TEXT NOT NULL,
    region       TEXT NOT NULL,
    schedule     TEXT NOT NULL,              -- its name; executions stay when their schedule goes
    endpoint     TEXT NOT NULL,
    definition   TEXT NOT NULL,              -- the name of the job definition; '' where the schedule has its own
    type         TEXT NOT NULL,
    status       TEXT NOT NULL,
    reason       TEXT NOT NULL,
    job          TEXT NOT NULL,              -- the ARN of the processing job
    scheduled_at DOUBLE PRECISION NOT NULL,
    created_at   DOUBLE PRECISION NOT NULL,
    modified_at  DOUBLE PRECISION NOT NULL
) WITHOUT ROWID;
CREATE INDEX monitoring_execution_by_schedule ON monitoring_execution (account, region, schedule, created_at);

CREATE TABLE monitoring_alert_change (
    place    INTEGER PRIMARY KEY,
    account  TEXT NOT NULL,
    region   TEXT NOT NULL,
    schedule TEXT NOT NULL,
    alert    TEXT NOT NULL,
    status   TEXT NOT NULL,
    at       DOUBLE PRECISION NOT NULL
);
CREATE INDEX monitoring_alert_change_by_schedule ON monitoring_alert_change (account, region, schedule, at);
