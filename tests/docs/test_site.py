"""The documentation site builds without a warning (dead links and lost pages are such), and fetches nothing."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docs.pages import DOCS

pytestmark = pytest.mark.group("docs")
FETCHED = re.compile(r"""<(?:script|img|iframe)\b[^>]*\bsrc="([^"]*)"|<link\b[^>]*\bhref="([^"]*)"|url\(([^)]*)\)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pages, plain: dressing them takes longer than everything else."""
    return built(DOCS, tmp_path_factory.mktemp("site"), "-D", "html_theme=basic")


@pytest.fixture(scope="module")
def dressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page and the index of it, as `make site` dresses all."""
    pages = tmp_path_factory.mktemp("pages")
    shutil.copy(DOCS / "conf.py", pages)
    shutil.copy(DOCS / "events.md", pages)
    (pages / "index.md").write_text("# One\n\n```{toctree}\nevents\n```\n")
    return built(pages, tmp_path_factory.mktemp("dressed"), "-D", "suppress_warnings=myst.xref_missing")


def built(pages: Path, folder: Path, *options: str) -> Path:
    """A site of pages, without a warning; a folder beside it keeps what Sphinx has read."""
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", str(folder / "read")]
    words = [*sphinx, *options, str(pages), str(folder / "site")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=170, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return folder / "site"


def test_every_page_is_reached_from_the_first(site: Path) -> None:
    first = (site / "index.html").read_text()

    pages = {str(page.relative_to(DOCS).with_suffix(".html")) for page in DOCS.rglob("*.md")} - {"index.html"}
    assert {page for page in pages if f'href="{page}"' not in first} == set()


def test_nothing_is_fetched_from_elsewhere(site: Path, dressed: Path) -> None:
    found = (path for folder in (site, dressed) for path in folder.rglob("*"))
    texts = [path.read_text() for path in found if path.suffix in (".html", ".css")]

    fetched = {address for text in texts for found in FETCHED.finditer(text) for address in found.groups() if address}
    assert len(fetched) > 5
    assert {address for address in fetched if re.match(r"[\"']?(https?:)?//", address)} == set()
