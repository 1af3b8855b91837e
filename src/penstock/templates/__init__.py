"""Project templates: CloudFormation templates made of parts, and the code that their repositories begin with.

A template is what its parts say together: of two that say the same thing the later one counts. A seed is a folder, as
the ZIP that `AWS::CodeCommit::Repository` takes; what is for Jenkins has the files of another one beside its own.
"""

import io
import json
import re
import zipfile
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Final

SECTIONS: Final = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")
SEED_BUCKET: Final = "sagemaker-servicecatalog-seedcode-{region}"
SEEDS: Final = {  # and the folders that each is made of
    "check-in": ("check-in",),
    "image-build": ("image-build",),
    "model-build": ("model-build",),
    "model-build-jenkins": ("model-build", "model-build-jenkins"),
    "model-deploy": ("model-deploy",),
    "model-deploy-jenkins": ("model-deploy", "model-deploy-jenkins"),
    "model-monitor": ("model-monitor",),
}
REPOSITORY: Final = re.compile(r"^  ((?P<what>\w+)CodeRepositoryFullname):$", re.MULTILINE)
EPOCH: Final = (2020, 1, 1, 0, 0, 0)  # what all files of a seed are dated, so that it is the same each time


@dataclass(frozen=True)
class ProjectTemplate:
    name: str
    summary: str
    parts: tuple[str, ...]

    def text(self) -> str:
        """The template, as YAML."""
        found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
        for part in self.parts:
            for section, entries in _sections(_folder("parts").joinpath(f"{part}.yml").read_text()).items():
                found[section] |= entries
        lines = ['AWSTemplateFormatVersion: "2010-09-09"', f"Description: {json.dumps(self.summary)}"]
        for section, entries in found.items():
            if entries:
                lines += [f"{section}:", *entries.values()]
        return "\n".join(lines) + "\n"

    def repositories(self) -> dict[str, str]:
        """The parameters that name repositories behind a connection, and what each is usually called the end of."""
        return {found[1]: found["what"].lower() for found in REPOSITORY.finditer(self.text())}


BUILD: Final = ("common", "build")
TEMPLATES: Final = {
    template.name: template
    for template in (
        ProjectTemplate("build-train", "A repository whose every push is tested and makes a model", BUILD),
        ProjectTemplate(
            "build-train-deploy",
            "Every push makes a model; approved ones are deployed to staging, tested, and to production",
            (*BUILD, "deploy"),
        ),
        ProjectTemplate(
            "build-train-deploy-monitor",
            "Models are made, deployed and monitored: where production's data drifts, a new one is made",
            (*BUILD, "deploy", "monitor"),
        ),
        ProjectTemplate(
            "image-build-train",
            "A repository whose every push makes and tests the image that models are made in; and those are made",
            (*BUILD, "image"),
        ),
        ProjectTemplate(
            "image-build-train-deploy",
            "Images are made and tested, models made in them, approved ones deployed to staging and to production",
            (*BUILD, "image", "deploy"),
        ),
        ProjectTemplate(
            "deploy",
            "Approved models of a group are deployed to staging, tested, and to production",
            ("common", "deploy"),
        ),
    )
}


def key(name: str) -> str:
    """Where a template is in the seed bucket."""
    return f"penstock/templates/{name}.yaml"


def seed(name: str) -> bytes:
    """A seed's ZIP: the same bytes each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        folders = (_folder("seeds").joinpath(folder) for folder in SEEDS[name])
        every = (each for folder in folders for each in _files(folder, PurePosixPath()))
        for path, file in sorted(every, key=lambda each: each[0]):
            archive.writestr(zipfile.ZipInfo(str(path), EPOCH), file.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _sections(text: str) -> dict[str, dict[str, str]]:
    """The entries of each section by name, as they are written: two blanks before a name, more before what is in it."""
    found: dict[str, dict[str, str]] = {}
    section = name = ""
    for line in text.splitlines():
        if line[:1].strip():
            section = line.partition(":")[0]
        elif line[2:3].strip():
            name = line.strip().partition(":")[0]
            found.setdefault(section, {})[name] = line
        else:
            found[section][name] += f"\n{line}"
    return found


def _folder(name: str) -> Traversable:
    return resources.files("penstock.templates").joinpath(name)


def _files(folder: Traversable, at: PurePosixPath) -> list[tuple[PurePosixPath, Traversable]]:
    found: list[tuple[PurePosixPath, Traversable]] = []
    for each in folder.iterdir():
        if each.name != "__pycache__":
            found += _files(each, at / each.name) if each.is_dir() else [(at / each.name, each)]
    return found
