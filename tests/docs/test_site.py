"""The documentation site builds without a warning (dead links and lost pages are such), and fetches nothing."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.pages import DOCS

pytestmark = pytest.mark.xdist_group("docs")
FETCHED = re.compile(r"""<(?:script|img|iframe)\b[^>]*\bsrc="([^"]*)"|<link\b[^>]*\bhref="([^"]*)"|url\(([^)]*)\)""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as `make site` builds it; a folder beside it keeps what Sphinx has read."""
    folder = tmp_path_factory.mktemp("site")
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", str(folder / "read")]
    built = subprocess.run(
        [*sphinx, str(DOCS), str(folder / "site")], capture_output=True, text=True, timeout=170, check=False
    )
    assert (built.returncode, built.stderr) == (0, ""), built.stderr
    return folder / "site"


def test_every_page_is_reached_from_the_first(site: Path) -> None:
    first = (site / "index.html").read_text()

    pages = {str(page.relative_to(DOCS).with_suffix(".html")) for page in DOCS.rglob("*.md")} - {"index.html"}
    assert {page for page in pages if f'href="{page}"' not in first} == set()


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    texts = [path.read_text() for path in site.rglob("*") if path.suffix in (".html", ".css")]

    fetched = {address for text in texts for found in FETCHED.finditer(text) for address in found.groups() if address}
    assert len(fetched) > 5
    assert {address for address in fetched if re.match(r"[\"']?(https?:)?//", address)} == set()
