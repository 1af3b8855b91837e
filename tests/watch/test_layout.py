"""Where boxes stand: right of what leads to them, each in a place of its own, and no arrow that says nothing."""

from hypothesis import given
from hypothesis import strategies as st

from penstock.watch.layout import laid_out
from penstock.watch.model import Edge, Graph, Node

names = st.sampled_from("abcdefghij")


def graph(*arrows: str, boxes: str = "") -> Graph:
    """`graph("ab", "bc")`: arrows from a to b and from b to c."""
    nodes = [Node(id=name, label=name) for name in dict.fromkeys(boxes + "".join(arrows))]
    return laid_out(nodes, [Edge(start=pair[0], end=pair[1]) for pair in arrows])


def columns(drawn: Graph) -> dict[str, int]:
    return {node.id: node.column for node in drawn.nodes}


def arrows(drawn: Graph) -> set[str]:
    return {edge.start + edge.end for edge in drawn.edges}


def test_a_box_stands_right_of_the_longest_way_to_it() -> None:
    assert columns(graph("ab", "bc", "ad", "dc", "de", "ef", "fc")) == {"a": 0, "b": 1, "c": 4, "d": 1, "e": 2, "f": 3}


def test_an_arrow_that_a_longer_way_says_too_is_left_out() -> None:
    assert arrows(graph("ab", "bc", "cd", "ac", "ad", "be")) == {"ab", "bc", "cd", "be"}


def test_an_arrow_that_is_labelled_stays() -> None:
    nodes = [Node(id=name, label=name) for name in "abc"]

    drawn = laid_out(nodes, [Edge(start="a", end="b"), Edge(start="b", end="c"), Edge(start="a", end="c", label="no")])

    assert arrows(drawn) == {"ab", "bc", "ac"}


def test_a_loop_has_an_arrow_back() -> None:
    drawn = graph("ab", "bc", "cb", "cd")

    assert columns(drawn) == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert arrows(drawn) == {"ab", "bc", "cb", "cd"}


def test_an_arrow_to_nowhere_is_left_out() -> None:
    assert laid_out([Node(id="a", label="a")], [Edge(start="a", end="gone")]).edges == ()


def test_branches_stand_about_the_middle() -> None:
    rows = {node.id: node.row for node in graph("ab", "ac", "ad").nodes}

    assert rows == {"a": 0.0, "b": -1.0, "c": 0.0, "d": 1.0}


@given(st.lists(st.tuples(names, names).map("".join), max_size=25))
def test_any_graph_has_its_boxes_in_places_of_their_own(any_arrows: list[str]) -> None:
    drawn = graph(*any_arrows, boxes="k")

    assert len({(node.column, node.row) for node in drawn.nodes}) == len(drawn.nodes)
    assert arrows(drawn) <= set(any_arrows)


@given(st.lists(st.tuples(names, names).filter(lambda pair: pair[0] < pair[1]).map("".join), max_size=25))
def test_without_loops_every_arrow_leads_to_the_right_and_joins_what_it_joined(any_arrows: list[str]) -> None:
    drawn = graph(*any_arrows, boxes="k")

    column = columns(drawn)
    assert all(column[pair[0]] < column[pair[1]] for pair in any_arrows)
    assert reached(arrows(drawn)) == reached(set(any_arrows))


def reached(pairs: set[str]) -> set[str]:
    """Every pair that some way joins."""
    while further := {one[0] + two[1] for one in pairs for two in pairs if one[1] == two[0]} - pairs:
        pairs = pairs | further
    return pairs
