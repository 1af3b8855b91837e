"""Carries a package out step by step, in this order and with nothing else: what the definition says decides, and the
runner that is shipped does the work, each in a process of its own whose `/opt/ml` is a folder. S3 is a folder, too.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from penstock.languages.pipeline import conditions, iterations
from penstock.languages.pipeline.expressions import Sources, address, document_uri, json_gets, resolve
from penstock.languages.pipeline.paths import follow, parse
from penstock.languages.pipeline.read import read
from penstock.languages.pipeline.tree import Condition, Expression, ForEach, Processing, StepName
from penstock.pipeline.definition import Package

Json = Any


@dataclass
class CarriedOut:
    """An execution. `properties` are what the steps that ran were asked for."""

    package: Package
    parameters: Mapping[str, Json]
    folder: Path
    properties: dict[StepName, Json] = field(default_factory=dict)

    def run(self) -> "CarriedOut":
        for uri, content in self.package.objects.items():
            self.place(uri).parent.mkdir(parents=True, exist_ok=True)
            self.place(uri).write_bytes(content)
        for uri, path in self.package.data.items():
            (shutil.copytree if path.is_dir() else _copy)(path, self.place(uri))
        self.definition = read(self.package.definition)
        branches = {
            name
            for step in self.definition.steps.values()
            if isinstance(step, Condition)
            for name in (*step.if_steps, *step.else_steps)
        }
        self.start(name for name in self.definition.steps if name not in branches)
        return self

    def start(self, names: Iterable[StepName]) -> None:
        for name in names:
            match step := self.definition.steps[name]:
                case Processing():
                    self.job(name, step)
                case Condition():
                    found = [each for test in step.tests for each in conditions.operands(test)]
                    holds = all(conditions.holds(test, self.sources(*found)) for test in step.tests)
                    self.start(step.if_steps if holds else step.else_steps)
                case ForEach():
                    for item in iterations.items(step, self.sources(step.items)):
                        for body in step.body:
                            inner = self.definition.bodies[body]
                            assert isinstance(inner, Processing)
                            self.job(body, inner, item)
                case _:
                    raise AssertionError(type(step))

    def job(self, name: StepName, step: Processing, item: Json = None) -> None:
        ml = self.folder / "jobs" / str(len(list(self.folder.glob("jobs/*"))))
        request = resolve(step.arguments, self.sources(step.arguments, item=item, job=ml.name))
        for entry in request["ProcessingInputs"]:
            told = entry["S3Input"]
            source = self.place(told["S3Uri"])
            target = ml / Path(told["LocalPath"]).relative_to("/opt/ml")
            _copy(source, target / source.name) if source.is_file() else shutil.copytree(source, target)
        arguments = request["AppSpecification"].get("ContainerArguments", [])
        ran = subprocess.run(
            [sys.executable, "-S", str(ml / "processing/input/code/run.py"), *arguments],
            env={"PENSTOCK_ML": str(ml), "PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        output = request["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
        shutil.copytree(ml / "processing/outputs", self.place(output))
        self.properties[name] = request

    def place(self, uri: str) -> Path:
        return self.folder / "s3" / uri.removeprefix("s3://")

    def sources(self, *expressions: Expression, item: Json = None, job: str = "") -> Sources:
        files = {
            (step.name, file.name): file
            for step in (*self.definition.steps.values(), *self.definition.bodies.values())
            if isinstance(step, Processing)
            for file in step.property_files
        }
        known = Sources(
            parameters=self.parameters, execution={"PipelineExecutionId": "x1", "ProcessingJobName": job},
            steps=self.properties, property_files=files, item=item,
        )  # fmt: skip
        documents = {}
        for each in (get for expression in expressions for get in json_gets(expression)):
            content = json.loads(self.place(document_uri(each, known)).read_text())
            documents[address(each, known)] = follow(content, parse(each.path))
        return Sources(
            parameters=known.parameters, execution=known.execution, steps=known.steps, property_files=files,
            documents=documents, item=item,
        )  # fmt: skip

    def value(self, step: str, output: str = "result") -> Json:
        """What a step returned, as JSON."""
        output_uri = self.properties[StepName(step)]["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
        return json.loads((self.place(output_uri) / output / "value.json").read_text())["value"]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
