-- Milestones: runs that began or settled, for those who tell of them elsewhere.
-- depends: 0003.engine

CREATE TABLE milestone (
    place  INTEGER PRIMARY KEY,
    reader TEXT NOT NULL,              -- for whom: the row goes when it has told of it
    run    TEXT NOT NULL,
    what   TEXT NOT NULL               -- 'began' or 'settled'
);
CREATE INDEX milestone_by_reader ON milestone (reader, place);
