"""Any wiring of functions comes to what calling them comes to: drawn at random, emitted, shipped and run."""

import itertools
import json
import re
import shutil
import sys
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from authoring.carrying_out import CarriedOut
from authoring.emitted import TO
from penstock.pipeline import Pipeline
from penstock.pipeline.graph import Known, Many, Output
from penstock.pipeline.project import load
from penstock.pipeline.publishing import packaged

Json = Any
FUNCTIONS = """\
from dataclasses import dataclass
from typing import NamedTuple, Optional

from penstock.pipeline import each, pipeline, step


@dataclass
class Box:
    number: int
    label: Optional[str]
    inner: dict[str, list[float]]


class Pair(NamedTuple):
    whole: int
    words: list[str]
    box: Box


@step
def add(a: int, b: int) -> int:
    return a + b


@step
def shout(a: int, text: str) -> str:
    return text.upper() * (a % 3)


@step
def pair(a: int, text: str = "p") -> Pair:
    return Pair(a, [text, str(a)], Box(a, text or None, {text: [a / 7]}))


@step
def unbox(box: Box) -> int:
    assert isinstance(box, Box)
    return box.number + len(box.inner) + len(box.label or "none")


@step
def total(numbers: list[int]) -> int:
    return sum((index + 1) * number for index, number in enumerate(numbers))


@step
def spell(words: list[str], by: dict[str, int]) -> str:
    return "-".join([*words, *(f"{name}{number}" for name, number in by.items())])


@step
def length(word: str) -> int:
    return len(word)


@step
def words(many: list[str]) -> list[str]:
    return many


@step
def boxes(many: list[Box]) -> list[str]:
    return [f"{box.number}{box.label}" for box in many]


"""
WORDS = st.sampled_from(["", "a", "b c", 'quo"te', "ünï", "7", "true", "null"])


CALLS: dict[str, dict[str, list[str]]] = {  # and what of the result is of which kind
    "add({int}, b={int})": {"int": [""]},
    "shout({int}, {str})": {"str": [""]},
    "pair({int}, {str})": {
        "int": [".whole", ".box.number"], "str": [".words[1]"], "box": [".box"], "words": [".words"],
    },
    "total([{int}, {int}])": {"int": [""]},
    "spell([{str}], dict(x={int}))": {"str": [""]},
    "unbox({box})": {"int": [""]},
    "boxes([{box}])": {"words": [""]},
    "total([length(word=each_word) for each_word in each({words})])": {"int": [""]},
}  # fmt: skip
LITERALS = {"int": st.integers(-9, 9).map(str), "str": WORDS.map(repr)}


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """The body of a pipeline with parameters `n: int` and `word: str`."""
    known: dict[str, list[str]] = {"int": ["n"], "str": ["word"], "box": [], "words": []}
    lines: list[str] = []

    def a(kind: str) -> str:
        return draw(st.sampled_from(known[kind]) | LITERALS.get(kind, st.nothing()))

    for number in range(draw(st.integers(2, 6))):
        possible = [call for call in CALLS if all(known[kind] for kind in re.findall(r"{(\w+)}", call))]
        call = draw(st.sampled_from(possible))
        lines.append(f"v{number} = " + re.sub(r"{(\w+)}", lambda found: a(found[1]), call))
        for kind, places in CALLS[call].items():
            known[kind] += [f"v{number}{place}" for place in places]
    names = [f"v{number}" for number in range(len(lines))]
    return "".join(f"    {line}\n" for line in [*lines, f"return {{{', '.join(f'{x!r}: {x}' for x in names)}}}"])


count = itertools.count()


LOOP = """\
    v0 = words(["", "a/b", "..", 'quo"te', "x", "x", " ", "true"])
    v1 = total([length(word=each_word) for each_word in each(v0)])
    return {"v1": v1}
"""


@example(LOOP, 1, "")
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies(), st.integers(-9, 9), WORDS)
def test_any_wiring_comes_to_what_calling_the_functions_comes_to(
    tmp_path: Path, body: str, number: int, word: str
) -> None:
    folder = tmp_path / str(next(count))
    folder.mkdir()
    file = folder / "project" / f"flow{folder.name}.py"
    file.parent.mkdir()
    file.write_text(f"{FUNCTIONS}@pipeline\ndef flow(n: int, word: str) -> object:\n{body}")
    try:
        flow = vars(load(file))["flow"]
        assert isinstance(flow, Pipeline)

        graph = flow.graph()
        ran = CarriedOut(packaged(graph, TO), {"n": number, "word": word}, folder).run()

        assert graph.result is not None
        assert found(graph.result, ran) == plain(flow.function(number, word))
    finally:
        sys.path.remove(str(file.parent))
        del sys.modules[file.stem]
        shutil.rmtree(folder)


def found(reference: object, ran: CarriedOut) -> Json:
    """What the returned references came to."""
    match reference:
        case Known():
            return reference.value
        case Many():
            return dict(zip(reference.keys or (), (found(item, ran) for item in reference.items), strict=True))
        case Output(name="") if reference.call.task.outputs:
            return [ran.value(reference.call.name, name) for name in reference.call.task.outputs]
        case Output():
            return ran.value(reference.call.name, reference.name or "result")
    raise AssertionError(reference)


def plain(value: Any) -> Json:
    """A value as the JSON that it is kept as."""
    return json.loads(
        json.dumps(
            value, default=lambda each: asdict(each) if is_dataclass(each) and not isinstance(each, type) else None
        )
    )
