-- PostgreSQL knows no tables of another kind: rows are added to, no more.
-- depends: 0003.stepfunctions-notices

ALTER TABLE sfn_execution ADD COLUMN beginning BYTEA;
