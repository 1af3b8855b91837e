"""The store: a database of rows and a folder of blobs, behind interfaces that other engines can pass."""
