-- Nothing to do here: PostgreSQL knows no tables of another kind.
-- depends: 0004.engine

DO $$ BEGIN END $$;
