-- Histories lie in a table with an index: without row ids, what is longer than a thousand bytes takes a page for itself.
-- depends: 0003.stepfunctions-notices

CREATE TABLE sfn_chapter (
    execution TEXT NOT NULL,
    first     INTEGER NOT NULL,            -- id of the first event in it
    body      BLOB NOT NULL,               -- the events that one fact led to
    PRIMARY KEY (execution, first)
);
INSERT INTO sfn_chapter (execution, first, body) SELECT execution, first, body FROM sfn_history;
DROP TABLE sfn_history;
ALTER TABLE sfn_chapter RENAME TO sfn_history;
ALTER TABLE sfn_execution ADD COLUMN beginning BLOB; -- the first events, where they are few: else they are in sfn_history
