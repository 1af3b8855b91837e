"""The nouns of lineage: entities, the associations between them, and the graph that they make. Pure values.

An entity has one of four lineage types, and a type within it: the artifact of a dataset is an `Artifact` of type
`DataSet`, the component of a job a `TrialComponent` of type `TrainingJob`.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from penstock.services.sagemaker.experiments.entities import COMPONENT
from penstock.wire.call import Json, Scope

Lineage = Literal["Artifact", "Action", "Context", "TrialComponent"]
EdgeType = Literal["ContributedTo", "AssociatedWith", "DerivedFrom", "Produced", "SameAs"]

ARTIFACT: Final = "sagemaker/artifact"
ACTION: Final = "sagemaker/action"
CONTEXT: Final = "sagemaker/context"
ASSOCIATION: Final = "sagemaker/lineage-association"
HIDDEN: Final = "sagemaker/lineage-hidden"  # names what is read from documents and was deleted by a customer
KINDS: Final[Mapping[Lineage, str]] = {
    "Artifact": ARTIFACT,
    "Action": ACTION,
    "Context": CONTEXT,
    "TrialComponent": COMPONENT,
}
LINEAGES: Final[Mapping[str, Lineage]] = {kind: lineage for lineage, kind in KINDS.items()}
LONGEST_NAME: Final = 120
PLAIN: Final = re.compile(r"[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*")
ODD: Final = re.compile(r"[^a-zA-Z0-9]+")
LONGEST_VALUE: Final = 2_500  # characters of a property


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A vertex. `body` holds what else its Describe operation tells, in the service model's spelling."""

    arn: str
    lineage: Lineage
    type: str
    name: str = ""
    uri: str = ""
    created_at: float
    modified_at: float
    properties: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edge:
    """An association."""

    source: str
    destination: str
    type: EdgeType | None
    created_at: float
    created_by: Mapping[str, Json] = field(default_factory=dict, hash=False)


Neighbours = Mapping[str, list[tuple[str, Edge]]]  # of each ARN, what is one association further, and by which


@dataclass(frozen=True)
class Graph:
    """All lineage of an account and region. Both ends of every edge are entities, or experiments."""

    entities: Mapping[str, Entity]
    edges: tuple[Edge, ...]

    @cached_property
    def above(self) -> Neighbours:
        """What led to each entity."""
        found: dict[str, list[tuple[str, Edge]]] = {}
        for edge in self.edges:
            found.setdefault(edge.destination, []).append((edge.source, edge))
        return found

    @cached_property
    def below(self) -> Neighbours:
        """What came of each entity."""
        found: dict[str, list[tuple[str, Edge]]] = {}
        for edge in self.edges:
            found.setdefault(edge.source, []).append((edge.destination, edge))
        return found


def arn_of(scope: Scope, lineage: Lineage, name: str) -> str:
    """The ARN of an action, a context or a component of that name; AWS writes names there in lower case."""
    return scope.arn("sagemaker", f"{KINDS[lineage].removeprefix('sagemaker/')}/{name.lower()}")


def artifact_arn(scope: Scope, uri: str) -> str:
    """The ARN of the one artifact that has a source URI: a folder is the same with and without its last slash."""
    digest = hashlib.sha256(normal(uri).encode()).hexdigest()[:32]
    return scope.arn("sagemaker", f"artifact/{digest}")


def normal(uri: str) -> str:
    """A source URI as it is compared."""
    return uri.rstrip("/") if uri.startswith("s3://") else uri


def entity_name(*parts: str) -> str:
    """A name that AWS's pattern allows, made of parts; one that is odd or too long ends in a digest of itself."""
    whole = "-".join(parts)
    if len(whole) <= LONGEST_NAME and PLAIN.fullmatch(whole):
        return whole
    plain = "-".join(filter(None, ODD.split(whole)))
    digest = hashlib.sha256(whole.encode()).hexdigest()[:8]
    return f"{plain[: LONGEST_NAME - 9].rstrip('-')}-{digest}"


def strings(properties: Mapping[str, Json]) -> dict[str, str]:
    """Properties as entities have them: those that say something, as text of at most their length."""
    return {key: str(value)[:LONGEST_VALUE] for key, value in properties.items() if value not in (None, "")}


def edge_name(source: str, destination: str) -> str:
    """What the one association between two entities is called in the store."""
    return f"{source} {destination}"
