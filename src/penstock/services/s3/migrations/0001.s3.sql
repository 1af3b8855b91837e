-- Buckets, the versions of their objects, and uploads under way. Keys are compared by code point, which is S3's order.

CREATE TABLE s3_bucket (
    name       TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    region     TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL, -- seconds since the epoch
    versioning TEXT NOT NULL DEFAULT ''   -- '' (never asked for), 'Enabled', 'Suspended'
);

CREATE TABLE s3_setting (
    bucket TEXT NOT NULL REFERENCES s3_bucket (name) ON DELETE CASCADE,
    kind   TEXT NOT NULL,                 -- 'Tagging', 'Policy', …
    body   BLOB NOT NULL,                 -- JSON, in the service model's spelling
    PRIMARY KEY (bucket, kind)
);

CREATE TABLE s3_version (
    bucket      TEXT NOT NULL REFERENCES s3_bucket (name),
    key         TEXT NOT NULL,
    seq         BIGINT NOT NULL,          -- order of writing within the key: the highest is the latest
    version_id  TEXT NOT NULL,            -- 'null' where it was written without versioning
    latest      INTEGER NOT NULL,
    marker      INTEGER NOT NULL,         -- a delete marker: no content
    digest      TEXT NOT NULL,
    size        BIGINT NOT NULL,
    etag        TEXT NOT NULL,
    modified_at DOUBLE PRECISION NOT NULL,
    upload      TEXT NOT NULL DEFAULT '', -- the multipart upload it was completed from
    body        BLOB NOT NULL,            -- JSON: headers, metadata, tags, checksums, parts
    PRIMARY KEY (bucket, key, seq)
);
CREATE UNIQUE INDEX s3_version_by_id ON s3_version (bucket, key, version_id);
CREATE UNIQUE INDEX s3_version_latest ON s3_version (bucket, key) WHERE latest = 1;
CREATE INDEX s3_version_listed ON s3_version (bucket, key) WHERE latest = 1 AND marker = 0;
CREATE INDEX s3_version_by_upload ON s3_version (upload) WHERE upload <> '';

CREATE TABLE s3_upload (
    bucket     TEXT NOT NULL REFERENCES s3_bucket (name),
    key        TEXT NOT NULL,
    id         TEXT NOT NULL UNIQUE,      -- begins with the time it was started, so that ids of a key are in that order
    started_at DOUBLE PRECISION NOT NULL,
    body       BLOB NOT NULL,             -- JSON: what the object will have
    PRIMARY KEY (bucket, key, id)
);

CREATE TABLE s3_part (
    upload      TEXT NOT NULL REFERENCES s3_upload (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    digest      TEXT NOT NULL,
    size        BIGINT NOT NULL,
    etag        TEXT NOT NULL,
    checksum    TEXT NOT NULL,            -- base64, of the upload's algorithm; '' without one
    modified_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (upload, number)
);
