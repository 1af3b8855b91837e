"""What a step is shipped with: the modules that its own imports reach, in an archive that follows from the content."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from penstock.pipeline import Mistake
from penstock.pipeline.project import Ignored, Project, data_digest, root_of, tarball


def project(folder: Path, files: dict[str, str]) -> Project:
    for name, content in {"flow.py": "", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return Project.around(folder / "flow.py")


def names(archive: bytes) -> set[str]:
    return set(zipfile.ZipFile(BytesIO(archive)).namelist())


def test_a_step_has_the_modules_that_are_imported_on_the_way_and_all_other_files(tmp_path: Path) -> None:
    found = project(
        tmp_path,
        {
            "flow.py": "import prep\nimport train",
            "prep.py": "from lib import clean",
            "train.py": "import json",
            "lib/__init__.py": "",
            "lib/clean.py": "from . import words\n",
            "lib/words.py": "",
            "lib/unused.py": "",
            "notes.txt": "n",
        },
    )

    assert names(found.archive("prep")) == {"prep.py", "lib/__init__.py", "lib/clean.py", "lib/words.py", "notes.txt"}
    assert names(found.archive("train")) == {"train.py", "notes.txt"}


def test_a_change_elsewhere_leaves_a_step_as_it_was(tmp_path: Path) -> None:
    before = project(tmp_path, {"flow.py": "import prep, train", "prep.py": "", "train.py": "a = 1"})
    after = project(tmp_path, {"train.py": "a = 2"})

    assert before.archive("prep") == after.archive("prep")
    assert before.archive("train") != after.archive("train")


def test_a_module_that_imports_by_name_has_all_others(tmp_path: Path) -> None:
    found = project(tmp_path, {"flow.py": "import importlib", "other.py": ""})

    assert names(found.archive("flow")) == {"flow.py", "other.py"}


def test_what_ignore_files_name_is_left_out(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.csv\n!kept.csv\n/build/\nlogs/**/old.txt\n# a comment\n")
    (tmp_path / ".penstockignore").write_text("secret.txt\n")
    ignored = Ignored.of(tmp_path)

    out = ["a.csv", "deep/a.csv", "logs/a/b/old.txt", "logs/old.txt", "secret.txt", ".env"]
    assert [name for name in [*out, "kept.csv", "flow.py"] if ignored.has(name, is_folder=False)] == out
    folders = ["build", ".git", "deep/__pycache__"]
    assert [name for name in [*folders, "deep/build"] if ignored.has(name, is_folder=True)] == folders


def test_virtual_environments_and_data_folders_are_left_out(tmp_path: Path) -> None:
    found = project(tmp_path, {"env/pyvenv.cfg": "", "env/x.py": "", "here/penstock.db": "", "here/jobs/flow.py": ""})

    assert set(found.files) == {"flow.py"}


def test_a_package_is_shipped_from_the_folder_that_it_is_imported_from(tmp_path: Path) -> None:
    (tmp_path / "house" / "rooms").mkdir(parents=True)
    for folder in ("house", "house/rooms"):
        (tmp_path / folder / "__init__.py").write_text("")

    assert root_of(tmp_path / "house" / "rooms" / "flow.py") == tmp_path


def test_a_project_that_is_too_large_says_what_would_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.pipeline.project.LARGEST", 3)

    with pytest.raises(Mistake, match=r"name what steps do not need in \.penstockignore"):
        project(tmp_path, {"flow.py": "1234"})


def test_archives_and_folders_of_the_same_content_are_the_same(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "a.txt").write_text("a")

    assert data_digest(tmp_path / "one") == data_digest(tmp_path / "two")
    assert tarball({"b": b"2", "a": b"1"}) == tarball({"a": b"1", "b": b"2"})

    (tmp_path / "two" / "sub" / "a.txt").rename(tmp_path / "two" / "sub" / "b.txt")
    assert data_digest(tmp_path / "one") != data_digest(tmp_path / "two")
