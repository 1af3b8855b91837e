"""Write the typed dicts of requests and responses from the models: shapes.py [--check] [SERVICE [OPERATION…]].

    python scripts/shapes.py                          every service package that has a shapes.py
    python scripts/shapes.py sagemaker                the operations that the package's `@operation("…")` marks name
    python scripts/shapes.py sagemaker CreateApp      and one more, whose handler is still to come
    python scripts/shapes.py --check                  write nothing; fail if a file is not what it should be

SERVICE is a folder of `src/penstock/services`. Operations asked for by name are remembered in the file's docstring
until they have a handler.
"""

import argparse
import keyword
import re
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from penstock.wire import models

SERVICES: Final = Path(__file__).parents[1] / "src" / "penstock" / "services"
MODELS: Final = {
    "autoscaling": ("application-autoscaling",),
    "codebuild": ("codebuild", "ssm"),
    "lambda_": ("lambda",),
    "identity": ("iam", "sts"),
    "notifications": ("codestar-notifications",),
    "sagemaker": ("sagemaker", "sagemaker-runtime", "sagemaker-metrics", "sagemaker-featurestore-runtime"),
}  # folders not named as botocore names them
MARK: Final = re.compile(r'@operation\(\s*"(\w+)"')
ASKED: Final = re.compile(r"Asked for by name: ([\w, \n]+)\.")
WIDTH: Final = 120
SCALARS: Final = {
    "string": "str",
    "character": "str",
    "integer": "int",
    "long": "int",
    "float": "float",
    "double": "float",
    "boolean": "bool",
    "timestamp": "float",
    "blob": "bytes",
}


class Types:
    """The types that operations of one model are made of, each under its name, as Python text.

    `renamed` are names that another model of the same file gives to something else.
    """

    def __init__(self, service: str, renamed: frozenset[str] = frozenset()) -> None:
        self.service = service
        self.texts: dict[str, str] = {}
        self._renamed = renamed

    def add(self, operation: OperationModel) -> None:
        """A request and a response, named after the operation, whatever AWS calls the shapes."""
        for shape, role in ((operation.input_shape, "Request"), (operation.output_shape, "Response")):
            self._structure(operation.name + role, shape)

    def _structure(self, name: str, shape: StructureShape | None) -> str:
        name = self._name(name)
        if name in self.texts:
            return name
        self.texts[name] = ""  # a promise, for shapes that hold themselves
        members = {} if shape is None else shape.members
        required = () if shape is None else shape.required_members
        lines = {
            member: self._annotation(each) if member in required else f"NotRequired[{self._annotation(each)}]"
            for member, each in members.items()
        }
        self.texts[name] = typed_dict(name, lines)
        return name

    def _annotation(self, shape: Shape) -> str:
        match shape:
            case StructureShape():
                if shape.is_document_type or shape.serialization.get("eventstream"):
                    return "Json"
                return self._structure(shape.name, shape)
            case ListShape():
                return f"list[{self._annotation(shape.member)}]"
            case MapShape():
                return f"dict[str, {self._annotation(shape.value)}]"
            case _ if enum := shape.metadata.get("enum"):
                return self._enum(shape.name, enum)
            case _ if shape.serialization.get("streaming"):
                return "bytes | Body"
            case _:
                return SCALARS[shape.type_name]

    def _enum(self, name: str, values: Iterable[str]) -> str:
        name = self._name(name)
        inside = textwrap.fill(", ".join(f'"{value}"' for value in values), WIDTH - 4, break_on_hyphens=False)
        self.texts[name] = f"{name}: TypeAlias = Literal[\n{textwrap.indent(inside, '    ')}\n]\n"
        return name

    def _name(self, name: str) -> str:
        name = name[0].upper() + name[1:]
        prefix = self.service.title().replace("-", "")
        return prefix + name if name in self._renamed else name


def typed_dict(name: str, members: dict[str, str]) -> str:
    """A class, or a call where a member's name could not stand in a class."""
    if all(member.isidentifier() and not keyword.iskeyword(member) for member in members):
        body = "".join(f"    {member}: {annotation}\n" for member, annotation in members.items()) or "    pass\n"
        return f"class {name}(TypedDict):\n{body}"
    body = "".join(f'    "{member}": "{annotation}",\n' for member, annotation in members.items())
    return f'{name} = TypedDict("{name}", {{\n{body}}})\n'


def merged(services: Iterable[str], operations: frozenset[str]) -> dict[str, str]:
    """The types of several models in one file: where they differ under one name, the later model's get its name."""
    texts: dict[str, str] = {}
    for service in services:
        plain = types_of(service, operations, frozenset())
        taken = frozenset(name for name, text in plain.items() if texts.get(name, text) != text)
        texts |= types_of(service, operations, taken) if taken else plain
    return texts


def types_of(service: str, operations: frozenset[str], renamed: frozenset[str]) -> dict[str, str]:
    types = Types(service, renamed)
    for name in sorted(operations & set(models.model(service).operation_names)):
        types.add(models.model(service).operation_model(name))
    return types.texts


def generated(folder: Path, asked: Iterable[str]) -> str:
    """The whole file of a service package."""
    services = MODELS.get(folder.name, (folder.name,))
    marked = {name for path in folder.rglob("*.py") for name in MARK.findall(path.read_text())}
    extra = sorted((set(asked) | remembered(folder / "shapes.py")) - marked)
    operations = frozenset(marked | set(extra))
    known = {name for service in services for name in models.model(service).operation_names}
    if unknown := sorted(operations - known):
        raise SystemExit(f"{' and '.join(services)} have no operation {', '.join(unknown)}")
    return module(folder.name, extra, merged(services, operations))


def remembered(path: Path) -> set[str]:
    """The operations that the file was asked to have though they have no handler."""
    found = ASKED.search(path.read_text()) if path.exists() else None
    return set(re.findall(r"\w+", found[1])) if found else set()


def module(folder: str, extra: list[str], texts: dict[str, str]) -> str:
    body = "\n\n".join(texts[name] for name in sorted(texts))
    typing = [word for word in ("Literal", "NotRequired", "TypeAlias", "TypedDict") if re.search(rf"\b{word}\b", body)]
    call = [word for word in ("Body", "Json") if re.search(rf"[ \[]{word}[\]\n\"]", body)]
    also = f"Asked for by name: {', '.join(extra)}.\n" if extra else ""
    head = (
        f'"""Requests and responses of {folder}, from its model. Do not edit: `python scripts/shapes.py {folder}`.\n\n'
        "Timestamps are seconds since the epoch, blobs are bytes, a streamed payload may be a `Body`.\n"
        f'{textwrap.fill(also, WIDTH)}{chr(10) * bool(extra)}"""\n\nfrom __future__ import annotations\n'
    )
    imports = "\n" + f"from typing import {', '.join(typing)}\n" * bool(typing)
    imports += f"\nfrom penstock.wire.call import {', '.join(call)}\n" * bool(call)
    return f"{head}{imports}\n\n{body}"


def folders(named: str | None) -> list[Path]:
    if named is None:
        return sorted(path.parent for path in SERVICES.glob("*/shapes.py"))
    if not (SERVICES / named).is_dir():
        raise SystemExit(f"there is no service package {named} in {SERVICES}")
    return [SERVICES / named]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="fail if a file is stale")
    parser.add_argument("service", nargs="?", help="a folder of src/penstock/services")
    parser.add_argument("operation", nargs="*", help="operations without a handler yet")
    given = parser.parse_args()
    stale = []
    for folder in folders(given.service):
        text, path = generated(folder, given.operation), folder / "shapes.py"
        if path.exists() and path.read_text() == text:
            continue
        if given.check:
            stale.append(folder.name)
        else:
            path.write_text(text)
    if stale:
        sys.exit(f"stale: run `python scripts/shapes.py` for {', '.join(stale)}")


if __name__ == "__main__":
    main()
