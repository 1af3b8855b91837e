"""APIs: where git hosts that speak as GitHub does have theirs."""

from typing import Final

GITHUB: Final = "https://github.com"


def github_apis(host: str) -> tuple[str, ...]:
    """Where a host's API may be; the last one is Gitea's and Forgejo's."""
    return ("https://api.github.com",) if host == GITHUB else (f"{host}/api/v3", f"{host}/api/v1")
