"""How an image serves here: whose Python its model servers have, what they see, or that they are containers."""

import os
import sys
from pathlib import Path

import pytest

from penstock.composition.images import Images
from penstock.images.catalog import UnknownImage

AWS = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
PROGRAM = '[[images]]\nrepository = "{0}"\nversions = ["*"]\nenvironment = "installed"\nserve = ["python3", "{1}"]\n'


def images(data: Path, text: str, *, contain_unmapped: bool = False) -> Images:
    data.mkdir(exist_ok=True)
    (data / "images.toml").write_text(text)
    return Images(data, contain_unmapped=contain_unmapped)


def test_what_penstocks_own_python_serves_is_forked_and_another_environment_is_built_first(tmp_path: Path) -> None:
    found = images(tmp_path / "data", "")

    ours = found.served(f"{AWS}/sagemaker-scikit-learn:1.2-1-cpu-py3")
    other = found.served(f"{AWS}/pytorch-inference:2.3-cpu-py311")

    assert (ours.command, ours.furnish, ours.listens) == ((), None, False)
    python, script = map(Path, other.command)
    assert python.parent.parent in other.visible
    assert (python.name, script.name, other.variables["PENSTOCK_FRAMEWORK"]) == ("python3", "serve.py", "pytorch")
    assert python.parent.parent.parent == tmp_path / "data" / "environments"
    assert other.furnish is not None


def test_a_script_sees_the_environments_that_are_built_on_top_of_its_own(tmp_path: Path) -> None:
    found = images(tmp_path / "data", "")

    ours = found.served(f"{AWS}/sagemaker-scikit-learn:1.2-1-cpu-py3")
    other = found.served(f"{AWS}/pytorch-inference:2.3-cpu-py311")

    for served, names in ((ours, {"sagemaker-sdk", "sagemaker-sdk-3"}), (other, {"huggingface"})):
        told = served.variables["PENSTOCK_EXTENSIONS"].split(os.pathsep)
        assert names <= {Path(each).name.rpartition("-")[0] for each in told}
        assert set(map(Path, told)) <= set(served.visible)
    assert "notebooks" not in ours.variables["PENSTOCK_EXTENSIONS"]  # on top of sagemaker-sdk


def test_a_serve_program_is_seen_with_what_lies_beside_it_but_never_all_of_the_data_folder(tmp_path: Path) -> None:
    data, beside = tmp_path / "data", tmp_path / "beside"
    for folder in (data, beside):
        folder.mkdir()
        (folder / "serve.py").write_text("")

    found = images(data, PROGRAM.format("in", data / "serve.py") + PROGRAM.format("beside", beside / "serve.py"))

    assert found.served("in:1").visible == (data / "serve.py",)
    assert found.served("beside:1").visible == (beside,)
    assert found.served("beside:1").listens
    assert found.served("beside:1").command == ()


def test_an_environment_that_is_an_interpreter_serves_with_it(tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    text = f'[environments.mine]\npython = "{python}"\n'

    found = images(tmp_path / "data", text + PROGRAM.format("mine", "/serve.py").replace("installed", "mine"))
    served = found.served("mine:1")

    assert served.command[0] == str(python)
    assert served.command[1].endswith("serve_program.py")
    assert tmp_path in served.visible
    assert served.furnish is None


def test_images_that_are_containers_serve_in_those(tmp_path: Path) -> None:
    text = '[[images]]\nrepository = "churn"\nversions = ["*"]\nruntime = "container"\nvariables.COLOUR = "red"\n'

    served = images(tmp_path / "data", text, contain_unmapped=True).served("churn:3")

    assert (served.is_container, served.listens, served.variables) == (True, True, {"COLOUR": "red"})
    assert images(tmp_path / "data", "", contain_unmapped=True).served("nobodys:1").is_container
    with pytest.raises(UnknownImage, match="no environment is mapped"):
        images(tmp_path / "data", "").served("nobodys:1")
