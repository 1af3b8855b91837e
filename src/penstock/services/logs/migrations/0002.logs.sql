-- The key that a group's records are to be encrypted with.
-- depends: 0001.logs

ALTER TABLE log_group ADD COLUMN kms_key TEXT NOT NULL DEFAULT ''; -- its ARN; '': none
