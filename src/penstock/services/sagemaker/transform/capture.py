"""Capture: what a job has read and written, as manifests under the destination of its `DataCaptureConfig`.

{destination}/input/2026/11/26/15/{job}.json     [{"prefix": "s3://bucket/data/"}, "a.csv", …]
{destination}/output/2026/11/26/15/{job}.json    [{"prefix": "s3://bucket/results/"}, "a.csv.out", …]
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from penstock.services.sagemaker.jobs.model import Place, Plan
from penstock.services.sagemaker.transform.model import Item
from penstock.services.sagemaker.transform.order import Order


def manifests(plan: Plan, order: Order, done: Sequence[Item]) -> Iterator[tuple[Place, bytes]]:
    """What is to be written, and where; by the hour in which the job was created, so that it is the same every time."""
    config = plan.request.get("DataCaptureConfig")
    if config is None or not done:
        return
    destination = Place.of(config["DestinationS3Uri"], "DataCaptureConfig.DestinationS3Uri")
    hour = datetime.fromtimestamp(plan.created_at, UTC).strftime("%Y/%m/%d/%H")
    read = (done[0].prefix, [item.path for item in done])
    wrote = (order.output.under("").uri, [f"{item.path}.out" for item in done])
    for kind, (prefix, names) in {"input": read, "output": wrote}.items():
        content: list[object] = [{"prefix": prefix}, *names]
        yield destination.under(f"{kind}/{hour}/{plan.name}.json"), msgspec.json.encode(content)
