-- depends: 0001.store
-- Which trial components belong to which trials (by ARN), and what they have measured.

CREATE TABLE trial_member (
    trial TEXT NOT NULL,
    component TEXT NOT NULL,
    PRIMARY KEY (trial, component)
) WITHOUT ROWID;

CREATE INDEX trial_member_component ON trial_member (component, trial);

CREATE TABLE trial_metric (
    component TEXT NOT NULL,
    name TEXT NOT NULL,
    at REAL NOT NULL,
    step INTEGER NOT NULL, -- -1: none was given
    value REAL NOT NULL,
    PRIMARY KEY (component, name, at, step)
) WITHOUT ROWID;
