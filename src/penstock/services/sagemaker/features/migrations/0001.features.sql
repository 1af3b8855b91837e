-- depends: 0001.store
-- The online store, and what is on its way from it to the offline store.

CREATE TABLE feature_record (
    store      TEXT NOT NULL,             -- the feature group's ARN
    identifier TEXT NOT NULL,
    at         BIGINT NOT NULL,           -- event time, nanoseconds since the epoch
    expires_at DOUBLE PRECISION,          -- seconds since the epoch; NULL: never
    is_deleted INTEGER NOT NULL DEFAULT 0,
    content    BLOB NOT NULL,             -- JSON: values by feature name
    PRIMARY KEY (store, identifier)
);
CREATE INDEX feature_record_expiry ON feature_record (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE feature_shipment (
    seq        INTEGER PRIMARY KEY,
    store      TEXT NOT NULL,
    batch      TEXT NOT NULL DEFAULT '',  -- the name of the files that it goes into, once that is decided
    hour       BIGINT NOT NULL,           -- of the event time, since the epoch
    invoked_at DOUBLE PRECISION NOT NULL, -- seconds since the epoch
    written_at DOUBLE PRECISION,          -- when the batch was decided
    is_deleted INTEGER NOT NULL,
    content    BLOB NOT NULL
);
CREATE INDEX feature_shipment_by_batch ON feature_shipment (store, batch, seq);
