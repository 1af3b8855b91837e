"""Athena: SQL over what Glue's tables say is in S3, carried out by DuckDB.

    StartQueryExecution ──► document + run ──► "athena.run-query" ──► {OutputLocation}/{id}.csv, .csv.metadata
        statements   what a text asks for: a query, or one of the few statements about tables (pure)
        query.py     a query's own process, with nothing but the tables' files: see `process`
        catalog      tables, asked of Glue                lake       their files, and results, in S3
        running      the activity (`flow`: its life)      results    pages of a result file

A query runs once, or again from the start after a crash: it changes nothing but its own result.
"""
