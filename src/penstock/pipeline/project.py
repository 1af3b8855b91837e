"""The project: the user's own modules and files, which a step's code is made of.

It is the folder of the pipeline's file (the one above it, if that is part of a package). A step gets the modules that
its own module imports, and theirs, and all files that are no Python: so a change elsewhere leaves it as it was, and
cached. What `.gitignore` and `.penstockignore` in that folder name is left out.
"""

import ast
import gzip
import hashlib
import importlib.util
import io
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Final

from penstock.pipeline.mistakes import Mistake, Place

IGNORED: Final = ("__pycache__/", "*.pyc", "*.egg-info/", "node_modules/", "*.md", "*.ipynb", ".*")
IGNORE_FILES: Final = (".gitignore", ".penstockignore")
NO_CODE: Final = ("pyvenv.cfg", "penstock.db")  # what marks a virtual environment, and a data folder of Penstock's
LARGEST: Final = 64 * 1024 * 1024
MOST_FILES: Final = 10_000
DYNAMIC: Final = ("importlib", "__import__")
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the first moment of zip archives


@dataclass(frozen=True)
class Project:
    """A folder of modules."""

    root: Path
    files: Mapping[str, bytes]

    @classmethod
    def around(cls, file: Path, *, without: AbstractSet[Path] = frozenset()) -> "Project":
        """The project that a file belongs to. `without` are data, which travel by themselves."""
        root = root_of(file)
        found: dict[str, bytes] = {}
        size = 0
        for path in _walk(root, Ignored.of(root)):
            if without and without & {path, *path.parents}:
                continue
            size += path.stat().st_size
            if size > LARGEST or len(found) >= MOST_FILES:
                raise Mistake(
                    f"the project {root} has more than {LARGEST >> 20} MiB or {MOST_FILES} files: name what steps do "
                    f"not need in .penstockignore (the last was {path.relative_to(root)}).",
                    Place(str(file), 1),
                )
            found[path.relative_to(root).as_posix()] = path.read_bytes()
        return cls(root, found)

    @cached_property
    def modules(self) -> Mapping[str, str]:
        """Files by the names that they are imported by."""
        named = {}
        for name in self.files:
            path = PurePosixPath(name)
            if path.suffix == ".py":
                parts = path.parent.parts if path.stem == "__init__" else (*path.parent.parts, path.stem)
                named[".".join(parts)] = name
        return named

    def reached(self, module: str) -> frozenset[str]:
        """The files of the modules that a module imports, one by another, and its own."""
        found: set[str] = set()
        waiting = [module]
        while waiting:
            for parent in _parents(waiting.pop()):
                file = self.modules.get(parent)
                if file is None or file in found:
                    continue
                found.add(file)
                text = self.files[file].decode(errors="replace")
                if any(word in text for word in DYNAMIC):
                    return frozenset(self.modules.values())
                package = parent if file.endswith("__init__.py") else parent.rpartition(".")[0]
                waiting.extend(_imported(text, package, self.root / file))
        return frozenset(found)

    def archive(self, module: str) -> bytes:
        """What a step of that module is shipped with, as a zip whose bytes follow from the content alone."""
        reached = self.reached(module)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted(self.files.items()):
                if name in reached or not name.endswith(".py"):
                    archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
        return packed.getvalue()


def root_of(file: Path) -> Path:
    """The folder that a file's module is imported from."""
    folder = file.resolve().parent
    while (folder / "__init__.py").exists():
        folder = folder.parent
    return folder


def load(file: Path) -> ModuleType:
    """The module in a file, imported from its project by the name that it will have in jobs. Raises `Mistake`."""
    if not file.is_file() or file.suffix != ".py":
        raise FileNotFoundError(f"there is no Python file '{file}'")
    root = root_of(file)
    name = ".".join(file.resolve().relative_to(root).with_suffix("").parts)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    spec = importlib.util.spec_from_file_location(name, file.resolve())
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def digest(*contents: bytes) -> str:
    found = hashlib.sha256()
    for content in contents:
        found.update(len(content).to_bytes(8, "big") + content)
    return found.hexdigest()[:32]


def data_digest(path: Path) -> str:
    """What a file holds, or a folder: names and contents. Files are not held in memory."""
    found = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file()):
        name = b"" if file == path else file.relative_to(path).as_posix().encode()
        with file.open("rb") as content:
            inner = hashlib.file_digest(content, "sha256").digest()
        found.update(len(name).to_bytes(8, "big") + name + inner)
    return found.hexdigest()[:32]


def tarball(files: Mapping[str, bytes]) -> bytes:
    """A `tar.gz` whose bytes follow from the content alone."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def _parents(module: str) -> Iterator[str]:
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        yield ".".join(parts[:count])


def _imported(text: str, package: str, file: Path) -> Iterator[str]:
    """What a module's text imports, wherever in it: modules, and names that may be modules."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise Mistake(f"this is no Python: {error.msg}.", Place(str(file), error.lineno or 1)) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".") if package else []
            above = above[: len(above) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" if base else alias.name for alias in node.names)


# --------------------------------------------------------------------------------------------------- left out


@dataclass(frozen=True, slots=True)
class Ignored:
    """Patterns as git has them; the last that matches decides."""

    patterns: tuple[tuple[re.Pattern[str], bool], ...]

    @classmethod
    def of(cls, root: Path) -> "Ignored":
        lines = [*IGNORED]
        for name in IGNORE_FILES:
            if (root / name).is_file():
                lines += (root / name).read_text().splitlines()
        return cls(tuple(pattern(line) for raw in lines if (line := raw.strip()) and not line.startswith("#")))

    def has(self, path: str, *, is_folder: bool) -> bool:
        subject = f"{path}/" if is_folder else path
        decided = False
        for expression, is_out in self.patterns:
            if expression.fullmatch(subject):
                decided = is_out
        return decided


def pattern(line: str) -> tuple[re.Pattern[str], bool]:
    """A line of an ignore file: what it matches, and whether that is left out."""
    is_out = not line.startswith("!")
    line = line.lstrip("!")
    is_folder, anywhere = line.endswith("/"), "/" not in line.rstrip("/")
    found = ""
    for part in re.split(r"(\*\*/?|\*|\?)", line.strip("/")):
        found += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
    return re.compile(("(?:.*/)?" if anywhere else "") + found + ("/" if is_folder else "/?")), is_out


def _walk(folder: Path, ignored: Ignored, below: str = "") -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        name = f"{below}{path.name}"
        if ignored.has(name, is_folder=path.is_dir()):
            continue
        if path.is_dir():
            if not path.is_symlink() and not any((path / mark).exists() for mark in NO_CODE):
                yield from _walk(path, ignored, f"{name}/")
        elif path.is_file():
            yield path
