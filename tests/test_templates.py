"""Project templates are templates that CloudFormation's own linter finds nothing in, and what they begin with works."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from penstock.languages.cloudformation import read
from penstock.templates import SEEDS, TEMPLATES, seed

HERE = Path(__file__).parents[1] / "src/penstock/templates/seeds"


def test_templates_are_sound(tmp_path: Path) -> None:
    for name, template in TEMPLATES.items():
        (tmp_path / f"{name}.yaml").write_text(template.text())
    stages = [str(HERE / name) for name in ("model-deploy/endpoint.yml", "model-monitor/monitoring.yml")]
    files = [f"{name}.yaml" for name in TEMPLATES]

    lint = [f"{sys.prefix}/bin/cfn-lint", *files, *stages]
    done = subprocess.run(lint, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


READ_BY_THE_AWS_CLI = """
import json, sys
from awscli.customizations.cloudformation.yamlhelper import yaml_parse
print(json.dumps([sorted(yaml_parse(text)["Resources"]) for text in json.load(sys.stdin)]))
"""  # in a process of its own: importing awscli tells the whole environment where its data are


def test_the_aws_cli_reads_templates_too() -> None:
    texts = [template.text() for template in TEMPLATES.values()]
    texts += [(HERE / name).read_text() for name in ("model-deploy/endpoint.yml", "model-monitor/monitoring.yml")]

    done = subprocess.run(
        [sys.executable, "-c", READ_BY_THE_AWS_CLI], input=json.dumps(texts), capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout) == [sorted(read(text).document["Resources"]) for text in texts]


LONGEST = {  # names that a service gives less room than others
    "AWS::Events::Rule": ("Name", 64), "AWS::Lambda::Function": ("FunctionName", 64),
    "AWS::S3::Bucket": ("BucketName", 63), "AWS::SageMaker::CodeRepository": ("CodeRepositoryName", 63),
    "AWS::SageMaker::Image": ("ImageName", 63), "AWS::SageMaker::ModelPackageGroup": ("ModelPackageGroupName", 63),
}  # fmt: skip


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_longest_name_of_a_project_fits(name: str) -> None:
    resources = read(TEMPLATES[name].text()).document["Resources"]
    project = {"${SageMakerProjectName}": "n" * 32, "${SageMakerProjectId}": "p-" + "i" * 12}

    for logical_id, resource in resources.items():
        member, most = LONGEST.get(resource["Type"], ("", 0))
        given = str(resource.get("Properties", {}).get(member, {}).get("Fn::Sub", "")) if member else ""
        for variable, value in project.items():
            given = given.replace(variable, value)
        assert len(given) <= most, (logical_id, given)


def test_a_later_part_changes_an_earlier_one() -> None:
    text = TEMPLATES["build-train-deploy-monitor"].text()

    assert text.count("  Monitored:\n") == 1
    assert 'Default: "true"' in text
    assert 'Default: "true"' not in TEMPLATES["build-train-deploy"].text()


def places(name: str, file: str) -> list[Path]:
    """Where a seed's file may come from."""
    return [path for folder in SEEDS[name] if (path := HERE / folder / file).exists()]


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_its_folder_and_the_same_each_time(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(seed(name))) as archive:
        for each in archive.namelist():
            assert archive.read(each) in {file.read_bytes() for file in places(name, each)}
        assert {*archive.namelist()} >= {path.name for folder in SEEDS[name] for path in (HERE / folder).glob("*.*")}
    assert seed(name) == seed(name)


def test_the_tests_that_a_project_begins_with_pass(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(seed("model-build"))) as archive:
        archive.extractall(tmp_path)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=tmp_path, env={**os.environ, "PYTEST_ADDOPTS": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout
