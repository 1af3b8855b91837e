-- Named JSON documents, tags, and who holds which blob.

CREATE TABLE document (
    kind        TEXT NOT NULL,             -- what it is: 'sagemaker/pipeline'
    account     TEXT NOT NULL,
    region      TEXT NOT NULL,
    name        TEXT NOT NULL,             -- unique in its kind and scope
    arn         TEXT NOT NULL,
    parent      TEXT NOT NULL DEFAULT '',  -- what it belongs to: a model package's group, an execution's pipeline
    status      TEXT NOT NULL DEFAULT '',
    created_at  DOUBLE PRECISION NOT NULL, -- seconds since the epoch
    modified_at DOUBLE PRECISION NOT NULL,
    token       TEXT NOT NULL DEFAULT '',  -- the call that made it, if that call may come twice
    body        BLOB NOT NULL,             -- JSON
    PRIMARY KEY (kind, account, region, name)
);
CREATE INDEX document_by_arn ON document (arn);
CREATE INDEX document_by_time ON document (kind, account, region, created_at);
CREATE INDEX document_by_parent ON document (kind, parent, created_at);

CREATE TABLE tag (
    arn   TEXT NOT NULL,
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (arn, key)
);

CREATE TABLE blob_holder (
    digest TEXT NOT NULL,
    holder TEXT NOT NULL,
    PRIMARY KEY (digest, holder)
);
CREATE INDEX blob_holder_by_holder ON blob_holder (holder);
