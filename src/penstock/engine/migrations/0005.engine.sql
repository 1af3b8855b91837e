-- Journals lie in a table with an index: without row ids, what is longer than a thousand bytes takes a page for itself.
-- depends: 0004.engine

CREATE TABLE journal (
    run    TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    body   BLOB NOT NULL,                  -- the event, and the commands it led to
    PRIMARY KEY (run, seq)
);
INSERT INTO journal (run, seq, body) SELECT run, seq, body FROM event;
DROP TABLE event;
ALTER TABLE journal RENAME TO event;
ALTER TABLE run ADD COLUMN sole BLOB; -- the event of a run that began and ended with it: it has no other row
