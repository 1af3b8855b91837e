"""Which environment an image's address names."""

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.images import metrics
from penstock.images.catalog import INSIDE, BadCatalog, Catalog, Container, UnknownImage
from penstock.images.environments import locked, pins
from penstock.services.sagemaker.jobs.scan import value_in
from penstock_image.xgboost_mode import metrics as inside

EAST = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
CHINA = "451049120500.dkr.ecr.cn-north-1.amazonaws.com.cn"
DIGEST = "sha256:" + "0a" * 32


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


@pytest.mark.parametrize("registry", [EAST, CHINA, "123456789012.dkr.ecr.eu-west-1.amazonaws.com"])
@pytest.mark.parametrize("tag", ["0.20.0-cpu-py3", "0.23-1-cpu-py3", "1.0-1-cpu-py3", "1.2-1-cpu-py3", "1.4-2-cpu-py3"])
def test_the_scikit_learn_images_of_every_registry_are_known(catalog: Catalog, registry: str, tag: str) -> None:
    image = catalog.resolve(f"{registry}/sagemaker-scikit-learn:{tag}")

    assert (image.framework, image.environment, image.train) == ("sklearn", "installed", "script")
    assert image.version_asked == tag.removesuffix("-cpu-py3")
    assert image.variables["SAGEMAKER_TRAINING_MODULE"] == "sagemaker_sklearn_container.training:main"


@pytest.mark.parametrize(
    ("tag", "version", "form"),
    [
        ("0.90-2-cpu-py3", "0.90-2", "pickle"),
        ("1.0-1-cpu-py3", "1.0-1", "pickle"),
        ("1.2-1", "1.2-1", "pickle"),
        ("1.2-2", "1.2-2", "pickle"),
        ("1.3-1", "1.3-1", "save_model"),
        ("1.5-1-cpu-py3", "1.5-1", "save_model"),
        ("1.7-1", "1.7-1", "save_model"),
        ("3.0-5", "3.0-5", "save_model"),
    ],
)
def test_each_xgboost_image_writes_the_model_that_its_version_writes(
    catalog: Catalog, tag: str, version: str, form: str
) -> None:
    image = catalog.resolve(f"{EAST}/sagemaker-xgboost:{tag}")

    assert (image.version_asked, image.model_format, image.train) == (version, form, "algorithm")
    assert image.variables["PENSTOCK_MODEL_FORMAT"] == form
    assert image.variables["PENSTOCK_ALGORITHM_VERSION"] == version


@pytest.mark.parametrize("registry", ["811284229777.dkr.ecr.us-east-1", "433757028032.dkr.ecr.us-west-2"])
def test_the_first_xgboost_is_known_in_awss_own_registries_only(catalog: Catalog, registry: str) -> None:
    image = catalog.resolve(f"{registry}.amazonaws.com/xgboost:1")

    assert (image.train, image.model_format) == ("algorithm", "pickle")
    assert image.note.startswith("The image asks for XGBoost 0.72; it is run with")
    with pytest.raises(UnknownImage):
        catalog.resolve(f"{EAST}/xgboost:1")


def test_another_version_than_asked_for_is_told_in_a_sentence(catalog: Catalog) -> None:
    image = catalog.resolve(f"{EAST}/sagemaker-scikit-learn:1.2-1-cpu-py3")

    assert image.note == (
        f"The image asks for scikit-learn 1.2-1; it is run with {image.version_run}, which the environment "
        "'installed' has."
    )


def test_an_image_may_bring_a_server_of_its_own(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        '[[images]]\nrepository = "mine"\nversions = ["*"]\nenvironment = "installed"\nserve = ["python3", "/s.py"]\n'
    )

    assert Catalog(mine).resolve("mine:1").serve == ("python3", "/s.py")


def test_a_tag_with_a_digest_goes_by_the_tag(catalog: Catalog) -> None:
    assert catalog.resolve(f"{EAST}/sagemaker-xgboost:1.7-1@{DIGEST}").version_asked == "1.7-1"


def test_a_digest_alone_does_not_tell_the_version_and_the_error_says_so(catalog: Catalog) -> None:
    with pytest.raises(UnknownImage, match=r"named by its digest alone.*add the tag"):
        catalog.resolve(f"{EAST}/sagemaker-xgboost@{DIGEST}")


@pytest.mark.parametrize("uri", ["penstock/base", "penstock/base:2", f"penstock/base@{DIGEST}"])
def test_the_base_image_goes_by_any_tag_or_none(catalog: Catalog, uri: str) -> None:
    assert catalog.resolve(uri).framework == "none"


@pytest.mark.parametrize(
    "uri",
    [
        "localhost:5000/mine:3",
        f"{EAST}/sagemaker-xgboost:9.9-9",
        "1234.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
        f"{EAST}.example.com/sagemaker-xgboost:1.7-1",
    ],
)
def test_an_unknown_image_is_named_with_the_entry_that_would_map_it(catalog: Catalog, uri: str) -> None:
    with pytest.raises(UnknownImage) as caught:
        catalog.resolve(uri)

    assert f"'{uri}'" in str(caught.value)
    assert f'[[images]] repository = "{uri.rpartition(":")[0]}"' in str(caught.value)


@pytest.mark.parametrize("uri", [f"{EAST}/kmeans:1", f"{EAST}/linear-learner:latest", f"{EAST}/randomcutforest"])
def test_algorithms_that_only_aws_has_are_told_apart_from_unmapped_images(catalog: Catalog, uri: str) -> None:
    name = uri.rpartition("/")[2].partition(":")[0]
    with pytest.raises(UnknownImage, match=f"'{name}' is an algorithm that only AWS's image has .*of your own"):
        catalog.resolve(uri)


def known_to_the_sdk(framework: str) -> Iterator[str]:
    """What `image_uris.retrieve` makes of all versions, scopes and regions, but for what it hangs onto the tag."""
    found = importlib.util.find_spec("sagemaker")
    assert found is not None
    assert found.origin is not None
    file = Path(found.origin).parent / "image_uri_config" / f"{framework}.json"
    waiting = [("", json.loads(file.read_text()))]
    while waiting:
        version, node = waiting.pop()
        waiting += [(name, each) for name, each in node.items() if isinstance(each, dict)]
        for region, account in node.get("registries", {}).items() if "repository" in node else ():
            domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
            tag = node.get("tag_prefix", version)
            yield f"{account}.dkr.ecr.{region}.{domain}/{node['repository']}:{tag}"


@pytest.mark.parametrize(
    "framework",
    ["sklearn", "xgboost", "pytorch", "huggingface", "spark", "clarify", "model-monitor", "sagemaker-distribution"],
)
def test_every_image_that_the_sagemaker_sdk_knows_of_a_framework_is_mapped(catalog: Catalog, framework: str) -> None:
    every = list(known_to_the_sdk(framework))

    assert len(every) > 10
    assert {catalog.runtime(uri) for uri in every} == {""}


def test_no_address_at_all_is_refused(catalog: Catalog) -> None:
    with pytest.raises(UnknownImage, match="is not an image's address"):
        catalog.resolve("a b@c")


def test_a_file_of_the_users_comes_before_the_built_in_mapping(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        '[environments.gpu]\n[[images]]\nrepository = "<aws>/sagemaker-xgboost"\nversions = ["1.7-*"]\n'
        'environment = "gpu"\nvariables.COLOUR = "blue"\n'
    )

    catalog = Catalog(mine)

    assert catalog.resolve(f"{EAST}/sagemaker-xgboost:1.7-1").environment == "gpu"
    assert catalog.resolve(f"{EAST}/sagemaker-xgboost:1.7-1").variables == {"COLOUR": "blue"}
    assert catalog.resolve(f"{EAST}/sagemaker-xgboost:1.5-1").environment == "installed"


def test_an_image_is_a_container_where_a_file_of_the_users_says_so(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        '[[images]]\nrepository = "<aws>/sagemaker-xgboost"\nversions = ["1.7-*"]\nruntime = "container"\n'
        'image = "localhost/boost:3"\npull = true\nvariables.DEPTH = 3\n'
        '[[images]]\nrepository = "mine"\nversions = ["*"]\nruntime = "container"\n'
    )

    catalog = Catalog(mine)

    boost = Container(name="localhost/boost:3", pull=True, variables={"DEPTH": "3"})
    assert catalog.container(f"{EAST}/sagemaker-xgboost:1.7-1") == boost
    assert catalog.container("mine:1") == Container(name="mine:1")
    assert catalog.container(f"{EAST}/sagemaker-xgboost:1.5-1") is None
    with pytest.raises(UnknownImage, match="'mine:1' is mapped to a container"):
        catalog.resolve("mine:1")
    with pytest.raises(UnknownImage, match="Start with --runtime container"):
        catalog.container("another")


def test_where_an_images_jobs_run_is_open_unless_its_entry_says(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    entry = '[[images]]\nrepository = "{0}"\nversions = ["*"]\nruntime = "{0}"\n'
    mine.write_text(
        entry.format("container")
        + "".join(f'{entry.format(each)}environment = "installed"\n' for each in ("ray", "sandbox"))
    )

    catalog = Catalog(mine)

    assert [catalog.runtime(each) for each in ("ray", "sandbox", "container")] == ["ray", "sandbox", "container"]
    assert catalog.runtime(f"{EAST}/sagemaker-xgboost:1.7-1") == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[images", "mine.toml: "),
        ('[[images]]\nrepository = "a"\nversions = ["1"]', "lacks 'environment'"),
        ('[[images]]\nrepository = "a"\nversions = ["1"]\nenvironment = "moon"', r"no \[environments.moon\]"),
        ('[[images]]\nrepository = "a"\nversions = ["1"]\nenvironment = "installed"\ncolour = 1', "key 'colour'"),
        ('[[images]]\nrepository = "a"\nversions = ["1"]\nruntime = "moon"', "runtime = 'moon'; it may be 'sandbox'"),
        ('[[images]]\nrepository = "a"\nversions = ["1"]\nruntime = "container"\npull = "no"', "pull = 'no'"),
        (
            '[[images]]\nrepository = "a"\nversions = ["1"]\nruntime = "container"\nenvironment = "installed"',
            "key 'environment'",
        ),
        (
            '[[images]]\nrepository = "a"\nversions = ["1"]\nenvironment = "installed"\nframework = "mxnet"',
            "framework = 'mxnet'; it may be 'sklearn', 'xgboost', 'pytorch', 'tensorflow', 'huggingface', 'none'",
        ),
    ],
)
def test_a_mapping_file_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "mine.toml").write_text(text)

    with pytest.raises(BadCatalog, match=sentence):
        Catalog(tmp_path / "mine.toml")


def test_an_environment_without_the_framework_is_told_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[environments.bare]\ndistributions.sklearn = ["no-such-package"]\n[[images]]\nrepository = "a"\n'
        'versions = ["*"]\nenvironment = "bare"\nframework = "sklearn"\n'
    )

    with pytest.raises(UnknownImage, match=r"needs scikit-learn.*pip install 'penstock\[ml\]'"):
        Catalog(tmp_path / "mine.toml").resolve("a:1")


def test_the_built_in_metrics_are_those_that_the_algorithm_accepts() -> None:
    assert (metrics.MAXIMIZED, metrics.MINIMIZED) == (inside.MAXIMIZED, inside.MINIMIZED)


def test_only_the_algorithm_has_built_in_metrics(catalog: Catalog) -> None:
    found = {one.name: one for one in metrics.built_in(catalog.resolve(f"{EAST}/sagemaker-xgboost:1.7-1"))}

    number = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"
    assert found["validation:rmse"].regex == rf".*\[[0-9]+\].*#011validation-rmse:{number}.*"
    assert found["validation:auc"].direction == "Maximize"
    assert metrics.built_in(catalog.resolve("penstock/base")) == ()


@pytest.mark.parametrize(("name", "value"), [("train:rmse", 9.5e-1), ("validation:rmse", 12.25), ("train:auc", None)])
def test_each_built_in_metric_finds_its_own_number_in_a_round(name: str, value: float | None) -> None:
    regex = next(each.regex for each in metrics.XGBOOST if each.name == name)

    line = "[7]\ttrain-rmse:9.5e-1\tvalidation-rmse:12.25"

    assert value_in(re.compile(regex), line) == value


@pytest.mark.parametrize(
    ("repository", "environment"),
    [
        ("sagemaker-base-python-38:1.0", "sagemaker-sdk"),
        ("sagemaker-distribution-prod:1.0.0-cpu", "notebooks"),
        ("sagemaker-scikit-learn:1.9-1-cpu-py3", "installed"),
        ("pytorch-inference:2.3-cpu-py311", "pytorch"),
        ("sagemaker-pytorch:1.0.0-cpu-py3", "pytorch"),
        ("sagemaker-tensorflow-scriptmode:1.12.0-cpu-py3", "tensorflow"),
        ("sagemaker-tensorflow-serving:1.12-cpu", "tensorflow"),
        ("tensorflow-training:2.19.0-cpu-py312", "tensorflow"),
        ("huggingface-pytorch-training:2.5.1-transformers4.49.0-gpu-py311", "huggingface"),
    ],
)
def test_other_images_of_awss_have_their_environments(catalog: Catalog, repository: str, environment: str) -> None:
    assert catalog.resolve(f"{EAST}/{repository}").environment == environment


def test_the_first_environment_that_this_machine_can_have_is_taken() -> None:
    uri = f"{EAST}/sagemaker-base-python-310:1.0"

    with_it = Catalog(is_here=lambda _: True).resolve(uri)
    without = Catalog(is_here=lambda version: version == "").resolve(uri)

    assert (with_it.environment, with_it.note) == ("base-python-310", "")
    assert without.environment == "sagemaker-sdk"
    assert without.note.startswith("The image has Python 3.10; it is run with Python 3.")


@pytest.mark.parametrize(
    ("repository", "name"),
    [
        ("sagemaker-spark-processing:3.3-cpu-py39-v1", "spark"),
    ],
)
def test_what_penstock_has_no_environment_for_is_told_with_what_to_write_where(
    catalog: Catalog, repository: str, name: str
) -> None:
    with pytest.raises(UnknownImage, match=rf"(?s)images\.toml in the data folder.*\[environments\.{name}\]"):
        catalog.resolve(f"{EAST}/{repository}")


def test_a_name_may_stand_for_another_environment_and_for_what_extends_it(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[environments.pytorch]\nsame_as = "pytorch-cpu"\n')

    catalog = Catalog(tmp_path / "mine.toml")

    assert catalog.resolve(f"{EAST}/pytorch-training:2.3-cpu-py311").environment == "pytorch-cpu"
    assert catalog.environments[catalog.environments["huggingface"].extends].name == "pytorch-cpu"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[environments.a]\nsame_as = "b"\n[environments.b]\nsame_as = "a"\n', "is the same as itself"),
        ('[environments.a]\nsame_as = "b"\npython = "3.10"\n', "leave out all but 'same_as'"),
        ('[environments.a]\nsame_as = "nothing"\n', r"no \[environments.nothing\]"),
    ],
)
def test_a_name_that_stands_for_nothing_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "mine.toml").write_text(text)

    with pytest.raises(BadCatalog, match=problem):
        Catalog(tmp_path / "mine.toml")


def test_the_version_that_an_image_of_hugging_faces_asks_for_is_that_of_transformers() -> None:
    note = Catalog().resolve(f"{EAST}/huggingface-pytorch-inference:2.1.0-transformers4.37.0-cpu-py310").note

    assert note.startswith("The image asks for Hugging Face transformers 4.37.0; it is run with ")


def test_an_environment_of_the_users_takes_the_place_of_one_of_penstocks(tmp_path: Path) -> None:
    place = tmp_path / "lib" / "python3.11" / "site-packages" / "torch-2.6.0.dist-info"
    place.mkdir(parents=True)
    (tmp_path / "mine.toml").write_text(f'[environments.pytorch]\npython = "{tmp_path}/bin/python"\n')

    image = Catalog(tmp_path / "mine.toml").resolve(f"{EAST}/pytorch-training:1.10.0-gpu-py38")

    assert (image.environment, image.version_run) == ("pytorch", "2.6.0")
    assert "asks for PyTorch 1.10.0-gpu-py38; it is run with 2.6.0" in image.note


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[environments.a]\nextends = "b"\nrequirements = "a.txt"', r"no \[environments.b\]"),
        (
            '[environments.a]\nextends = "b"\nrequirements = "x"\n[environments.b]\nextends = "a"\nrequirements = "x"',
            "extends itself",
        ),
        ('[environments.a]\nextends = "installed"', "lacks 'requirements'"),
        ('[environments.a]\nextends = "installed"\npython = "3.10"\nrequirements = "x"', "leave out 'python'"),
        ('[environments."a/b"]', "is no name for an environment"),
        ('[[images]]\nrepository = "a"\nversions = ["*"]\nenvironment = []', "names no environment"),
    ],
)
def test_an_environment_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "mine.toml").write_text(text)

    with pytest.raises(BadCatalog, match=sentence):
        Catalog(tmp_path / "mine.toml")


def test_every_shipped_lock_is_one(catalog: Catalog) -> None:
    built = [each for each in catalog.environments.values() if each.is_built]

    assert {each.name for each in built} >= {"sagemaker-sdk", "sagemaker-sdk-3", "base-python-310", "notebooks"}
    assert all(pins(locked(each)) for each in built)


@pytest.mark.parametrize("name", ["sagemaker-model-monitor-analyzer", "sagemaker-model-monitor-groundtruth-merger"])
def test_model_monitors_images_start_a_program_of_penstocks_own(catalog: Catalog, name: str) -> None:
    image = catalog.resolve(f"{EAST}/{name}")

    assert image.environment == "installed"
    assert image.command == ("python3", str(INSIDE / "model_monitor.py"))
    assert INSIDE.joinpath("model_monitor.py").exists()


def test_clarify_is_a_program_of_penstocks_own(catalog: Catalog) -> None:
    image = catalog.resolve(f"{EAST}/sagemaker-clarify-processing:1.0")

    assert (image.environment, image.command) == ("installed", ("python3", str(INSIDE / "clarify.py")))
    assert INSIDE.joinpath("clarify.py").exists()
