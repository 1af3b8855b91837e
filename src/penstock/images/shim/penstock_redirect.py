"""Sends AWS clients that insist on AWS's own address to `AWS_ENDPOINT_URL`.

One function is touched, and a number: a client that is given an explicit address at amazonaws.com (the SageMaker
SDK's STS clients are) gets the configured endpoint, where there is one. Clients without an explicit address find it by
themselves, but for those of a botocore before 1.31 (the AWS CLI that Debian 12 has): these are told here.

A job's clients fetch their keys from Penstock, and give up after three seconds. It may be away for longer while it is
started anew: they are told to try as long as they try other calls.
"""

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
KEY_ATTEMPTS = 30  # a second apart
ENDPOINT_URL = 4  # its place in create_client(service_name, region_name, api_version, use_ssl, verify, endpoint_url)


def elsewhere(service: str, address: "str | None") -> "str | None":
    """The configured endpoint that an address (none is AWS's own) must give way to, or none."""
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    host = (address or "").partition("://")[2].partition("/")[0].partition(":")[0]
    if address and not host.endswith(AWS_DOMAINS):
        return None
    own = "AWS_ENDPOINT_URL_" + service.upper().replace("-", "_").replace(" ", "_")
    return os.environ.get(own) or os.environ.get("AWS_ENDPOINT_URL")


def redirect(module: Any) -> None:
    """Let the `Session` of a `botocore.session` (or of the AWS CLI's own copy) create its clients so."""
    session = module.Session
    create_client: Callable[..., Any] = session.create_client
    configuration = sys.modules.get(f"{module.__package__}.configprovider")
    is_old = configuration is not None and not hasattr(configuration, "ConfiguredEndpointProvider")

    @functools.wraps(create_client)
    def create_client_here(self: Any, service_name: str, *arguments: Any, **settings: Any) -> Any:
        words = list(arguments)
        if len(words) > ENDPOINT_URL:
            words[ENDPOINT_URL] = elsewhere(service_name, words[ENDPOINT_URL]) or words[ENDPOINT_URL]
        elif settings.get("endpoint_url") or is_old:
            address = settings.get("endpoint_url")
            settings["endpoint_url"] = elsewhere(service_name, address) or address
        return create_client(self, service_name, *words, **settings)

    session.create_client = create_client_here
    fetcher = getattr(sys.modules.get(f"{module.__package__}.utils"), "ContainerMetadataFetcher", None)
    if fetcher is not None:
        fetcher.RETRY_ATTEMPTS = KEY_ATTEMPTS
