"""What botocore's files hold is read once, by a Python that forks: its clients read megabytes."""

import importlib
from collections.abc import Iterable
from functools import cache


def read_once(services: Iterable[str]) -> None:
    """Read what clients of these services need, and let forks have it."""
    loader = importlib.import_module("botocore.loaders").JSONFileLoader
    load = loader.load_file

    @cache
    def load_once(path: str) -> object:
        return load(loader(), path)

    loader.load_file = lambda _, path: load_once(path)
    for service in services:
        importlib.import_module("botocore.session").Session().create_client(
            service, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
        )
