-- Who holds which blobs: a row for each time that somebody says so, however many they are.
-- depends: 0001.store

CREATE TABLE holding (
    id      INTEGER PRIMARY KEY AUTOINCREMENT, -- in the order of their coming, and never given again
    holder  TEXT NOT NULL,
    digests TEXT NOT NULL                      -- SHA-256s in order, 64 characters each, with nothing between them
);
CREATE INDEX holding_by_holder ON holding (holder);

INSERT INTO holding (holder, digests)
SELECT holder, group_concat(digest, '') FROM (SELECT holder, digest FROM blob_holder ORDER BY holder, digest) AS held
GROUP BY holder ORDER BY holder;

DROP TABLE blob_holder;
