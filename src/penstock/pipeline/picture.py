"""The graph as text: a line for each step, under the steps that it waits for.

wine(raw: Path = …, trees: int = 40, least: float = 0.9)
├─ prepare                 ◄ raw
├─ train  4 trials         ◄ prepare.train, trees; depth 2…6
├─ evaluate                ◄ train.model, prepare.test
└─ when evaluate.accuracy >= least
   ├─ register 'wine'      ◄ train.model, evaluate
   └─ otherwise …
"""

from collections.abc import Iterator
from typing import Final

from penstock.pipeline import kinds
from penstock.pipeline.graph import (
    Block,
    Both,
    Branch,
    Call,
    Comparison,
    Data,
    Deployment,
    Either,
    Failure,
    Gathered,
    Given,
    Graph,
    Item,
    Known,
    Loop,
    Many,
    Node,
    Not,
    OneOf,
    Output,
    Parameter,
    Property,
    Range,
    Reference,
    Registration,
    Test,
    Transformation,
    Transformed,
)

SIGNS: Final = {
    "Equals": "==", "GreaterThan": ">", "GreaterThanOrEqualTo": ">=", "LessThan": "<", "LessThanOrEqualTo": "<=",
}  # fmt: skip
LONGEST: Final = 40


def lines(graph: Graph) -> list[str]:
    """The picture."""
    told = [_parameter(each) for each in graph.parameters]
    rows = [(f"{graph.name}({', '.join(told)})", ""), *_block(graph.block, "")]
    width = max((len(left) for left, right in rows if right), default=0)
    return [f"{left:<{width}}   ◄ {right}" if right else left for left, right in rows]


def _parameter(parameter: Parameter) -> str:
    told = f"{parameter.name}: {kinds.name(parameter.type)}"
    if not parameter.has_default:
        return told
    default = parameter.default
    return f"{told} = {default.name if isinstance(default, Data) else repr(default)}"


def _block(block: Block, indent: str, more: tuple[tuple[str, Block], ...] = ()) -> Iterator[tuple[str, str]]:
    rows: list[Node | tuple[str, Block]] = [*block.nodes, *more]
    for number, row in enumerate(rows):
        is_last = number == len(rows) - 1
        branch, below = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
        if isinstance(row, tuple):
            yield f"{indent}{branch}{row[0]}", ""
            yield from _block(row[1], indent + below)
            continue
        yield f"{indent}{branch}{_title(row)}", ", ".join(_sources(row))
        if isinstance(row, Branch):
            other = (("otherwise", row.otherwise),) if row.otherwise.nodes else ()
            yield from _block(row.then, indent + below, other)
        elif isinstance(row, Loop):
            yield from _block(row.body, indent + below)


def _title(node: Node) -> str:
    match node:
        case Call() if node.tuning is not None:
            return f"{node.name}  {node.tuning.trials} trials, best {node.tuning.metric}"
        case Branch():
            return f"when {_test(node.test)}"
        case Loop():
            return f"each of {_said(node.items)}, {node.at_once} at once"
        case Failure():
            return f"fail {' '.join(map(_said, node.message))}"
        case Registration():
            return f"register '{node.group}'"
        case Deployment():
            return f"deploy {_said(node.endpoint)}"
    return node.name


def _sources(node: Node) -> Iterator[str]:
    match node:
        case Call():
            for name, reference in node.bindings.items():
                said = _said(reference)
                yield said if not isinstance(reference, Known | Range) else f"{name}={said}"
        case Registration():
            yield _said(node.model)
            if node.metrics is not None:
                yield _said(node.metrics)
        case Transformation():
            yield from (_said(node.model), _said(node.data))
        case Deployment():
            yield _said(node.model)
    yield from (f"after {other.name}" for other in node.after)


def _said(reference: Reference) -> str:
    match reference:
        case Known():
            return _short(repr(reference.value))
        case Given():
            return reference.name
        case Output():
            return ".".join(
                map(str, [reference.call.name, *([reference.name] if reference.name else []), *reference.path])
            )
        case Item():
            return ".".join(map(str, ["item", *reference.path]))
        case Data():
            return reference.name
        case Transformed() | Property():
            return reference.node.name
        case Gathered():
            return f"all {_said(reference.output)}"
        case Many():
            return f"[{', '.join(map(_said, reference.items))}]"
        case Range():
            return (" | " if reference.kind == "Categorical" else "…").join(map(str, reference.values))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _test(test: Test) -> str:
    match test:
        case Comparison():
            return f"{_said(test.left)} {SIGNS[test.operator]} {_said(test.right)}"
        case OneOf():
            return f"{_said(test.query)} in ({', '.join(map(_said, test.values))})"
        case Not():
            return f"not ({_test(test.test)})"
        case Either():
            return " or ".join(f"({_test(each)})" for each in test.tests)
        case Both():
            return " and ".join(f"({_test(each)})" for each in test.tests)
