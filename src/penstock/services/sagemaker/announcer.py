"""The announcer: puts what is announced of SageMaker's resources among the notices for EventBridge (`announcing`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from botocore.model import ListShape, MapShape, Shape, StructureShape

from penstock.engine.notices import Notices
from penstock.services.sagemaker.announcing import Subject
from penstock.store import tags
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire import models
from penstock.wire.call import Json


@dataclass(frozen=True)
class Announcer:
    """Tells of resources that have come to another state."""

    notices: Notices

    def __call__(
        self, tx: Transaction, about: Subject, document: Document, described: Callable[[], Mapping[str, Json]]
    ) -> None:
        def detail() -> Json:
            labels = {"Tags": tags.of(tx, document.arn)} if about.has_tags else {}
            return {**told(about, described()), **labels}

        self.notices.keep(tx, document.scope, about.kind, [document.arn], detail, at=document.modified_at)


def told(about: Subject, answer: Mapping[str, Json]) -> dict[str, Json]:
    """Describe's answer as an event's detail."""
    operation = models.operation("sagemaker", about.described_by)
    assert operation is not None
    shown = {member: value for member, value in answer.items() if member not in about.untold}
    detail: dict[str, Json] = written(operation.output_shape, shown, about.time)
    return detail


def written(shape: Shape, value: Json, time: Callable[[float], Json]) -> Json:
    """A value as events have it: what the model does not name is left out."""
    if isinstance(shape, StructureShape):
        return {name: written(shape.members[name], each, time) for name, each in value.items() if name in shape.members}
    if isinstance(shape, ListShape):
        return [written(shape.member, each, time) for each in value]
    if isinstance(shape, MapShape):
        return {key: written(shape.value, each, time) for key, each in value.items()}
    return time(value) if shape.type_name == "timestamp" else value
