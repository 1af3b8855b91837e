-- A parent's documents are found by their index: SQLite prefers the one that knows the scope.
-- depends: 0002.store

DROP INDEX document_by_parent;
CREATE INDEX document_by_parent ON document (kind, account, region, parent, created_at);
