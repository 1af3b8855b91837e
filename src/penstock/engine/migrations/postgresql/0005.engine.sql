-- PostgreSQL knows no tables of another kind: rows are added to, no more.
-- depends: 0004.engine

ALTER TABLE run ADD COLUMN sole BYTEA;
