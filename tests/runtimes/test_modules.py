"""Modules of Node.js: what a lock names, laid out by npm, once."""

from pathlib import Path

import pytest

from penstock.runtimes.environments.build import Unbuildable
from penstock.runtimes.environments.modules import Modules

PRETENDED = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/told"
[ -e "$(dirname "$0")/broken" ] && { echo "npm error no network"; exit 1; }
for last; do :; done
[ "$(realpath "$last")" = "$last" ] || { echo "npm error Missing: it is a link"; exit 1; }
mkdir "$last/node_modules"
"""


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an npm that does not install, and refuses links as the real one does."""
    place = tmp_path / "bin"
    place.mkdir()
    (place / "npm").write_text(PRETENDED)
    (place / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:/usr/bin:/bin")
    return place


def modules(tmp_path: Path, shelf: Path, *times: float) -> Modules:
    described = tmp_path / "described"
    described.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (described / name).write_text("{}")
    moments = iter(times)
    return Modules(shelf, described, lambda: next(moments))


async def test_modules_are_installed_once_and_through_a_link_to_the_shelf_too(npm: Path, tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "shelf")

    first = await modules(tmp_path, tmp_path / "link", 1.0).furnish()
    second = await modules(tmp_path, tmp_path / "shelf").furnish()

    assert (first / "node_modules").is_dir()
    assert first.resolve() == second
    assert len((npm / "told").read_text().splitlines()) == 1


async def test_a_failure_is_told_for_a_while_and_then_it_is_tried_again(npm: Path, tmp_path: Path) -> None:
    asked = modules(tmp_path, tmp_path / "shelf", 1.0, 1.0, 30.0, 90.0)
    (tmp_path / "shelf").mkdir()
    (npm / "broken").touch()

    for _ in range(2):
        with pytest.raises(Unbuildable, match=r"npm could not install them .*no network"):
            await asked.furnish()
    (npm / "broken").unlink()

    assert (await asked.furnish() / "node_modules").is_dir()
    assert len((npm / "told").read_text().splitlines()) == 2
