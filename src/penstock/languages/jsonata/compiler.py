"""Compiler: a shaped tree to code, a closure for each node.

A closure is called with the context (what `$` is) and the frame (where variables are). What can be known beforehand,
such as which operator it is or whether a path is plain, is decided here and not again at each evaluation.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Final

from penstock.languages.jsonata import paths
from penstock.languages.jsonata.arithmetic import (
    calculated,
    compared,
    equal,
    included,
    is_numeric,
    joined,
    span,
    unequal,
)
from penstock.languages.jsonata.calls import BLANK, Lambda, Native, Tail, call, partial
from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.functions import NATIVES
from penstock.languages.jsonata.functions.matching import Matcher
from penstock.languages.jsonata.run import Code, Frame, Run
from penstock.languages.jsonata.tree import Group, Node
from penstock.languages.jsonata.values import (
    SAFE,
    UNDEFINED,
    Constructed,
    Function,
    Sequence,
    Value,
    collapsed,
    looked_up,
    truth,
)

COLLAPSING: Final = {"path", "wildcard", "descendant", "parent", "function", "variable", "apply"}
FRAMES_A_LEVEL: Final = 3  # of Python's stack, for each level of a lambda's tree
FRAMES_A_CALL: Final = 8


def compiled(node: Node) -> Code:
    """The code of a node, its predicates and its grouping included."""
    if node.kind in ALONE and not (node.predicate or node.group or node.keep_array or node.tail):
        return ALONE[node.kind](node)
    code = BUILDERS[node.kind](node)
    for stage in node.predicate:
        assert stage.expression is not None
        code = _filtered(code, paths.filtering(stage.expression, compiled))
    if node.group and node.kind != "path":
        code = _grouped(code, paths.grouping(node.group, compiled))
    if node.keep_array:
        return _keeping(code)
    if node.predicate or (node.kind in COLLAPSING and not node.tail):
        return _collapsing(code)
    return code


def _part(node: Node | None) -> Code:
    assert node is not None
    return compiled(node)


def _filtered(code: Code, chosen: paths.Filter) -> Code:
    return lambda context, frame: chosen(code(context, frame), frame)


def _grouped(code: Code, group: paths.Filter) -> Code:
    return lambda context, frame: group(code(context, frame), frame)


def _collapsing(code: Code) -> Code:
    def run(context: Value, frame: Frame) -> Value:
        value = code(context, frame)
        return collapsed(value) if type(value) is Sequence else value

    return run


def _keeping(code: Code) -> Code:
    def run(context: Value, frame: Frame) -> Value:
        value = code(context, frame)
        if isinstance(value, Sequence) and not value.tuples:
            value.keep = True
        return collapsed(value)

    return run


# --- leaves


def _literal(node: Node) -> Code:
    value = node.value
    return lambda _context, _frame: value


def _regex(node: Node) -> Code:
    matcher = Matcher(node.value, node.position)
    return lambda _context, _frame: matcher


def _variable(node: Node) -> Code:
    name = node.value
    if name == "":
        return _context_itself
    return lambda _context, frame: looked_up_variable(frame, name)


def _variable_alone(node: Node) -> Code:
    name = node.value
    if name == "":
        return _collapsing(_context_itself)

    def run(_context: Value, frame: Frame) -> Value:
        variables = frame.variables
        value = variables[name] if name in variables else looked_up_variable(frame.parent, name)
        return collapsed(value) if type(value) is Sequence else value

    return run


def _context_itself(context: Value, _frame: Frame) -> Value:
    return context[0] if isinstance(context, Sequence) and context.whole else context


def looked_up_variable(frame: Frame | None, name: str) -> Value:
    """The value of a variable: the innermost that has the name, or the function of the language."""
    while frame is not None:
        variables = frame.variables
        if name in variables:
            return variables[name]
        frame = frame.parent
    return NATIVES.get(name, UNDEFINED)


def _parent(node: Node) -> Code:
    slot = node.slot
    assert slot is not None
    return lambda _context, frame: looked_up_variable(frame, slot.label)


def _name(node: Node) -> Code:
    name = node.value
    return lambda context, frame: collapsed(looked_up(context, name, frame.run.pay))


def _wildcard(_: Node) -> Code:
    return _all_fields


def _all_fields(context: Value, frame: Frame) -> Value:
    if isinstance(context, Sequence) and context.whole and context:
        context = context[0]
    found: list[Value] = Sequence()
    values = context.values() if isinstance(context, dict) else context if isinstance(context, list) else ()
    for value in values:
        if isinstance(value, list):
            found = [*found, *_leaves(value, frame.run)]  # from here on a plain list, which keeps a single item
        else:
            found.append(value)
    frame.run.pay(len(found))
    return found


def _leaves(value: Value, run: Run) -> list[Value]:
    if not isinstance(value, list):
        return [value]
    run.pay(len(value))
    return [leaf for item in value for leaf in _leaves(item, run)]


def _descendant(_: Node) -> Code:
    return _all_below


def _all_below(context: Value, frame: Frame) -> Value:
    if context is UNDEFINED:
        return UNDEFINED
    found = Sequence()
    _descend(context, found, frame.run)
    return found[0] if len(found) == 1 else found


def _descend(value: Value, found: list[Value], run: Run) -> None:
    run.pay(1)
    if not isinstance(value, list):
        found.append(value)
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in below:
        _descend(item, found, run)


# --- operators


def _binary(node: Node) -> Code:
    left, right = _part(node.left), _part(node.right)
    if node.value in ("and", "or"):
        return _logic(node, left, right)
    slow = OPERATORS[node.value]
    fast = FAST.get(node.value)

    def carefully(a: Value, b: Value, frame: Frame) -> Value:
        try:
            return slow(frame.run, a, b)
        except JsonataError as error:
            error.position = node.position
            error.facts["token"] = node.value
            raise

    if fast is None:
        return lambda context, frame: carefully(left(context, frame), right(context, frame), frame)
    return _arithmetic(left, right, fast, carefully)


def _arithmetic(
    left: Code, right: Code, fast: Callable[[int, int], Value], carefully: Callable[[Value, Value, Frame], Value]
) -> Code:
    def run(context: Value, frame: Frame) -> Value:
        a, b = left(context, frame), right(context, frame)
        if type(a) is int and type(b) is int:
            result = fast(a, b)
            if -SAFE <= result <= SAFE:
                return result
        return carefully(a, b, frame)

    return run


def _logic(node: Node, left: Code, right: Code) -> Code:
    conjunction = node.value == "and"

    def run(context: Value, frame: Frame) -> Value:
        if truth(left(context, frame)) is not conjunction:
            return not conjunction
        try:
            return truth(right(context, frame))
        except JsonataError as error:  # the reference tells it as this operator's
            error.position = node.position
            error.facts["token"] = node.value
            raise

    return run


def _sorted_out(sign: str, deed: Callable[[str, Value, Value], Value]) -> Callable[[Run, Value, Value], Value]:
    return lambda _run, left, right: deed(sign, left, right)


def _without_run(deed: Callable[[Value, Value], Value]) -> Callable[[Run, Value, Value], Value]:
    return lambda _run, left, right: deed(left, right)


OPERATORS: Final[Mapping[str, Callable[[Run, Value, Value], Value]]] = {
    **{sign: _sorted_out(sign, calculated) for sign in "+-*/%"},
    **{sign: _sorted_out(sign, compared) for sign in ("<", "<=", ">", ">=")},
    "=": equal,
    "!=": unequal,
    "in": _without_run(included),
    "&": joined,
    "..": span,
}
FAST: Final[Mapping[str, Callable[[int, int], Value]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _unary(node: Node) -> Code:
    if node.value == "-":
        return _negation(node)
    return _object(node) if node.value == "{" else _array(node)


def _negation(node: Node) -> Code:
    operand = _part(node.left)

    def run(context: Value, frame: Frame) -> Value:
        value = operand(context, frame)
        if value is UNDEFINED:
            return value
        if not is_numeric(value):
            raise JsonataError("D1002", position=node.position, token=node.value, value=value)
        return -value

    return run


def _object(node: Node) -> Code:
    """An object; what its context is a list of is grouped by it."""
    grouping = paths.grouping(Group(node.pairs, node.position), compiled)
    names = {name.value for name, _ in node.pairs if name.kind == "string" and not name.predicate and not name.group}
    if len(names) < len(node.pairs):
        return grouping
    members = [(name.value, compiled(value)) for name, value in node.pairs]

    def run(context: Value, frame: Frame) -> Value:
        if isinstance(context, list):
            return grouping(context, frame)
        frame.run.pay(len(members))
        result = {}
        for name, member in members:
            value = member(context, frame)
            if value is not UNDEFINED:
                result[name] = value
        return result

    return run


def _array(node: Node) -> Code:
    members = [(compiled(item), item.kind == "unary" and item.value == "[") for item in node.items]
    kind = Constructed if node.constructed else list

    def run(context: Value, frame: Frame) -> Value:
        array: list[Value] = kind()
        for member, nested in members:
            value = member(context, frame)
            if value is UNDEFINED:
                continue
            if isinstance(value, list) and not nested:
                frame.run.pay_copy(len(value))
                array.extend(value)
            else:
                array.append(value)
        return array

    return run


def _condition(node: Node) -> Code:
    test, then = _part(node.left), _part(node.right)
    other = compiled(node.other) if node.other else (lambda _context, _frame: UNDEFINED)

    def run(context: Value, frame: Frame) -> Value:
        return then(context, frame) if truth(test(context, frame)) else other(context, frame)

    return run


def _block(node: Node) -> Code:
    statements = [compiled(item) for item in node.items]
    if len(statements) == 1 and not _binds(node.items[0]):
        return statements[0]

    def run(context: Value, frame: Frame) -> Value:
        inner = Frame({}, frame, frame.run)
        value: Value = UNDEFINED
        for statement in statements:
            value = statement(context, inner)
        return value

    return run


def _binds(node: Node) -> bool:
    """Whether an expression may bind a variable, so that it needs a frame."""
    if node.kind in ("bind", "lambda"):
        return True
    below = [*node.items, *(each for pair in node.pairs for each in pair), *(term.expression for term in node.terms)]
    below += [each for each in (node.left, node.right, node.other) if each]
    below += [stage.expression for stage in (*node.predicate, *node.stages) if stage.expression]
    below += [each for pair in (node.group.pairs if node.group else ()) for each in pair]
    return any(map(_binds, below))


def _bind(node: Node) -> Code:
    name, right = node.value, _part(node.right)

    def run(context: Value, frame: Frame) -> Value:
        value = right(context, frame)
        frame.variables[name] = value
        return value

    return run


# --- functions


def _lambda(node: Node) -> Code:
    names = [parameter.value for parameter in node.items]
    body = _part(node.left)
    weight = FRAMES_A_CALL + FRAMES_A_LEVEL * _height(node.left)
    signature = node.signature
    return lambda context, frame: Lambda(names, body, frame, context, signature, weight)


def _height(node: Node | None) -> int:
    """How high the tree of a node is; a lambda within has its own."""
    if node is None or node.kind == "lambda":
        return 1
    below = [*node.items, node.left, node.right, node.other, *(each for pair in node.pairs for each in pair)]
    below += [term.expression for term in node.terms]
    below += [stage.expression for stage in (*node.predicate, *node.stages)]
    below += [each for pair in (node.group.pairs if node.group else ()) for each in pair]
    return 1 + max((_height(each) for each in below if each), default=0)


def _called_name(node: Node) -> Value:
    called = node.left
    if called is None:
        return UNDEFINED
    if called.kind == "path":
        return called.items[0].value
    return UNDEFINED if called.value is None or called.kind == "lambda" else called.value


def _procedure(node: Node, code: str) -> Callable[[Value, Frame], Value]:
    """What a call calls; a name without its dollar is told apart, for the sake of the message."""
    procedure, called, name = _part(node.left), node.left, _called_name(node)
    if called is None or called.kind != "path":
        return procedure

    def run(context: Value, frame: Frame) -> Value:
        function = procedure(context, frame)
        is_bare = function is UNDEFINED and isinstance(name, str)
        if is_bare and looked_up_variable(frame, name) is not UNDEFINED:
            raise JsonataError(code, position=node.position, token=name)
        return function

    return run


def _call(node: Node) -> Code:
    return _applied(node, None)


def _applied(node: Node, first: Code | None) -> Code:
    """The code of a call; `first` gives an argument before those that are written, as ~> does."""
    procedure, name, position = _procedure(node, "T1005"), _called_name(node), node.position
    arguments = [*([first] if first else []), *(compiled(argument) for argument in node.items)]
    if node.tail and not first:
        return lambda context, frame: Tail(
            procedure(context, frame), [argument(context, frame) for argument in arguments]
        )

    def run(context: Value, frame: Frame) -> Value:
        function = procedure(context, frame)
        given = [argument(context, frame) for argument in arguments]
        try:
            return call(frame.run, function, given, context)
        except JsonataError as error:
            if isinstance(function, Function) or error.position is None:
                error.position = position
            error.facts.setdefault("token", name)
            raise

    return run


def _partial(node: Node) -> Code:
    procedure, name = _procedure(node, "T1007"), _called_name(node)
    arguments = [None if argument.kind == "blank" else compiled(argument) for argument in node.items]

    def run(context: Value, frame: Frame) -> Value:
        given = [argument(context, frame) if argument else BLANK for argument in arguments]
        function = procedure(context, frame)
        if not isinstance(function, Function):
            raise JsonataError("T1008", position=node.position, token=name)
        return partial(function, given)

    return run


def _apply(node: Node) -> Code:
    left = _part(node.left)
    assert node.right is not None
    if node.right.kind == "function":
        node.right.tail = False
        return _applied(node.right, left)
    right = compiled(node.right)

    def run(context: Value, frame: Frame) -> Value:
        value, function = left(context, frame), right(context, frame)
        if not isinstance(function, Function):
            raise JsonataError("T2006", position=node.position, value=function)
        if isinstance(value, Function):
            return _chained(value, function)
        return call(frame.run, function, [value])

    return run


def _chained(first: Function, second: Function) -> Native:
    return Native(lambda run, value: call(run, second, [call(run, first, [value])]), arity=1)


def _transform(node: Node) -> Code:
    pattern, update = _part(node.left), _part(node.right)
    removal = compiled(node.other) if node.other else None

    def run(_context: Value, frame: Frame) -> Value:
        def transformed(run: Run, value: Value) -> Value:
            if value is UNDEFINED:
                return UNDEFINED
            clone = looked_up_variable(frame, "clone")
            if not isinstance(clone, Function):
                raise JsonataError("T2013", position=node.position)
            result = call(run, clone, [value])
            matches = pattern(result, frame)
            for match in matches if isinstance(matches, list) else [matches]:
                if match is not UNDEFINED:
                    _update(match, update(match, frame), node)
                    _delete(match, removal(match, frame) if removal else UNDEFINED, node)
            return result

        return Native(transformed, "<(oa):o>")

    return run


def _update(match: Value, update: Value, node: Node) -> None:
    if update is UNDEFINED:
        return
    if not isinstance(update, dict):
        raise JsonataError("T2011", position=node.right.position if node.right else None, value=update)
    if isinstance(match, dict):
        match.update(update)


def _delete(match: Value, names: Value, node: Node) -> None:
    if names is UNDEFINED:
        return
    listed = names if isinstance(names, list) else [names]
    if not all(isinstance(name, str) for name in listed):
        raise JsonataError("T2012", position=node.other.position if node.other else None, value=names)
    if isinstance(match, dict):
        for name in listed:
            match.pop(name, None)


# What is met most often, where nothing is done with its value: it is collapsed in the same call.
ALONE: Final[Mapping[str, Callable[[Node], Code]]] = {
    "variable": _variable_alone,
    "path": lambda node: paths.path_alone(node, compiled) or _collapsing(paths.path(node, compiled)),
}
BUILDERS: Final[Mapping[str, Callable[[Node], Code]]] = {
    "path": lambda node: paths.path(node, compiled),
    "name": _name,
    "string": _literal,
    "number": _literal,
    "value": _literal,
    "regex": _regex,
    "variable": _variable,
    "parent": _parent,
    "wildcard": _wildcard,
    "descendant": _descendant,
    "binary": _binary,
    "unary": _unary,
    "condition": _condition,
    "block": _block,
    "bind": _bind,
    "lambda": _lambda,
    "function": _call,
    "partial": _partial,
    "apply": _apply,
    "transform": _transform,
}
