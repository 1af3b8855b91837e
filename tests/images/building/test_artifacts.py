"""Which files become artifacts: the examples of AWS's user guide, on a tree of our own."""

import os
import zipfile
from pathlib import Path

import pytest

from images.building.builds import Json, artifacts, build, phase

TREE = (
    "my-build1/index.js", "my-build1/lib/deep.js", "my-build2/index.js", "target/app.war", "target/classes/A.class",
    "target/classes/skip.class", "README.md", "out/.hidden", "out/a b.txt",
)  # fmt: skip
GUIDE: list[tuple[str, Json, set[str]]] = [
    ("one file", artifacts("target/app.war"), {"target/app.war"}),
    ("one file without its folders", artifacts("target/app.war", flat=True), {"app.war"}),
    ("everything", artifacts("**/*"), set(TREE)),
    ("everything of a folder", artifacts("target/**/*"), {each for each in TREE if each.startswith("target/")}),
    ("the files of a folder", artifacts("target/*"), {"target/app.war"}),
    ("a base directory", artifacts("**/*", base="target"), {"app.war", "classes/A.class", "classes/skip.class"}),
    ("a base directory, no wildcard", artifacts("classes/A.class", base="target"), {"classes/A.class"}),
    ("a base directory, flat", artifacts("**/*.class", base="target", flat=True), {"A.class", "skip.class"}),
    ("a base directory of the shell", artifacts("*.war", base="$WHERE"), {"app.war"}),
    ("base directories by a wildcard", artifacts("**/*", base="my-build*"), set(TREE[:3])),
    ("base directories by a wildcard, flat", artifacts("**/*", base="my-build*", flat=True), {"index.js", "deep.js"}),
    ("all but some", artifacts("**/*", base="target", exclude=["classes/**/*"]), {"app.war"}),
    ("all but one", artifacts("target/**/*", exclude=["target/classes/skip.class"]), set(TREE[3:5])),
    ("all but those of a name", artifacts("**/*", exclude=["**/*.js", "out/**/*"]), {*TREE[3:7]}),
    ("several patterns", artifacts("README.md", "my-build1/*"), {"README.md", "my-build1/index.js"}),
    ("a file twice", artifacts("README.md", "*.md"), {"README.md"}),
    ("a hidden file, a space", artifacts("out/*"), {"out/.hidden", "out/a b.txt"}),
    ("a file by its path in the build", artifacts("$CODEBUILD_SRC_DIR/README.md"), {"README.md"}),
]


@pytest.mark.parametrize("packed", [False, True], ids=["files", "zip"])
def test_which_files_are_kept(tmp_path: Path, packed: bool) -> None:
    folder = tmp_path / "src"
    for name in TREE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    wanted = [{**each, "identifier": f"a{number}", "packed": packed} for number, (_, each, _) in enumerate(GUIDE)]

    done = build(
        tmp_path, phase("build", "true"), artifacts=wanted,
        variables={"WHERE": "target", "CODEBUILD_SRC_DIR": str(folder)},
    )  # fmt: skip

    assert done.status == 0
    for number, (case, _, files) in enumerate(GUIDE):
        assert kept(tmp_path / "artifacts" / f"a{number}", packed) == files, case


def kept(folder: Path, packed: bool) -> set[str]:
    if packed:
        with zipfile.ZipFile(folder / "artifacts.zip") as archive:
            return set(archive.namelist())
    return {os.path.relpath(path, folder) for path in folder.rglob("*") if path.is_file()}


def test_a_pattern_that_means_nothing_is_passed_over_where_another_means_something(tmp_path: Path) -> None:
    good = build(tmp_path, phase("build", "echo >a"), artifacts=[artifacts("a", "none", "no/**/*")])
    bad = build(tmp_path, phase("build", "true"), artifacts=[artifacts("none", "no/**/*")])

    assert good.status == 0
    assert bad.phases["UPLOAD_ARTIFACTS"] == "FAILED"
    assert bad.message("UPLOAD_ARTIFACTS") == "CLIENT_ERROR: no matching artifact paths found"
