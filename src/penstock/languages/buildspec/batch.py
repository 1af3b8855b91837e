"""`batch`: the builds that a batch consists of. A matrix and a fanout are written out: all kinds are lists then."""

import itertools
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Final

from msgspec.structs import replace

from penstock.languages.buildspec.nodes import BadBuildspec, Place
from penstock.languages.buildspec.tree import Batch, BatchBuild

IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_]{1,128}")
MOST: Final = 100  # builds of a batch, as on AWS
KINDS: Final = ("build-list", "build-graph", "build-matrix", "build-fanout")


def read_batch(place: Place) -> Batch | None:
    """Raises `BadBuildspec`."""
    if place.is_absent:
        return None
    found = place.known("fast-fail", *KINDS)
    kinds = [kind for kind in KINDS if not found[kind].is_absent]
    if len(kinds) != 1:
        raise BadBuildspec(f"batch must name one of {', '.join(KINDS)}, and names {' and '.join(kinds) or 'none'}")
    builds = tuple(itertools.islice(READ[kinds[0]](found[kinds[0]]), MOST + 1))
    check(builds)
    return Batch(fast_fail=found["fast-fail"].flag(), builds=builds)


def check(builds: tuple[BatchBuild, ...]) -> None:
    if not builds:
        raise BadBuildspec("batch must name at least one build")
    if len(builds) > MOST:
        raise BadBuildspec(f"batch may come to {MOST} builds, and comes to more")
    names = [each.identifier for each in builds]
    for name in names:
        if not IDENTIFIER.fullmatch(name):
            raise BadBuildspec(f"batch: '{name}' is no identifier: letters, digits and _ make one")
        if names.count(name) > 1:
            raise BadBuildspec(f"batch: the identifier '{name}' is there twice")
    for each in builds:
        for needed in each.depends_on:
            if needed not in names:
                raise BadBuildspec(f"batch: '{each.identifier}' depends on '{needed}', which is no build of this batch")
    try:
        TopologicalSorter({each.identifier: each.depends_on for each in builds}).prepare()
    except CycleError as problem:
        raise BadBuildspec(f"batch: builds depend on one another in a circle: {' → '.join(problem.args[1])}") from None


def listed(place: Place) -> Iterator[BatchBuild]:
    for number, each in enumerate(place.items()):
        yield entry(each, number, "identifier", "buildspec", "env", "ignore-failure", "debug-session")


def graph(place: Place) -> Iterator[BatchBuild]:
    keys = ("identifier", "buildspec", "env", "ignore-failure", "debug-session", "depend-on")
    for number, each in enumerate(place.items()):
        yield replace(entry(each, number, *keys), depends_on=each.known(*keys)["depend-on"].texts())


def entry(place: Place, number: int, *keys: str) -> BatchBuild:
    found = place.known(*keys)
    env, identifier = environment(found["env"]), found["identifier"].text(f"build{number + 1}")
    if env["compute-type"].text() and env["fleet"].text():
        raise BadBuildspec(f"batch: '{identifier}' has a compute-type and a fleet: it is one or the other")
    return BatchBuild(
        identifier=identifier,
        buildspec=found["buildspec"].text(),
        ignore_failure=found["ignore-failure"].flag(),
        is_debugged=found["debug-session"].flag(),
        kind=env["type"].text(),
        compute_type=env["compute-type"].text(),
        image=env["image"].text(),
        fleet=env["fleet"].text(),
        privileged=None if env["privileged-mode"].is_absent else env["privileged-mode"].flag(),
        variables=env["variables"].mapping(),
    )


def environment(place: Place) -> dict[str, Place]:
    return place.known("type", "compute-type", "image", "privileged-mode", "variables", "fleet")


def matrix(place: Place) -> Iterator[BatchBuild]:
    """Every combination of the dynamic values, the last one changing first."""
    found = place.known("static", "dynamic")
    static = found["static"].known("ignore-failure", "env")
    fixed = static["env"].known("type", "privileged-mode")
    dynamic = found["dynamic"].known("buildspec", "env")
    env = environment(dynamic["env"])
    axes = {
        "buildspec": dynamic["buildspec"].texts(),
        "compute_type": env["compute-type"].texts(),
        "image": env["image"].texts(),
        "fleet": env["fleet"].texts(),
    }
    variables = {name: values.texts() for name, values in env["variables"].members().items()}
    choices = [values or ("",) for values in (*axes.values(), *variables.values())]
    for number, chosen in enumerate(itertools.product(*choices)):
        buildspec, compute_type, image, fleet, *values = chosen
        yield BatchBuild(
            identifier=f"build{number + 1}",
            buildspec=buildspec,
            ignore_failure=static["ignore-failure"].flag(),
            kind=fixed["type"].text(),
            compute_type=compute_type,
            image=image,
            fleet=fleet,
            privileged=None if fixed["privileged-mode"].is_absent else fixed["privileged-mode"].flag(),
            variables=dict(zip(variables, values, strict=True)),
        )


def fanout(place: Place) -> Iterator[BatchBuild]:
    """Builds that are the same but for the part of the tests that `codebuild-tests-run` gives them."""
    found = place.known("parallelism", "ignore-failure")
    parts = found["parallelism"].text()
    if not parts.isdecimal() or not 0 < int(parts) <= MOST:
        raise found["parallelism"].expected(f"a number from 1 to {MOST}")
    for part in range(int(parts)):
        yield BatchBuild(
            identifier=f"build{part + 1}", ignore_failure=found["ignore-failure"].flag(), part=part, parts=int(parts)
        )


READ: Final = {"build-list": listed, "build-graph": graph, "build-matrix": matrix, "build-fanout": fanout}
