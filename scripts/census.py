"""Print how large the rooms are: lines a function and a module, to be looked at (see style: sizes are printed)."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "penstock"
GENERATED = "shapes.py"


def functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def quantile(sizes: list[int], share: float) -> int:
    return sorted(sizes)[min(len(sizes) - 1, int(len(sizes) * share))] if sizes else 0


def main() -> None:
    modules: list[tuple[int, str]] = []
    found: list[tuple[int, str]] = []
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name == GENERATED:
            continue
        text = path.read_text()
        place = str(path.relative_to(SOURCE))
        modules.append((text.count("\n"), place))
        found += [(lines, f"{place}:{name}") for name, lines in functions(ast.parse(text))]
    for kind, sizes in (("module", modules), ("function", found)):
        counts = [lines for lines, _ in sizes]
        print(
            f"{len(counts):5} {kind}s  median {quantile(counts, 0.5)}  90 % {quantile(counts, 0.9)}  "
            f"largest {', '.join(f'{name} {lines}' for lines, name in sorted(sizes, reverse=True)[:3])}"
        )


if __name__ == "__main__":
    main()
