"""QueryLineage: which entities a walk finds. Each graph is written as its edges."""

import pytest

from penstock.services.sagemaker.lineage.model import Edge, Entity, Graph
from penstock.services.sagemaker.lineage.query import search, told

#      raw ─► clean ─► rows ─► train ─► model ─► endpoint
#    image ─►   │ └──► other    ▲
#    image ─────────────────────┘
EDGES = "raw>clean image>clean clean>rows clean>other rows>train image>train train>model model>endpoint"
TYPES = {"clean": "ProcessingJob", "train": "TrainingJob", "model": "Model", "endpoint": "Endpoint", "image": "Image"}
LINEAGES = {"clean": "TrialComponent", "train": "TrialComponent", "endpoint": "Context"}


def graph(edges: str = EDGES) -> Graph:
    pairs = [tuple(edge.split(">")) for edge in edges.split()]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    entities = {
        name: Entity(
            arn=name, lineage=LINEAGES.get(name, "Artifact"), type=TYPES.get(name, "DataSet"),  # type: ignore[arg-type]
            created_at=float(place), modified_at=float(place + 10), properties={"name": name},
        )
        for place, name in enumerate(names)
    }  # fmt: skip
    return Graph(entities, tuple(Edge(source, destination, None, 0.0) for source, destination in pairs))


def found(*starts: str, edges: str = EDGES, **request: object) -> set[str]:
    walked = search(graph(edges), list(starts), {"IncludeEdges": False, **request})
    assert walked.edges == ()
    return {entity.arn for entity in walked.vertices}


def test_ascendants_are_what_led_to_it_and_descendants_what_came_of_it() -> None:
    assert found("rows", Direction="Ascendants") == {"clean", "raw", "image"}
    assert found("rows", Direction="Descendants") == {"train", "model", "endpoint"}


def test_both_is_up_and_down_and_not_across() -> None:
    assert found("rows") == {"clean", "raw", "image", "train", "model", "endpoint"}  # not `other`, by way of `clean`


def test_a_depth_is_a_number_of_associations() -> None:
    assert found("model", Direction="Ascendants", MaxDepth=2) == {"train", "rows", "image"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"Types": ["Image", "Model"]}, {"image"}),
        ({"LineageTypes": ["TrialComponent"]}, {"clean", "train"}),
        ({"LineageTypes": ["TrialComponent"], "Types": ["TrainingJob"]}, {"train"}),
        ({"CreatedBefore": 2.0}, {"raw", "clean"}),
        ({"CreatedAfter": 2.0}, {"rows", "train"}),
        ({"ModifiedAfter": 12.0, "ModifiedBefore": 15.0}, {"rows"}),
        ({"Properties": {"name": "raw", "nothing": "of the kind"}}, {"raw"}),
    ],
)
def test_filters_are_all_satisfied_and_of_properties_any(filters: dict[str, object], expected: set[str]) -> None:
    assert found("model", Direction="Ascendants", Filters=filters) == expected


def test_with_edges_all_that_lies_on_the_way_is_told_the_start_too() -> None:
    walked = search(graph(), ["model"], {"Direction": "Ascendants", "Filters": {"Types": ["ProcessingJob"]}})

    assert [entity.arn for entity in walked.vertices] == ["model", "train", "rows", "clean"]
    assert {(edge.source, edge.destination) for edge in walked.edges} == {
        ("train", "model"), ("rows", "train"), ("clean", "rows")
    }  # fmt: skip


def test_a_circle_is_walked_once() -> None:
    assert found("a", edges="a>b b>c c>a", Direction="Descendants") == {"b", "c"}


def test_without_a_start_filters_find_entities_anywhere() -> None:
    assert found(Filters={"Types": ["Endpoint"]}) == {"endpoint"}


def test_pages_hold_every_vertex_and_edge_once() -> None:
    walked, token, seen, edges = search(graph(), ["rows"], {}), "", list[str](), list[tuple[str, str]]()
    while True:
        page = told(walked, {"MaxResults": 2, "NextToken": token})
        seen += [vertex["Arn"] for vertex in page["Vertices"]]
        edges += [(edge["SourceArn"], edge["DestinationArn"]) for edge in page["Edges"]]
        token = page.get("NextToken", "")
        if not token:
            break

    assert sorted(seen) == sorted(entity.arn for entity in walked.vertices)
    assert sorted(edges) == sorted((edge.source, edge.destination) for edge in walked.edges)
    assert len(set(seen)) == len(seen)
