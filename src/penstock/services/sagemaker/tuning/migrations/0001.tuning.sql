-- The training jobs of tuning jobs, as these list them. What a tuning job does next is the engine's.
-- depends: 0001.store

CREATE TABLE tuning_trial (
    tuning_job TEXT NOT NULL,              -- ARN
    number     INTEGER NOT NULL,           -- from 1, in the order in which they were begun
    arn        TEXT NOT NULL,              -- of the training job
    name       TEXT NOT NULL,
    status     TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    objective  DOUBLE PRECISION,           -- the final value of its objective metric
    body       BLOB NOT NULL,              -- its summary, in the service model's spelling
    PRIMARY KEY (tuning_job, number)
) WITHOUT ROWID;
