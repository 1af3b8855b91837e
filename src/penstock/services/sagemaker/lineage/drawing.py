"""Drawing: a graph under way. Whoever tells of a thing says what it knows; the same thing told twice is one.

An artifact is told by everyone who reads or writes its URI: its type is the most telling one that anybody gave.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from penstock.services.sagemaker.lineage.model import (
    Edge,
    EdgeType,
    Entity,
    Graph,
    arn_of,
    artifact_arn,
    normal,
    strings,
)
from penstock.wire.call import Json, Scope

TELLING: Final = ("Model", "Image", "Code", "Checkpoint", "TensorBoard", "DataSet")  # types, the most telling first


@dataclass
class Drawing:
    """Entities and edges, as they become known."""

    scope: Scope
    entities: dict[str, Entity] = field(default_factory=dict)
    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)

    def artifact(self, uri: str, kind: str, at: float, name: str = "", **properties: Json) -> str:
        """The artifact of a URI; its ARN."""
        return self._tell(
            Entity(
                arn=artifact_arn(self.scope, uri), lineage="Artifact", type=kind, name=name, uri=normal(uri),
                created_at=at, modified_at=at, properties=strings(properties), body={"Source": {"SourceUri": uri}},
            )
        )  # fmt: skip

    def context(self, name: str, kind: str, uri: str, at: float, *, until: float = 0.0, **properties: Json) -> str:
        """A context that stands for a resource; its ARN."""
        return self._tell(
            Entity(
                arn=arn_of(self.scope, "Context", name), lineage="Context", type=kind, name=name, uri=uri,
                created_at=at, modified_at=max(at, until), properties=strings(properties), body=_of_resource(uri),
            )
        )  # fmt: skip

    def action(
        self, name: str, kind: str, uri: str, at: float, *, status: str, body: Mapping[str, Json], **properties: Json
    ) -> str:
        """An action on a resource; its ARN."""
        return self._tell(
            Entity(
                arn=arn_of(self.scope, "Action", name), lineage="Action", type=kind, name=name, uri=uri,
                created_at=at, modified_at=at, properties=strings(properties),
                body={**_of_resource(uri), "Status": status, **body},
            )
        )  # fmt: skip

    def component(self, name: str, kind: str, uri: str, at: float, until: float, **properties: Json) -> str:
        """The trial component of a job; its ARN."""
        return self._tell(
            Entity(
                arn=arn_of(self.scope, "TrialComponent", name), lineage="TrialComponent", type=kind, name=name, uri=uri,
                created_at=at, modified_at=max(at, until), properties=strings(properties),
            )
        )  # fmt: skip

    def join(
        self, source: str, destination: str, kind: EdgeType | None, at: float, by: Mapping[str, Json] | None = None
    ) -> None:
        """Associate two entities, unless they are; what is told first stays."""
        if source != destination:
            self.edges.setdefault((source, destination), Edge(source, destination, kind, at, by or {}))

    def graph(self) -> Graph:
        """What has been drawn."""
        return Graph(self.entities, tuple(self.edges.values()))

    def _tell(self, told: Entity) -> str:
        known = self.entities.get(told.arn)
        self.entities[told.arn] = told if known is None else merged(known, told)
        return told.arn


def _of_resource(uri: str) -> dict[str, Json]:
    """The source of what stands for a resource."""
    return {"Source": {"SourceUri": uri, "SourceType": "ARN"}}


def merged(known: Entity, told: Entity) -> Entity:
    """One entity of what was known and what is told: it is as old as the older, and has the properties of both."""
    return replace(
        known,
        type=min(known.type, told.type, key=rank),
        name=known.name or told.name,
        created_at=min(known.created_at, told.created_at),
        modified_at=max(known.modified_at, told.modified_at),
        properties={**known.properties, **told.properties},
        body={**known.body, **told.body},
    )


def rank(kind: str) -> int:
    return TELLING.index(kind) if kind in TELLING else len(TELLING)
