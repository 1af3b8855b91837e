-- Metrics: a series is a metric with its exact dimensions and one unit.

CREATE TABLE metric_series (
    series     TEXT PRIMARY KEY,            -- a digest of the members below, to unit
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    namespace  TEXT NOT NULL,
    name       TEXT NOT NULL,
    dimensions TEXT NOT NULL,               -- [[name, value], …] by name, as JSON
    unit       TEXT NOT NULL,
    put_at     DOUBLE PRECISION NOT NULL    -- seconds since the epoch: when something was put last
);
CREATE INDEX metric_series_by_name ON metric_series (account, region, namespace, name, dimensions);

CREATE TABLE metric_point (
    series  TEXT NOT NULL,
    at      INTEGER NOT NULL,               -- the beginning of the period
    period  INTEGER NOT NULL,               -- seconds: 1, 60, 300 or 3600
    samples DOUBLE PRECISION NOT NULL,
    total   DOUBLE PRECISION NOT NULL,
    least   DOUBLE PRECISION NOT NULL,
    most    DOUBLE PRECISION NOT NULL,
    counts  BLOB NOT NULL,                  -- {value: times} as MessagePack; empty: not known
    PRIMARY KEY (series, at, period)
);
CREATE INDEX metric_point_by_age ON metric_point (period, at);
