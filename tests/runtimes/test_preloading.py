"""Model servers that begin with their imports done: which do, and that they could not tell."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from penstock.composition.modelservers import code_of, model_servers
from penstock.engine.residents import Request, Resident, Setting
from penstock.runtimes.residents.preloading import wanted
from runtimes.worlds import DEADLINE

pytestmark = pytest.mark.group("sandbox")

FACTS = {"path": "/invocations", "content_type": "text/csv", "accept": "", "attributes": "", "streams": ""}
SERVES = """
import sys
there = [name for name in ("colorsys", "click", "numpy") if name in sys.modules]
{imports}

def model_fn(folder):
    return 1

def transform_fn(model, content, content_type, accept):
    return {answer}, 'text/plain'
"""


def setting(root: Path, preload: tuple[str, ...], **files: str) -> Setting:
    """A model server with files beside its model."""
    code = root / "data" / "model" / "code"
    code.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        code.joinpath(name.replace("_", ".")).write_text(text)
    where = {"SAGEMAKER_PROGRAM": "serves.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    return Setting(
        language="python", variables={"PATH": "/usr/bin:/bin", "HOME": "/tmp", **where}, log=root / "log",
        folders={"/opt/ml": root / "data"}, working_folder="/tmp", memory_mib=512, scratch_mib=64, preload=preload,
    )  # fmt: skip


@asynccontextmanager
async def served(setting: Setting, times: int = 1) -> AsyncIterator[list[Resident]]:
    hidden = setting.log.parent / "hidden"
    nurseries = model_servers(hidden, hidden / "log")
    try:
        yield [await nurseries.start(setting) for _ in range(times)]
    finally:
        await nurseries.close()


async def said(resident: Resident) -> str:
    async with asyncio.timeout(DEADLINE):
        reply = await resident.ask(Request(payload=b"1", facts=FACTS, longest=60.0))
    head, _ = struct.unpack_from(">II", reply.payload)
    assert json.loads(reply.payload[8 : 8 + head])["status"] == 200, reply
    return reply.payload[8 + head :].decode()


THERE = "' '.join(there)"


async def test_what_its_code_names_is_there_before_it_begins(tmp_path: Path) -> None:
    named = SERVES.format(imports="import colorsys", answer=THERE)

    async with served(setting(tmp_path, ("colorsys", "click"), serves_py=named)) as (resident,):
        assert await said(resident) == "colorsys click"


async def test_a_module_of_its_own_is_imported_though_one_of_its_name_was(tmp_path: Path) -> None:
    named = SERVES.format(imports="import click", answer="click.WHOSE")
    one = setting(tmp_path, ("click",), serves_py=named, click_py="WHOSE = 'mine'\n")

    async with served(one) as (resident,):
        assert await said(resident) == "mine"


async def test_each_has_chance_and_threads_of_its_own(tmp_path: Path) -> None:
    named = SERVES.format(imports="import numpy", answer="str(numpy.random.random())")

    async with served(setting(tmp_path, ("numpy",), serves_py=named), times=2) as (one, other):
        first = await said(one)
        assert first != await said(other)
        assert first != await said(one)


async def test_what_cannot_be_imported_before_is_left_to_it(tmp_path: Path) -> None:
    named = SERVES.format(imports="colorsys = 'no_such_module'", answer="colorsys")

    async with served(setting(tmp_path, ("no_such_module",), serves_py=named)) as (resident,):
        assert await said(resident) == "no_such_module"


@pytest.mark.parametrize(
    ("files", "is_wanted"),
    [
        ({"serves_py": "from sklearn import svm\n"}, True),
        ({"serves_py": "import json\n"}, False),
        ({"serves_py": "import helper\n", "helper_py": "import joblib\n"}, True),
        ({"serves_py": "import joblib\n", "requirements_txt": "joblib==1.0\n"}, False),
        ({"serves_py": "import joblib\n", "setup_py": ""}, False),
        ({}, True),  # the image's own algorithm
    ],
)
def test_a_guess_from_its_code_says_what_it_needs(tmp_path: Path, files: dict[str, str], is_wanted: bool) -> None:
    one = setting(tmp_path, ("joblib", "sklearn.metrics"), **files)

    assert wanted(one, code_of(one)) == (one.preload if is_wanted else ())
