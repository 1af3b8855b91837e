"""From a text to a `Buildspec`. What is wrong is told in AWS's sentences where they are known."""

import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

from penstock.languages.buildspec.batch import read_batch
from penstock.languages.buildspec.nodes import BadBuildspec, Place
from penstock.languages.buildspec.tree import (
    PHASES,
    RETRIES,
    Artifacts,
    Buildspec,
    Cache,
    Environment,
    OnFailure,
    Phase,
    PhaseName,
    Report,
)

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RETRY: Final = re.compile(r"RETRY(?:-(?P<times>\d{1,3})(?=-|$))?(?:-(?P<pattern>.+))?", re.DOTALL)
MOST_RETRIES: Final = 100
FIRST_ENVIRONMENT: Final = "environment_variables"  # what version 0.1 calls `env`
MOST_GROUPS: Final = 5
MOST_FALLBACKS: Final = 5
SHELLS: Final = frozenset({"", "bash", "sh", "/bin/bash", "/bin/sh"})
FORMATS: Final[Mapping[str, Literal["TEST", "CODE_COVERAGE"]]] = {
    "CUCUMBERJSON": "TEST", "JUNITXML": "TEST", "NUNITXML": "TEST", "NUNIT3XML": "TEST", "TESTNGXML": "TEST",
    "VISUALSTUDIOTRX": "TEST", "CLOVERXML": "CODE_COVERAGE", "COBERTURAXML": "CODE_COVERAGE",
    "JACOCOXML": "CODE_COVERAGE", "SIMPLECOV": "CODE_COVERAGE",
}  # fmt: skip


def read(text: str) -> Buildspec:
    """The build spec in a text. Raises `BadBuildspec`."""
    whole = Place.of(text)
    if whole.is_absent:
        raise BadBuildspec("the build spec is empty")
    names = ("version", "run-as", "env", "phases", "reports", "artifacts", "cache", "batch")
    version = _version(whole.members().get("version", whole.below(None, "version")))
    top = whole.known(*names, FIRST_ENVIRONMENT) if version == "0.1" else whole.known(*names)
    phases = _phases(top["phases"])
    if not phases and top["batch"].is_absent:
        raise BadBuildspec("phases must name at least one phase: " + ", ".join(sorted(PHASES)))
    primary, secondary = _artifacts(top["artifacts"])
    return Buildspec(
        version=version,
        run_as=top["run-as"].text(),
        environment=_environment(top["env"], top.get(FIRST_ENVIRONMENT)),
        phases=phases,
        reports=_reports(top["reports"]),
        artifacts=primary,
        secondary_artifacts=secondary,
        cache=_cache(top["cache"]),
        batch=read_batch(top["batch"]),
        unknown=tuple(whole.unknown),
    )


def _version(place: Place) -> Literal["0.1", "0.2"]:
    match place.text():
        case "0.1":
            return "0.1"
        case "0.2":
            return "0.2"
        case "":
            raise BadBuildspec("version is missing: a build spec begins with `version: 0.2`")
        case other:
            raise BadBuildspec(f"version must be 0.1 or 0.2, and is '{other}' at line {place.line}")


def _environment(place: Place, first: Place | None) -> Environment:
    """`first` is what version 0.1 has in its place."""
    plaintext = {} if first is None else _variables(first.known("plaintext")["plaintext"])
    env = place.known(
        "shell", "variables", "parameter-store", "secrets-manager", "exported-variables", "git-credential-helper"
    )
    shell = env["shell"].text()
    if shell not in SHELLS:
        raise env["shell"].expected("bash or /bin/sh, which are the shells that Penstock runs builds in")
    exported = env["exported-variables"].texts()
    for name in exported:
        if not NAME.fullmatch(name):
            raise BadBuildspec(f"env.exported-variables: '{name}' is no name of a variable")
        if name.startswith("AWS_"):
            raise BadBuildspec(f"env.exported-variables: '{name}' cannot be exported, since it begins with AWS_")
    return Environment(
        shell=shell,
        variables={**plaintext, **_variables(env["variables"])},
        parameter_store=_variables(env["parameter-store"]),
        secrets_manager=_variables(env["secrets-manager"]),
        exported=exported,
        git_credential_helper=env["git-credential-helper"].flag(),
    )


def _variables(place: Place) -> dict[str, str]:
    found = place.mapping()
    for name in found:
        if not NAME.fullmatch(name):
            raise BadBuildspec(f"{place.path}: '{name}' is no name of a variable")
    return found


def _phases(place: Place) -> tuple[Phase, ...]:
    members = place.members()
    for name in members:
        if name not in PHASES:
            expected = ",".join(sorted(PHASES))
            raise BadBuildspec(f'Invalid buildspec phase name: "{name}". Expecting: {expected}')
    return tuple(_phase(name, members[name]) for name in get_args(PhaseName) if name in members)


def _phase(name: PhaseName, place: Place) -> Phase:
    keys = ("run-as", "on-failure", "commands", "finally")
    phase = place.known(*keys, "runtime-versions") if name == "install" else place.known(*keys)
    versions = phase.get("runtime-versions")
    return Phase(
        name=name,
        commands=_commands(phase["commands"]),
        finally_commands=_commands(phase["finally"]),
        on_failure=_on_failure(phase["on-failure"]),
        run_as=phase["run-as"].text(),
        runtime_versions={} if versions is None else versions.mapping(),
    )


def _commands(place: Place) -> tuple[str, ...]:
    commands = []
    for number, each in enumerate(place.items()):
        try:
            commands.append(each.text())
        except BadBuildspec:
            raise BadBuildspec(
                f"Expected {place.path.rpartition('.')[2].capitalize()}[{number}] to be of string type: found subkeys "
                f"instead at line {each.line}, value of the key tag on line {each.line} might be empty"
            ) from None
    return tuple(command for command in commands if command.strip())


def _on_failure(place: Place) -> OnFailure | None:
    match place.text():
        case "":
            return None
        case "ABORT":
            return OnFailure("ABORT")
        case "CONTINUE":
            return OnFailure("CONTINUE")
        case text if found := RETRY.fullmatch(text):
            times = int(found["times"] or RETRIES)
            pattern = found["pattern"] or ".*"
            if times > MOST_RETRIES:
                raise place.expected(f"at most {MOST_RETRIES} retries")
            try:
                re.compile(pattern)
            except re.error as problem:
                raise BadBuildspec(f"{place.path}: '{pattern}' is no regular expression ({problem})") from None
            return OnFailure("RETRY", times, pattern)
    raise place.expected("ABORT, CONTINUE, RETRY, RETRY-count, RETRY-regex or RETRY-count-regex")


def _artifacts(place: Place) -> tuple[Artifacts | None, tuple[Artifacts, ...]]:
    if place.is_absent:
        return None, ()
    secondary = place.members().get("secondary-artifacts")
    primary = _artifact("", place)
    if secondary is None:
        return primary, ()
    return primary, tuple(_artifact(name, each) for name, each in secondary.members().items())


def _artifact(identifier: str, place: Place) -> Artifacts:
    keys = ("files", "name", "discard-paths", "base-directory", "exclude-paths", "enable-symlinks", "s3-prefix")
    found = place.known(*keys) if identifier else place.known(*keys, "secondary-artifacts")
    if not found["files"].items() and "secondary-artifacts" not in place.members():
        raise BadBuildspec(f"{place.path}.files must name at least one file")
    return Artifacts(
        identifier=identifier,
        files=found["files"].texts(),
        exclude=found["exclude-paths"].texts(),
        name=found["name"].text(),
        base_directory=found["base-directory"].text(),
        discard_paths=found["discard-paths"].flag(),
        enable_symlinks=found["enable-symlinks"].flag(),
        s3_prefix=found["s3-prefix"].text(),
    )


def _reports(place: Place) -> tuple[Report, ...]:
    groups = place.members()
    if len(groups) > MOST_GROUPS:
        raise BadBuildspec(f"reports may name {MOST_GROUPS} report groups, and names {len(groups)}")
    return tuple(_report(name, group) for name, group in groups.items())


def _report(name: str, place: Place) -> Report:
    found = place.known("files", "file-format", "base-directory", "discard-paths")
    if not found["files"].items():
        raise BadBuildspec(f"{place.path}.files must name at least one file")
    form = found["file-format"].text("JUNITXML").upper()
    if form not in FORMATS:
        raise found["file-format"].expected("one of " + ", ".join(sorted(FORMATS)))
    return Report(
        group=name,
        files=found["files"].texts(),
        file_format=form,
        base_directory=found["base-directory"].text(),
        discard_paths=found["discard-paths"].flag(),
    )


def _cache(place: Place) -> Cache:
    found = place.known("paths", "key", "fallback-keys", "action")
    action, fallbacks = found["action"].text(), found["fallback-keys"].texts()
    if action not in ("", "restore", "save"):
        raise found["action"].expected("restore or save")
    if len(fallbacks) > MOST_FALLBACKS:
        raise BadBuildspec(f"cache.fallback-keys may name {MOST_FALLBACKS} keys, and names {len(fallbacks)}")
    return Cache(paths=found["paths"].texts(), key=found["key"].text(), fallback_keys=fallbacks, action=action)
