-- Alarms: promised moments of services, rung again and again.
-- depends: 0001.engine

CREATE TABLE alarm (
    kind   TEXT NOT NULL,              -- whose it is: 'scheduler'
    name   TEXT NOT NULL,              -- what it is for, unique in its kind
    due    DOUBLE PRECISION NOT NULL,  -- when it rings
    moment DOUBLE PRECISION NOT NULL,  -- what it rings for, which may be earlier than `due`
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;
CREATE INDEX alarm_by_due ON alarm (due);
