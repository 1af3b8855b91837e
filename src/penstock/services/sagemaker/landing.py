"""Landing: what an object in S3 is called inside a job that is given a prefix.

Its key after the prefix, where the prefix is a folder (`data/` or `data` before `data/a.csv`); after the prefix's last
slash, where it is only how names begin (`data/part-`); its base name, where the prefix is the whole key.
"""


def local_path(prefix: str, key: str) -> str:
    """Where an object lands, relative to its folder."""
    if key == prefix:
        return key.rpartition("/")[2]
    rest = key.removeprefix(prefix)
    if prefix.endswith("/") or not prefix or rest.startswith("/"):
        return rest.lstrip("/")
    return key.removeprefix(prefix.rpartition("/")[0]).lstrip("/")
