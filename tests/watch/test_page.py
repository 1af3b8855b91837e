"""The page's own programs, run by node in a document that stands in for a browser's (`browser.mjs`)."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("node") is None, reason="the page's programs are run by node, which is not installed")
def test_the_page_shows_what_it_is_told() -> None:
    done = subprocess.run(
        ["node", "--test", "page.test.mjs"], cwd=HERE, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
