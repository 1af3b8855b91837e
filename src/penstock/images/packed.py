"""Packed environments: what a registry keeps of one, as it keeps an image: an OCI manifest, all of it inside.

    {"artifactType": "application/vnd.penstock.environment.v1",
     "config": {…, "data": what it extends, …}, "layers": [{…, "data": the lock}]}

The manifest's digest names the environment by content: the same lock gives the same image. Pure.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from penstock.images.environments import BadEnvironment, is_lock

Json = Any
MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
ENVIRONMENT: Final = "application/vnd.penstock.environment.v1"
CONFIG: Final = f"{ENVIRONMENT}+json"
LOCK: Final = "text/x-requirements"
SETTINGS: Final = frozenset({"summary", "extends", "framework"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """An environment that is to be installed from a lock, on top of another one."""

    lock: str
    extends: str
    framework: str
    summary: str

    def manifest(self) -> str:
        config = {"extends": self.extends, "framework": self.framework, "summary": self.summary}
        told = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": ENVIRONMENT,
            "config": descriptor(CONFIG, json.dumps(config, sort_keys=True)),
            "layers": [descriptor(LOCK, self.lock)],
        }
        return json.dumps(told, sort_keys=True)


def unpack(manifest: str) -> Packed | None:
    """The environment in a manifest; None where it is no environment's. Raises `BadEnvironment`."""
    try:
        told = json.loads(manifest)
        if told.get("artifactType") != ENVIRONMENT:
            return None
        (layer,) = told["layers"]
        lock, config = content(layer), json.loads(content(told["config"]))
        if set(config) != SETTINGS:
            raise ValueError(f"its settings are {', '.join(sorted(config))}")
        packed = Packed(lock=lock, **config)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise BadEnvironment(f"a manifest that cannot be read ({problem}); push it with: penstock env push") from None
    if not is_lock(packed.lock):
        raise BadEnvironment("what the manifest holds is no lock: every line must pin and hash a package")
    return packed


def descriptor(media: str, text: str) -> Json:
    """Content that lies in the manifest itself, as OCI describes it."""
    data = text.encode()
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return {"mediaType": media, "digest": digest, "size": len(data), "data": base64.b64encode(data).decode()}


def content(described: Json) -> str:
    return base64.b64decode(described["data"], validate=True).decode()
