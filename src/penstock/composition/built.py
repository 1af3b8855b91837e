"""Images that were built: what they are called by content, and what that stands for.

    data/images/SHA256/images.toml       a mapping file of one entry, with the lock of its environment beside it
    data/images/names/ARN                the address, by content, that a version of SageMaker's image stands for

What is called by its content is never changed: whoever has such an address has the same environment, or the same image
of the container engine, for ever.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from penstock.images.packed import Packed
from penstock.store.blobs import sync_folder

DIGEST: Final = "sha256:"
MAPPING: Final = "images.toml"
LOCK: Final = "requirements.txt"
PRELOADED: Final = {  # what jobs find imported when they start, as in the framework's own image
    "sklearn": ["pandas", "sklearn", "sklearn.ensemble", "sklearn.linear_model", "sklearn.metrics", "joblib"],
}


@dataclass(frozen=True)
class Built:
    folder: Path

    def find(self, digest: str) -> Path | None:
        """The mapping file of what is called that, if it was built here."""
        file = self.folder / digest.removeprefix(DIGEST) / MAPPING
        return file if file.exists() else None

    def address(self, uri: str) -> str:
        """What a version's ARN stands for; any other address is itself."""
        if not uri.startswith("arn:"):
            return uri
        try:
            return self._named(uri).read_text()
        except FileNotFoundError:
            return uri

    def keep_environment(self, digest: str, packed: Packed) -> None:
        name = f"image-{digest.removeprefix(DIGEST)[:16]}"
        environment = {"summary": packed.summary, "extends": packed.extends, "requirements": LOCK}
        image = {
            "environment": name,
            "framework": packed.framework,
            "train": "script",
            "preload": PRELOADED.get(packed.framework, []),
        }
        self._keep(digest, {MAPPING: mapping(image, name, environment), LOCK: packed.lock})

    def keep_container(self, digest: str) -> None:
        """An image of the container engine, which knows it by this digest."""
        self._keep(digest, {MAPPING: mapping({"runtime": "container", "image": digest})})

    def name(self, arn: str, address: str) -> None:
        """Let a version's ARN stand for an address."""
        place = self._named(arn)
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_suffix(".new")
        write(beside, address)
        beside.replace(place)
        sync_folder(place.parent)

    def _named(self, arn: str) -> Path:
        return self.folder / "names" / quote(arn, safe="")

    def _keep(self, digest: str, files: Mapping[str, str]) -> None:
        """A folder that is whole or not there."""
        place = self.folder / digest.removeprefix(DIGEST)
        if place.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            for name, content in files.items():
                write(beside / name, content)
            sync_folder(beside)
            beside.rename(place)
        except OSError:
            shutil.rmtree(beside, ignore_errors=True)
            if not place.exists():  # else somebody has kept the same meanwhile
                raise
        sync_folder(self.folder)


def mapping(image: Mapping[str, object], name: str = "", environment: Mapping[str, str] | None = None) -> str:
    """A mapping file of one entry. JSON's strings are TOML's, too."""
    lines = [f"[environments.{name}]", *settings(environment)] if environment else []
    lines += ["[[images]]", 'repository = "*"', 'versions = ["*"]', *settings(image)]
    return "\n".join(lines) + "\n"


def settings(said: Mapping[str, object]) -> list[str]:
    return [f"{key} = {json.dumps(value)}" for key, value in said.items()]


def write(file: Path, content: str) -> None:
    """The file, on disk."""
    with file.open("w") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
