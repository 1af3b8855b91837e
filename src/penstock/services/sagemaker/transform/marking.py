"""Marking: the id and the time at the end of each record of an output, where `GenerateInferenceId` wants them. Pure.

    5,0.1,0.9          ─►   5,0.1,0.9,0c1d…,2026-11-27T10:00:00Z
    {"score": 0.9}     ─►   {"score": 0.9, "SageMakerInferenceId": "0c1d…", "SageMakerInferenceTime": "2026-…"}

An id comes of the job, the object and the record's place in it, and the time is that of the job's creation: what is
transformed once more, after a crash or by `reproduce`, has the same ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

from penstock.services.sagemaker.jobs.model import Plan
from penstock.services.sagemaker.transform import shaping
from penstock.services.sagemaker.transform.shaping import OUTPUT, Form
from penstock.wire.times import to_the_second

Json = Any

ID: Final = "SageMakerInferenceId"
TIME: Final = "SageMakerInferenceTime"
OURS: Final = UUID("5c1f0c61-7d0f-4c0b-9e2a-3f6f4f9e2b55")  # in which jobs' ARNs are names


@dataclass(frozen=True, slots=True)
class Marking:
    """Marks what is kept of a job's answers."""

    job: UUID
    time: str

    @classmethod
    def of(cls, plan: Plan) -> "Marking | None":
        """None where the job's request does not ask for it."""
        if not plan.request.get("DataCaptureConfig", {}).get("GenerateInferenceId"):
            return None
        return cls(uuid5(OURS, f"{plan.arn} {plan.created_at}"), to_the_second(plan.created_at))

    def marked(self, kept: bytes, form: Form, path: str, payload: int) -> bytes:
        """The records of one payload of an object, marked. Raises `UnfitData`."""
        return shaping.written(self._marked(kept, form, f"{path} {payload}"), form)

    def _marked(self, kept: bytes, form: Form, where: str) -> Iterator[Json]:
        for number, record in enumerate(shaping.read(kept, form, "output from the algorithm")):
            mark = str(uuid5(self.job, f"{where} {number}"))
            if form == "CSV":
                yield [*record, mark, self.time]
            else:
                yield {**(record if isinstance(record, dict) else {OUTPUT: record}), ID: mark, TIME: self.time}
