"""JSONata, the expressions of Step Functions: text to a compiled expression to a value.

    >>> total = compile_expression("$states.input.amount + 1")
    >>> total.evaluate({"states": {"input": {"amount": 2}}}, now=0.0, chance=random.Random)
    3

The language is JSONata 2.0.6, with the functions Step Functions adds and without `$eval`. Text is read into a tree
(`tokens`, `reader`), given its meaning (`shape`), and compiled to closures (`compiler`, `paths`); every evaluation
ends, for it pays for what it does (`run`).
"""

from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.expression import Expression, compile_expression
from penstock.languages.jsonata.run import STEPS, Run
from penstock.languages.jsonata.text import number_text
from penstock.languages.jsonata.values import UNDEFINED

__all__ = ["STEPS", "UNDEFINED", "Expression", "JsonataError", "Run", "compile_expression", "number_text"]
