"""Expression: a text compiled once, evaluated as often as needed.

It can be shared between threads: what an evaluation changes lives in its `Run` and its frames. Values are handed over
as they are and not changed; results may share parts with them.
"""

import random
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from penstock.languages.jsonata.compiler import compiled
from penstock.languages.jsonata.reader import read
from penstock.languages.jsonata.references import references
from penstock.languages.jsonata.results import to_json
from penstock.languages.jsonata.run import Frame, Run, too_deep
from penstock.languages.jsonata.shape import shaped
from penstock.languages.jsonata.values import UNDEFINED, Json, Sequence

REMEMBERED: Final = 2048  # compiled expressions


class Expression:
    """A compiled expression, and the variables it speaks of.

    `variables` are those it does not bind itself; `paths` are its references that begin with one, as far as they can be
    told without evaluating it, such as `$states.input.name`. `names` are what it looks for in its document.
    """

    __slots__ = ("_code", "names", "paths", "text", "variables")

    def __init__(self, text: str) -> None:
        tree = read(text)
        found = references(tree)
        self.text = text
        self.variables = found.variables
        self.paths = found.paths
        self.names = found.names
        self._code = compiled(shaped(tree))

    def evaluate(
        self,
        bindings: Mapping[str, Json],
        *,
        document: Json = UNDEFINED,
        now: float,
        chance: Callable[[], random.Random],
    ) -> Json:
        """The value for these variables, as plain JSON, or `UNDEFINED` when nothing was found."""
        return self.carry_out(Run(now, chance), bindings, document)

    def carry_out(self, run: Run, bindings: Mapping[str, Json], document: Json = UNDEFINED) -> Json:
        """`evaluate` as one run, which tells afterwards what it took."""
        frame = Frame({**bindings, "$": document}, None, run)
        context = document
        if isinstance(document, list):
            context = Sequence([document])
            context.whole = True
        try:
            return to_json(self._code(context, frame), run)
        except RecursionError:
            raise too_deep() from None


@lru_cache(maxsize=REMEMBERED)
def compile_expression(text: str) -> Expression:
    """The expression of a text; `JsonataError` where it is none."""
    try:
        return Expression(text)
    except RecursionError:
        raise too_deep() from None
