"""Every mistake is told at the user's line, with the step and the argument, and what would do.

The line that is told ends in `# !`.
"""

import pytest

from authoring.conftest import Draw, Write
from penstock.pipeline import Mistake

HEAD = """\
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

from sklearn.linear_model import LogisticRegression

from penstock.pipeline import (
    Model, between, choice, deploy, each, fail, file, folder, is_in, otherwise, pipeline, register, step, transform,
    tune, when,
)


class Split(NamedTuple):
    train: list[float]
    test: list[float]


class Trained(NamedTuple):
    model: Model[LogisticRegression]
    auc: float


@dataclass
class Quality:
    auc: float
    words: list[str]


class Odd:
    pass


@step
def split(share: float = 0.5) -> Split:
    return Split([share], [])


@step
def train(rows: list[float], depth: int = 3, kind: str = "a") -> Trained:
    raise NotImplementedError


@step
def judge(model: LogisticRegression, rows: list[float]) -> Quality:
    return Quality(0.5, ["good"])


@step
def shout(text: str) -> str:
    return text.upper()


@step
def read(raw: Path) -> str:
    return raw.read_text()


@step
def nothing() -> None:
    pass


"""

FUNCTIONS = {
    "a parameter without a type": (
        "@step  # !\ndef f(x) -> int:\n    return 1\n",
        "step 'f', parameter 'x' has no type: write x: int, or whatever it is.",
    ),
    "nothing said of what is returned": (
        "@step  # !\ndef f(x: int):\n    return 1\n",
        "step 'f' does not say what it returns: write -> None, or whatever it is.",
    ),
    "a return that is missing": (
        "@step  # !\ndef f(x: int) -> int:\n    x + 1\n",
        "step 'f' is to return int, and has no `return` with a value.",
    ),
    "a type that nobody can keep": (
        "@step  # !\ndef f(x: Odd) -> int:\n    return 1\n",
        "step 'f', parameter 'x': there is no way to keep Odd in files. Say how: keep(Odd, save=…, load=…) before the "
        "step; or use JSON, a Path, a DataFrame, an array or a model.",
    ),
    "an output that nobody can keep": (
        "class Two(NamedTuple):\n    one: int\n    odd: Odd\n\n\n"
        "@step  # !\ndef f() -> Two:\n    return Two(1, Odd())\n",
        "step 'f', output 'odd': there is no way to keep Odd in files. Say how: keep(Odd, save=…, load=…) before the "
        "step; or use JSON, a Path, a DataFrame, an array or a model.",
    ),
    "a type that is not there": (
        "@step  # !\ndef f(x: 'Late') -> int:\n    return 1\n",
        "'f' has a type that is not known here: name 'Late' is not defined. Define or import it above.",
    ),
    "a default of another type": (
        "@step  # !\ndef f(x: int = 'a') -> int:\n    return 1\n",
        "step 'f', parameter 'x' is int, and its default is 'a'.",
    ),
    "stars": (
        "@step  # !\ndef f(*x: int) -> int:\n    return 1\n",
        "step 'f', parameter 'x': parameters are named one by one: no *, ** and /.",
    ),
    "an inner function": (
        "def outer() -> Any:\n    @step  # !\n    def f() -> int:\n        return 1\n    return f\n\n\nouter()\n",
        "step 'f' must be a function of a module: in a job, others cannot be found again.",
    ),
    "a coroutine": (
        "@step  # !\nasync def f() -> int:\n    return 1\n",
        "step 'f' must be a plain function: it may not be async, nor yield.",
    ),
    "memory without a unit": (
        "@step(memory='4')  # !\ndef f() -> int:\n    return 1\n",
        "step 'f': memory is '4', and must be like '512MiB' or '4GiB'.",
    ),
    "more than there is": (
        "@step(cpu=1000)  # !\ndef f() -> int:\n    return 1\n",
        "step 'f': no instance type has cpu=1000; name one with instance='ml.…'.",
    ),
    "a time that is none": (
        "@step(timeout='soon')  # !\ndef f() -> int:\n    return 1\n",
        "step 'f': timeout is 'soon', and must be like '90s', '30m', '2h' or '1d'.",
    ),
    "too many retries": (
        "@step(retries=11)  # !\ndef f() -> int:\n    return 1\n",
        "step 'f': retries must be from 0 to 10, not 11.",
    ),
    "an option that is not there": (
        "train.using(cpus=2)  # !\n",
        "step 'train' has no option 'cpus': did you mean 'cpu'?",
    ),
    "a pipeline's parameter without a type": (
        "@pipeline  # !\ndef p(x) -> None:\n    split()\n",
        "pipeline 'p', parameter 'x' has no type: write x: int, or whatever it is.",
    ),
    "a pipeline's parameter that nobody can give": (
        "@pipeline  # !\ndef p(x: LogisticRegression) -> None:\n    split()\n",
        "pipeline 'p', parameter 'x': LogisticRegression cannot be given from outside; JSON and Path can.",
    ),
    "a pipeline without steps": (
        "@pipeline  # !\ndef p() -> None:\n    pass\n",
        "pipeline 'p' has no steps: call some.",
    ),
    "steps outside of a pipeline": (
        "register(1, group='g')  # !\n",
        "register(…) has a meaning only in a function with @pipeline.",
    ),
}  # fmt: skip

BODIES = {
    "a literal of another type": (
        "train([1.0], 'four')  # !",
        "step 'train', argument 'depth': int expected, and 'four' is str.",
    ),
    "a value of another type": (
        "shout(split().train)  # !",
        "step 'shout', argument 'text': str expected, and what step 'split' returns (.train) is list[float].",
    ),
    "a parameter of another type": (
        "shout(depth)  # !",
        "step 'shout', argument 'text': str expected, and parameter 'depth' is int.",
    ),
    "an unknown argument": ("train([1.0], dept=4)  # !", "step 'train' has no parameter 'dept': did you mean 'depth'?"),
    "a missing argument": ("train()  # !", "step 'train' lacks its argument 'rows': list[float]."),
    "too many arguments": ("shout('a', 'b')  # !", "step 'shout' takes 1 arguments, and is given 2."),
    "an argument twice": ("train([1.0], rows=[1.0])  # !", "step 'train' is given 'rows' twice."),
    "an unknown output": ("split().trian  # !", "step 'split' has no output 'trian': did you mean 'train'?"),
    "an unknown field": (
        "judge(train([1.0]).model, [1.0]).acu  # !",
        "what step 'judge' returns has no 'acu': did you mean 'auc'?",
    ),
    "several outputs as one": (
        "train(split())  # !",
        "step 'train', argument 'rows': step 'split' has several outputs: pass one of .train, .test.",
    ),
    "nothing passed on": (
        "shout(nothing())  # !",
        "step 'shout', argument 'text': what step 'nothing' returns is nothing; to wait for a step, say "
        ".using(after=[…]).",
    ),
    "a file where a text is wanted": (
        "shout(folder('.'))  # !",
        "step 'shout', argument 'text': str expected, and a file or folder is a Path.",
    ),
    "a file that is not there": ("read(file('no.csv'))  # !", "there is no file 'no.csv' beside flow.py."),
    "a value of Python's": (
        "shout(Odd())  # !",
        "step 'shout', argument 'text': what stands in the pipeline itself must be JSON, and this is Odd. Make it in a "
        "step, or say file('…').",
    ),
    "an if": (
        "if shout('a') == 'A':  # !\n        split()",
        "A comparison is known only when the pipeline runs: write `with when(…):` instead of `if`, and `&`, `|`, "
        "`not_` instead of `and`, `or`, `not` (with brackets around each comparison).",
    ),
    "an if without comparison": (
        "if shout('a'):  # !\n        split()",
        "what step 'shout' returns is known only when the pipeline runs: write `with when(…):` instead of `if`.",
    ),
    "a loop without each": (
        "for x in shout('a'):  # !\n        split()",
        "what step 'shout' returns is known only when the pipeline runs: write `for item in each(…)` to go through it.",
    ),
    "division": (
        "round(split().train[0] // 2)  # !",
        "what step 'split' returns (.train[0]) is known only when the pipeline runs, so nothing can be computed with "
        "it here: do it in a step.",
    ),
    "arithmetic": (
        "split(split().train[0] + 1)  # !",
        "what step 'split' returns (.train[0]) is known only when the pipeline runs, so nothing can be computed with "
        "it here: do it in a step.",
    ),
    "a value in a text": (
        "fail(f\"too bad: {shout('a')}\")  # !",
        "what step 'shout' returns is known only when the pipeline runs, so it cannot be put into a text: pass it by "
        "itself.",
    ),
    "when without with": (
        "x = shout('a')\n    when(x == 'A')  # !",
        "when(…) decides nothing by itself: write `with when(…):` and a block of steps.",
    ),
    "a known condition": (
        "with when(1 == 2):  # !\n        split()",
        "False is known already: use `if` for what is known when the pipeline is written.",
    ),
    "an empty branch": (
        "with when(shout('a') == 'A'):  # !\n        pass",
        "nothing is done in this block: call a step in it.",
    ),
    "otherwise alone": (
        "split()\n    with otherwise():  # !\n        split()",
        "`otherwise` must follow a `when` of its own, with nothing between them.",
    ),
    "a comparison of lists": (
        "with when(split().train == [1.0]):  # !\n        split()",
        "[1.0] cannot be compared in a pipeline: text, numbers and booleans can.",
    ),
    "a loop in a loop": (
        "for x in each(split().train):\n        for y in each(split().test):  # !\n            shout('a')",
        "`each` cannot stand in `each`: SageMaker has no loops in loops. Let a step answer all pairs.",
    ),
    "a condition in a loop": (
        "for x in each(split().train):\n        with when(x == 1):  # !\n            shout('a')",
        "`when` cannot stand in `each`: SageMaker has no conditions in loops. Decide in a step.",
    ),
    "a loop over no list": (
        "for x in each(shout('a')):  # !\n        split()",
        "each(…) goes through a list, and what step 'shout' returns is str.",
    ),
    "an item outside of its loop": (
        "for x in each(split().train):\n        y = split(x)\n    split(x)  # !",
        "step 'split', argument 'share': the item of `each` is known in its loop only.",
    ),
    "what a loop made, outside of it": (
        "for x in each(split().train):\n        y = shout('a')\n    shout(y)  # !",
        "step 'shout', argument 'text': what step 'shout' returns is there once for each item. Append it to a list in "
        "the loop, and pass the list.",
    ),
    "a range without tuning": (
        "train([1.0], between(2, 8))  # !",
        "step 'train' ranges over (2, 8): wrap the call in tune(…).",
    ),
    "no range": ("between(8, 2)  # !", "between(8, 2) is no range."),
    "tuning without a range": (
        "tune(train([1.0]), metric='auc', trials=3)  # !",
        "tune of step 'train': none of its arguments is a range: say between(…) or choice(…) for some.",
    ),
    "tuning for what is not there": (
        "tune(train([1.0], between(2, 8)), metric='acu', trials=3)  # !",
        "tune of step 'train': it has no output 'acu' that is a number: did you mean 'auc'?",
    ),
    "tuning of another type": (
        "train([1.0], between(0.5, 0.75))  # !",
        "step 'train', argument 'depth': int expected, and it ranges over (0.5, 0.75).",
    ),
    "a model that is none": (
        "register(shout('a'), group='g')  # !",
        "register(…): what step 'shout' returns is str; to be served it must be declared Model[str].",
    ),
    "a model among others": (
        "deploy(train([1.0]), name='e')  # !",
        "deploy(…): step 'train' has several outputs: pass the one that is the model.",
    ),
    "an endpoint's name that is not known": (
        "deploy(train([1.0]).model, name=shout('a'))  # !",
        "name must be a text or a parameter of the pipeline, not what step 'shout' returns.",
    ),
    "an endpoint in a loop": (
        "for x in each(split().train):\n        deploy(train([1.0]).model, name='e')  # !",
        "`deploy` cannot stand in `each`: collect the models in a list, and choose one in a step.",
    ),
    "data that are no files": (
        "transform(train([1.0]).model, shout('a'))  # !",
        "transform, argument 'data': Path expected, and what step 'shout' returns is str.",
    ),
    "the wrong thing to wait for": (
        "split.using(after=[depth])()  # !",
        "step 'split': after takes what other steps return.",
    ),
    "a typed dict that lacks something": (
        "mean_of(counted())  # !",
        "step 'mean_of', argument 'found': Mean expected, and what step 'counted' returns is Count.",
    ),
    "too many inputs": (
        "many([shout(str(n)) for n in range(9)])  # !",
        "step 'many' is given 9 values from other steps and files; SageMaker lets a job have 8. Bring some together in "
        "a step before.",
    ),
}
TYPED = """\
class Count(TypedDict):
    n: int


class Mean(Count):
    mean: float


@step
def counted() -> Count:
    return {"n": 1}


@step
def mean_of(found: Mean) -> float:
    return found["mean"]


"""
MANY = "@step\ndef many(texts: list[str]) -> str:\n    return ''.join(texts)\n\n\n"


@pytest.mark.parametrize("case", FUNCTIONS)
def test_a_function_that_cannot_be_meant_is_refused_where_it_stands(case: str, write: Write, draw: Draw) -> None:
    text, sentence = FUNCTIONS[case]

    assert told(HEAD + text, write, draw) == sentence


@pytest.mark.parametrize("case", BODIES)
def test_wiring_that_cannot_be_meant_is_refused_where_it_stands(case: str, write: Write, draw: Draw) -> None:
    body, sentence = BODIES[case]

    assert told(f"{HEAD}{TYPED}{MANY}@pipeline\ndef p(depth: int = 4) -> None:\n    {body}\n", write, draw) == sentence


def told(text: str, write: Write, draw: Draw) -> str:
    """What the mistake says, without its place, which must be the marked line."""
    line = next(number for number, each in enumerate(text.splitlines(), 1) if each.endswith("# !"))
    with pytest.raises(Mistake) as caught:
        draw(write(text))
    place, _, sentence = str(caught.value).partition(": ")
    assert place == f"flow.py:{line}"
    return sentence
