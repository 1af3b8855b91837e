"""Spark's `s3://`, `s3a://` and `s3n://`, without Hadoop's connector for S3, which pyspark does not bring.

What it brings is a client of HDFS's own over HTTP. So Hadoop is told that each bucket is a folder of such a file
system, and `webhdfs` answers for that one on the loopback, as S3 has it (`objects`, `tree`):

    Spark ── s3://bucket/key ──► ViewFileSystemOverloadScheme ── webhdfs://127.0.0.1:port/SECRET/bucket/key ──► S3
"""
