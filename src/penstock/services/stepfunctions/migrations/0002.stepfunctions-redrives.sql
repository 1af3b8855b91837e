-- Redrives of map runs, and executions that can never be redriven.
-- depends: 0001.stepfunctions

ALTER TABLE sfn_execution ADD COLUMN is_final INTEGER NOT NULL DEFAULT 0;    -- its history has no room for a redrive
ALTER TABLE sfn_execution ADD COLUMN map_redrive INTEGER NOT NULL DEFAULT 0; -- the redrive of its map run that started it last
ALTER TABLE sfn_execution ADD COLUMN is_replaced INTEGER NOT NULL DEFAULT 0; -- another express execution has its items now
ALTER TABLE sfn_map_run ADD COLUMN redrives INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sfn_map_run ADD COLUMN redriven_at DOUBLE PRECISION;
