"""The backlog: what waits at asynchronous endpoints, as CloudWatch is told of it.

It is told of every endpoint again and again, also where nothing waits: policies that scale by it need the zeros.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from penstock.services.sagemaker.endpoints import metering
from penstock.services.sagemaker.endpoints.metering import Metering
from penstock.services.sagemaker.endpoints.model import ENDPOINT, Json
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document

IN_SERVICE: Final = ("InService", "Updating")


class Backlog:
    """Counted in memory: after a restart, what is still queued comes in again."""

    def __init__(self, database: Database, told: Metering, clock: Callable[[], float]) -> None:
        self._database = database
        self._told = told
        self._clock = clock
        self._born: dict[str, dict[str, float]] = defaultdict(dict)  # by the endpoint's ARN and the request's run

    @contextmanager
    def holds(self, endpoint: str, request: str, born: float) -> Iterator[None]:
        """Count a request while it is not answered."""
        self._born[endpoint][request] = born
        try:
            yield
        finally:
            del self._born[endpoint][request]

    async def tell(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(metering.TELL_EVERY)
            for found in await self._database.read(asynchronous):
                await self._told.put(found.scope, self._data(found), about=found.arn)

    def _data(self, endpoint: Document) -> list[Json]:
        at, born = self._clock(), self._born[endpoint.arn].values()
        instances = instances_of(endpoint.body)
        values = {
            "ApproximateBacklogSize": len(born),
            "ApproximateBacklogSizePerInstance": len(born) / max(1, instances),
            "HasBacklogWithoutCapacity": float(bool(born) and not instances),
            "ApproximateAgeOfOldestRequest": max(0.0, at - min(born, default=at)),
        }
        dimensions = [{"Name": "EndpointName", "Value": endpoint.name}]
        return [
            {"MetricName": name, "Dimensions": dimensions, "Timestamp": at, "Value": float(value)}
            for name, value in values.items()
        ]


def asynchronous(tx: Transaction) -> list[Document]:
    """The asynchronous endpoints that there are."""
    there = [found for status in IN_SERVICE for found in documents.everywhere(tx, ENDPOINT, status)]
    return [found for found in there if "AsyncInferenceConfig" in found.body]


def instances_of(endpoint: Json) -> int:
    """How many instances answer what is queued."""
    return sum(variant["CurrentInstanceCount"] for variant in endpoint.get("ProductionVariants", ()))
