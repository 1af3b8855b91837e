-- depends: 0001.store
-- Nothing: pipelines that were made before there were versions are in SQLite only.

DO $$ BEGIN END $$;
