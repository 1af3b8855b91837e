-- Events that archives keep.
-- depends: 0001.store

CREATE TABLE events_archived (
    place   INTEGER PRIMARY KEY,
    archive TEXT NOT NULL,              -- its ARN
    at      DOUBLE PRECISION NOT NULL,  -- the event's own time
    body    BLOB NOT NULL               -- the event, as JSON
);
CREATE INDEX events_archived_by_time ON events_archived (archive, at, place);
