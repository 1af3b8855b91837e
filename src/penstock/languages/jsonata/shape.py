"""Shape: what a tree means. Dots become paths of steps, brackets their filters, and parents are sought.

A parent (%) is kept by the step it belongs to: walking the path backwards from where % is written, the step that many
levels up binds the value it came from under a label of its own, and the path becomes a stream of bindings.
"""

from collections.abc import Callable, Mapping
from typing import Final

from penstock.languages.jsonata.errors import JsonataError
from penstock.languages.jsonata.tree import Group, Node, Slot, Stage, Term


def shaped(tree: Node) -> Node:
    """The tree with its paths, ready to be compiled."""
    result = _Shaper().shape(tree)
    if result.kind == "parent" or result.seeking:
        raise JsonataError("S0217", position=result.position, token=result.kind)
    return result


class _Shaper:
    """One pass over a tree; parents are labelled in the order they are met."""

    def __init__(self) -> None:
        self.parents: list[Slot] = []

    def shape(self, node: Node) -> Node:
        """The node, shaped, with everything below it."""
        if node.kind == "binary":
            result = BINARY.get(node.value, _Shaper._operator)(self, node)
        else:
            result = KINDS.get(node.kind, _Shaper._as_it_is)(self, node)
        if node.keep_array:
            result.keep_array = True
        return result

    def _part(self, node: Node | None) -> Node:
        assert node is not None
        return self.shape(node)

    def _as_it_is(self, node: Node) -> Node:
        if node.kind == "(end)":
            raise JsonataError("S0207", position=node.position, token=node.value)
        return node

    def _name(self, node: Node) -> Node:
        return Node("path", node.position, items=[node], keep_singleton=node.keep_array)

    def _parent(self, node: Node) -> Node:
        slot = Slot(f"!{len(self.parents)}")
        self.parents.append(slot)
        return Node("parent", node.position, slot=slot)

    # --- operators with operands only

    def _operator(self, node: Node) -> Node:
        node.left, node.right = self._part(node.left), self._part(node.right)
        _pass_on(node, node.left)
        _pass_on(node, node.right)
        return node

    def _bind(self, node: Node) -> Node:
        result = Node("bind", node.position, node.left and node.left.value, right=self._part(node.right))
        _pass_on(result, result.right)
        return result

    def _apply(self, node: Node) -> Node:
        left, right = self._part(node.left), self._part(node.right)
        return Node(
            "apply", node.position, "~>", left=left, right=right, keep_array=left.keep_array or right.keep_array
        )

    def _unary(self, node: Node) -> Node:
        if node.value == "-":
            return self._negation(node)
        node.items = [self._passing(node, item) for item in node.items]
        node.pairs = [(self._passing(node, name), self._passing(node, value)) for name, value in node.pairs]
        return node

    def _negation(self, node: Node) -> Node:
        operand = self._part(node.left)
        if operand.kind == "number":
            operand.value = -operand.value
            return operand
        node.left = operand
        _pass_on(node, operand)
        return node

    def _passing(self, above: Node, node: Node) -> Node:
        result = self.shape(node)
        _pass_on(above, result)
        return result

    def _call(self, node: Node) -> Node:
        node.items = [self._passing(node, argument) for argument in node.items]
        node.left = self._part(node.left)
        return node

    def _lambda(self, node: Node) -> Node:
        node.left = _with_tails(self._part(node.left))
        return node

    def _condition(self, node: Node) -> Node:
        node.left = self._passing(node, node.left) if node.left else None
        node.right = self._passing(node, node.right) if node.right else None
        node.other = self._passing(node, node.other) if node.other else None
        return node

    def _transform(self, node: Node) -> Node:
        node.left, node.right = self._part(node.left), self._part(node.right)
        node.other = self.shape(node.other) if node.other else None
        return node

    def _block(self, node: Node) -> Node:
        node.items = [self._passing(node, item) for item in node.items]
        node.constructed = any(
            item.constructed or (item.kind == "path" and item.items[0].constructed) for item in node.items
        )
        return node

    # --- paths

    def _dot(self, node: Node) -> Node:
        path = _path(self._part(node.left))
        rest = self._part(node.right)
        if rest.kind == "path":
            path.items.extend(rest.items)
        else:
            rest.stages, rest.predicate = rest.predicate or rest.stages, []
            path.items.append(rest)
        _check_steps(path.items)
        path.keep_singleton = path.keep_singleton or any(step.keep_array for step in path.items)
        for step in (path.items[0], path.items[-1]):
            step.constructed = step.constructed or (step.kind == "unary" and step.value == "[")
        self._seek_from_last(path)
        return path

    def _filter(self, node: Node) -> Node:
        result = self._part(node.left)
        step = result.items[-1] if result.kind == "path" else result
        if step.group:
            raise JsonataError("S0209", position=node.position)
        condition = self._part(node.right)
        for slot in condition.seeking:
            if slot.level == 1:
                self._seek(step, slot)
            else:
                slot.level -= 1
        _pass_on(step, condition if condition.seeking else None)
        (step.stages if result.kind == "path" else step.predicate).append(Stage(condition))
        return result

    def _grouped(self, node: Node) -> Node:
        result = self._part(node.left)
        if result.group:
            raise JsonataError("S0210", position=node.position)
        result.group = Group([(self.shape(name), self.shape(value)) for name, value in node.pairs], node.position)
        return result

    def _ordered(self, node: Node) -> Node:
        path = _path(self._part(node.left))
        sort = Node("sort", node.position)
        sort.terms = [Term(self._passing(sort, term.expression), term.descending) for term in node.terms]
        path.items.append(sort)
        self._seek_from_last(path)
        return path

    def _focus(self, node: Node) -> Node:
        result = self._part(node.left)
        step = result.items[-1] if result.kind == "path" else result
        if step.stages or step.predicate:
            raise JsonataError("S0215", position=node.position)
        if step.kind == "sort":
            raise JsonataError("S0216", position=node.position)
        step.keep_array = step.keep_array or node.keep_array
        step.focus = node.right.value if node.right else ""
        step.tuple = True
        return result

    def _numbered(self, node: Node) -> Node:
        result = self._part(node.left)
        name = node.right.value if node.right else ""
        if result.kind != "path":
            result.stages, result.predicate = result.predicate or result.stages, []
            result = Node("path", result.position, items=[result])
        step = result.items[-1]
        if step.stages:
            step.stages.append(Stage(index=name))
        else:
            step.index = name
        step.tuple = True
        return result

    # --- parents

    def _seek_from_last(self, path: Node) -> None:
        last = path.items[-1]
        slots = last.seeking
        if last.kind == "parent" and last.slot:
            slots.append(last.slot)
        for slot in slots:
            self._seek_along(path, slot)

    def _seek_along(self, path: Node, slot: Slot) -> None:
        at = len(path.items) - 2
        while slot.level > 0:
            if at < 0:
                path.seeking.append(slot)
                return
            step = path.items[at]
            at -= 1
            while at >= 0 and step.focus and path.items[at].focus:
                step = path.items[at]  # bindings side by side stay at one level
                at -= 1
            self._seek(step, slot)

    def _seek(self, node: Node, slot: Slot) -> None:
        """Go up one step: the node may be the one whose origin is wanted."""
        match node.kind:
            case "name" | "wildcard":
                slot.level -= 1
                if slot.level == 0:
                    _keep(node, slot)
            case "parent":
                slot.level += 1
            case "block":
                if node.items:
                    node.tuple = True
                    self._seek(node.items[-1], slot)
            case "path":
                node.tuple = True
                at = len(node.items) - 1
                self._seek(node.items[at], slot)
                while slot.level > 0 and at > 0:
                    at -= 1
                    self._seek(node.items[at], slot)
            case _:
                raise JsonataError("S0217", position=node.position, token=node.kind)


def _keep(node: Node, slot: Slot) -> None:
    if node.ancestor:
        slot.label = node.ancestor.label
    node.ancestor = slot
    node.tuple = True


def _path(node: Node) -> Node:
    if node.kind == "path":
        return node
    path = Node("path", node.position, items=[node])
    if node.kind == "parent" and node.slot:
        path.seeking = [node.slot]
    return path


def _check_steps(steps: list[Node]) -> None:
    for step in steps:
        if step.kind in ("number", "value"):
            raise JsonataError("S0213", position=step.position, value=step.value)
        if step.kind == "string":
            step.kind = "name"


def _pass_on(above: Node, node: Node | None) -> None:
    """Tell the node above of the parents that are still sought."""
    if node is None:
        return
    if node.kind == "parent" and node.slot:
        above.seeking = [*above.seeking, *node.seeking, node.slot]
    elif node.seeking:
        above.seeking = [*above.seeking, *node.seeking]


def _with_tails(node: Node) -> Node:
    """Mark the calls that are the last thing a lambda does: they replace it rather than being waited for."""
    if node.predicate or node.group or node.keep_array:
        return node  # something is done with its value
    if node.kind == "function":
        node.tail = True
    elif node.kind == "condition":
        node.right = _with_tails(node.right) if node.right else None
        node.other = _with_tails(node.other) if node.other else None
    elif node.kind == "block" and node.items:
        node.items[-1] = _with_tails(node.items[-1])
    return node


BINARY: Final[Mapping[str, Callable[[_Shaper, Node], Node]]] = {
    ".": _Shaper._dot,
    "[": _Shaper._filter,
    "{": _Shaper._grouped,
    "^": _Shaper._ordered,
    ":=": _Shaper._bind,
    "@": _Shaper._focus,
    "#": _Shaper._numbered,
    "~>": _Shaper._apply,
}
KINDS: Final[Mapping[str, Callable[[_Shaper, Node], Node]]] = {
    "unary": _Shaper._unary,
    "function": _Shaper._call,
    "partial": _Shaper._call,
    "lambda": _Shaper._lambda,
    "condition": _Shaper._condition,
    "transform": _Shaper._transform,
    "block": _Shaper._block,
    "name": _Shaper._name,
    "parent": _Shaper._parent,
}
