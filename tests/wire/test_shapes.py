"""The generated typed dicts: what is in them, and that none is stale."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shapes() -> ModuleType:
    spec = importlib.util.spec_from_file_location("shapes", ROOT / "scripts" / "shapes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A service package of one handler."""
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "api.py").write_text('class Logs:\n    @operation("PutLogEvents")\n    async def put(self): ...\n')
    return folder


def test_operations_with_a_handler_get_their_types(shapes: ModuleType, package: Path) -> None:
    text = shapes.generated(package, ())

    assert "class PutLogEventsRequest(TypedDict):\n    logGroupName: str\n    logStreamName: str\n" in text
    assert "    sequenceToken: NotRequired[str]\n" in text
    assert 'EntityRejectionErrorType: TypeAlias = Literal[\n    "InvalidEntity"' in text
    assert "GetLogEvents" not in text


def test_operations_asked_for_by_name_are_remembered_until_they_have_a_handler(
    shapes: ModuleType, package: Path
) -> None:
    (package / "shapes.py").write_text(shapes.generated(package, ["GetLogEvents"]))

    assert "Asked for by name: GetLogEvents." in shapes.generated(package, ())

    (package / "more.py").write_text('@operation("GetLogEvents")\n')

    assert "Asked for by name" not in shapes.generated(package, ())
    assert "class GetLogEventsRequest" in shapes.generated(package, ())


def test_an_operation_that_does_not_exist_is_told(shapes: ModuleType, package: Path) -> None:
    with pytest.raises(SystemExit, match="logs have no operation PutLogs"):
        shapes.generated(package, ["PutLogs"])


def test_two_models_in_one_file_do_not_mix_their_types(shapes: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "identity"
    folder.mkdir()

    text = shapes.generated(folder, ["GetCallerIdentity", "AssumeRole", "CreateRole"])

    assert "class CreateRoleResponse(TypedDict):\n    Role: Role\n" in text
    assert "class GetCallerIdentityResponse(TypedDict):" in text
    assert text.count("class Tag(TypedDict)") == 1


def test_no_generated_file_is_stale() -> None:
    check = [sys.executable, str(ROOT / "scripts" / "shapes.py"), "--check"]

    checked = subprocess.run(check, capture_output=True, text=True, check=False, cwd=ROOT)

    assert checked.returncode == 0, checked.stderr
