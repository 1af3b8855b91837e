-- What the toy flow shows of itself.
-- depends: 0001.engine

CREATE TABLE board (
    run     TEXT PRIMARY KEY,
    answers INTEGER NOT NULL
);
