-- What is known of repositories' references: what was told of them last.
-- depends: 0001.store

CREATE TABLE codecommit_ref (
    repository TEXT NOT NULL,     -- its id
    name       TEXT NOT NULL,     -- refs/heads/main
    object_id  TEXT NOT NULL,     -- what it was when it was told of last
    logged     INTEGER NOT NULL,  -- how many bytes of git's own log of it have been told
    PRIMARY KEY (repository, name)
);
