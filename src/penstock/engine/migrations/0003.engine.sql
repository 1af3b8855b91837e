-- Notices: events that wait to be put on an event bus.
-- depends: 0002.engine

CREATE TABLE notice (
    place   INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    region  TEXT NOT NULL,
    entry   BLOB NOT NULL              -- an entry of PutEvents; the row goes when EventBridge has it
);
