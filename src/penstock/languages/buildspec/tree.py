"""What a build spec can say. Texts are as written: what the shell expands is expanded in the build."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

PhaseName = Literal["install", "pre_build", "build", "post_build"]
PHASES: Final[tuple[PhaseName, ...]] = ("install", "pre_build", "build", "post_build")
RETRIES: Final = 3  # of a plain RETRY


class OnFailure(msgspec.Struct, frozen=True):
    """What is done when a phase has failed. Only failures whose output fits the pattern are tried again."""

    action: Literal["ABORT", "CONTINUE", "RETRY"]
    times: int = RETRIES
    pattern: str = ".*"


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """Commands one after the other until one fails; `finally_commands` whatever has become of them."""

    name: PhaseName
    commands: tuple[str, ...] = ()
    finally_commands: tuple[str, ...] = ()
    on_failure: OnFailure | None = None
    run_as: str = ""
    runtime_versions: Mapping[str, str] = msgspec.field(default_factory=dict)


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """What the commands find in their environment. `exported` are read at the end of the last phase."""

    shell: str = ""
    variables: Mapping[str, str] = msgspec.field(default_factory=dict)
    parameter_store: Mapping[str, str] = msgspec.field(default_factory=dict)
    secrets_manager: Mapping[str, str] = msgspec.field(default_factory=dict)
    exported: tuple[str, ...] = ()
    git_credential_helper: bool = False


class Artifacts(msgspec.Struct, frozen=True, kw_only=True):
    """Which files are kept, and under which paths. The primary artifacts have no identifier.

    `s3_prefix` is the path in the bucket of artifacts that are put apart build by build (namespace type BUILD_ID).
    """

    identifier: str = ""
    files: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    name: str = ""
    base_directory: str = ""
    discard_paths: bool = False
    enable_symlinks: bool = False
    s3_prefix: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Files that tests have written; `group` is a report group's name, or its ARN."""

    group: str
    files: tuple[str, ...] = ()
    file_format: str = "JUNITXML"
    base_directory: str = ""
    discard_paths: bool = False


class Cache(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept for later builds. `key` and `fallback_keys` are for the shell to expand."""

    paths: tuple[str, ...] = ()
    key: str = ""
    fallback_keys: tuple[str, ...] = ()
    action: str = ""


class BatchBuild(msgspec.Struct, frozen=True, kw_only=True):
    """One build of a batch, and how it differs from the project. Of a fanout it is part `part` of `parts`."""

    identifier: str
    buildspec: str = ""
    depends_on: tuple[str, ...] = ()
    ignore_failure: bool = False
    kind: str = ""
    compute_type: str = ""
    image: str = ""
    fleet: str = ""
    privileged: bool | None = None
    is_debugged: bool = False
    variables: Mapping[str, str] = msgspec.field(default_factory=dict)
    part: int = 0
    parts: int = 0


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The builds of a batch. With `fast_fail` the first failure stops the others."""

    fast_fail: bool = False
    builds: tuple[BatchBuild, ...] = ()


class Buildspec(msgspec.Struct, frozen=True, kw_only=True):
    """A whole build spec. `unknown` are the paths of keys that mean nothing, which AWS passes over."""

    version: Literal["0.1", "0.2"]
    run_as: str = ""
    environment: Environment = Environment()
    phases: tuple[Phase, ...] = ()
    reports: tuple[Report, ...] = ()
    artifacts: Artifacts | None = None
    secondary_artifacts: tuple[Artifacts, ...] = ()
    cache: Cache = Cache()
    batch: Batch | None = None
    unknown: tuple[str, ...] = ()
