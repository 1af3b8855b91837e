-- Nothing to do here: PostgreSQL knows no tables of another kind.
-- depends: 0003.stepfunctions-notices

DO $$ BEGIN END $$;
