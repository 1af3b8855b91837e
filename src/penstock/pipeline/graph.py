"""The graph that a pipeline function draws: nodes, each a step of the definition, and references to what is not known.

    Call ── bindings ──► Known · Given (a parameter) · Output (of a Call) · Item (of a Loop) · Data · …

Plain values; what makes them is `steps`, `control` and `products`, what becomes of them `definition` and `picture`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from penstock.pipeline.kinds import Type
from penstock.pipeline.mistakes import Place

if TYPE_CHECKING:
    from penstock.pipeline.steps import Task

Json = Any
Path = tuple[str | int, ...]

# -------------------------------------------------------------------------------------------------- references


@dataclass(frozen=True, slots=True)
class Known:
    """A value that the pipeline's own text holds."""

    value: Json


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter of the pipeline; `is_file` is what the default of a Path says."""

    name: str
    type: Type
    is_file: bool | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a call, or what a path leads to in it. `name` is empty where the whole is meant."""

    call: "Call"
    name: str
    type: Type
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Item:
    """What an iteration of a loop is about, or what a path leads to in it."""

    loop: "Loop"
    type: Type
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Data:
    """A file or folder: in S3, or beside the pipeline's file, to be uploaded. `is_file` None: whatever is there."""

    uri: str
    at: Place
    is_file: bool | None = None

    @property
    def is_local(self) -> bool:
        return not self.uri.startswith("s3://")

    @property
    def name(self) -> str:
        return self.uri.rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Transformed:
    """The folder of answers that a batch transform leaves."""

    node: "Transformation"
    is_file: Literal[False] = False


@dataclass(frozen=True, slots=True)
class Property:
    """What SageMaker says of a node's thing, such as the name of an endpoint: a text."""

    node: "Registration | Deployment"
    name: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """An output of a step in a loop's body, of every iteration: a list in the order of the items."""

    output: Output


@dataclass(frozen=True, slots=True)
class Many:
    """A list, tuple or dictionary with references in it."""

    items: "tuple[Reference, ...]"
    keys: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Values that trials of a tuned step try."""

    kind: Literal["Integer", "Continuous", "Categorical"]
    values: tuple[Any, ...]
    is_logarithmic: bool
    at: Place


Reference = Known | Given | Output | Item | Data | Transformed | Property | Gathered | Many | Range

# ------------------------------------------------------------------------------------------------------- tests


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: Literal["Equals", "GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo"]
    left: Reference
    right: Reference


@dataclass(frozen=True, slots=True)
class OneOf:
    query: Reference
    values: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Not:
    test: "Test"


@dataclass(frozen=True, slots=True)
class Either:
    tests: "tuple[Test, ...]"


@dataclass(frozen=True, slots=True)
class Both:
    tests: "tuple[Test, ...]"


Test = Comparison | OneOf | Not | Either | Both

# ------------------------------------------------------------------------------------------------------- nodes


@dataclass(slots=True, eq=False)
class Block:
    """Nodes in the order in which they were drawn: the pipeline's own, a branch's, or a loop's body."""

    nodes: "list[Node]" = field(default_factory=list)
    loop: "Loop | None" = None  # the innermost one around


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    name: str
    at: Place
    block: Block
    after: "tuple[Node, ...]" = ()


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the trials of a call are chosen, and by what they are judged."""

    metric: str
    trials: int
    at_once: int
    is_maximized: bool
    strategy: str


@dataclass(slots=True, eq=False, kw_only=True)
class Call(Node):
    """A function is called, in a job of its own; a tuned one in many."""

    task: "Task"
    bindings: Mapping[str, Reference]
    tuning: Tuning | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Branch(Node):
    """`when`: one block or the other."""

    test: Test
    then: Block
    otherwise: Block


@dataclass(slots=True, eq=False, kw_only=True)
class Loop(Node):
    """`each`: the body is run once for each item."""

    items: Reference
    body: Block
    at_once: int


@dataclass(slots=True, eq=False, kw_only=True)
class Failure(Node):
    message: tuple[Reference, ...]


@dataclass(slots=True, eq=False, kw_only=True)
class Serving(Node):
    """What serves a model: `predict` is `module:function` of the user's, or empty."""

    model: Output
    predict: str = ""
    instance: str


@dataclass(slots=True, eq=False, kw_only=True)
class Registration(Serving):
    group: str
    status: Reference
    metrics: Output | None
    content_type: str


@dataclass(slots=True, eq=False, kw_only=True)
class Deployment(Serving):
    endpoint: Reference
    count: int


@dataclass(slots=True, eq=False, kw_only=True)
class Transformation(Serving):
    data: Reference
    content_type: str
    accept: str
    split: str | None


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: Type
    default: Json | Data
    has_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A whole pipeline. `result` is what the function returned, if anything; `image` of steps that name none."""

    name: str
    description: str
    at: Place
    parameters: tuple[Parameter, ...]
    block: Block
    result: Reference | None
    image: str = ""


def blocks(block: Block) -> Iterator[Block]:
    """The block and all in it, outermost first."""
    yield block
    for node in block.nodes:
        match node:
            case Branch():
                yield from blocks(node.then)
                yield from blocks(node.otherwise)
            case Loop():
                yield from blocks(node.body)


def nodes(block: Block) -> Iterator[Node]:
    for each in blocks(block):
        yield from each.nodes


def leaves(reference: Reference) -> Iterator[Reference]:
    """The reference, or those that a list or dictionary of them holds."""
    if isinstance(reference, Many):
        for item in reference.items:
            yield from leaves(item)
    else:
        yield reference


def references(node: Node) -> Iterator[Reference]:
    """What a node uses."""
    match node:
        case Call():
            found = [*node.bindings.values()]
        case Branch():
            found = [*_compared(node.test)]
        case Loop():
            found = [node.items]
        case Failure():
            found = [*node.message]
        case Registration():
            found = [node.model, node.status, *([node.metrics] if node.metrics else [])]
        case Deployment():
            found = [node.model, node.endpoint]
        case Transformation():
            found = [node.model, node.data]
        case _:
            raise TypeError(type(node))
    for reference in found:
        yield from leaves(reference)


def _compared(test: Test) -> Iterator[Reference]:
    match test:
        case Comparison():
            yield from (test.left, test.right)
        case OneOf():
            yield from (test.query, *test.values)
        case Not():
            yield from _compared(test.test)
        case Either() | Both():
            for inner in test.tests:
                yield from _compared(inner)


def needs(node: Node) -> Iterator[Node]:
    """The nodes whose outputs a node uses, and those that it was told to wait for; each once."""
    found: dict[int, Node] = {}
    for reference in references(node):
        match reference:
            case Output():
                needed: Node = reference.call
            case Gathered():
                loop = reference.output.call.block.loop
                assert loop is not None
                needed = loop
            case Transformed() | Property():
                needed = reference.node
            case _:
                continue
        found[id(needed)] = needed
    for needed in node.after:
        found[id(needed)] = needed
    yield from found.values()
