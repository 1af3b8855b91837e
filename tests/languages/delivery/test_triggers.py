"""Triggers: the globs of their filters, and which changes start a pipeline."""

import msgspec
import pytest

from penstock.languages.delivery import globs
from penstock.languages.delivery.globs import WrongGlob
from penstock.languages.delivery.tree import GitConfiguration, Json
from penstock.languages.delivery.triggers import escaped, of_branch, starts
from penstock.languages.githosts.tree import PullRequest, PullRequestEvent, Push


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("main", ["main"], ["main2", "x/main"]),
        ("*", ["main", ""], ["feature/a"]),
        ("**", ["main", "feature/a"], []),
        ("feature/*", ["feature/a"], ["feature/a/b", "feature"]),
        ("feature/**", ["feature/a", "feature/a/b"], ["features/a"]),
        ("**/README.md", ["README.md", "a/README.md", "a/b/README.md"], ["aREADME.md"]),
        ("common/**/*.js", ["common/a.js", "common/a/b.js"], ["common/a.py"]),
        ("a**b", ["ab", "a/x/b"], ["a/x/c"]),
        ("v?.0", ["v1.0"], ["v10.0", "v/.0"]),
        ("v[0-9a]", ["v1", "va"], ["vb"]),
        ("v[!0-9]", ["va"], ["v1", "v/"]),
        ("*.{java,class}", ["a.java", "a.class"], ["a.javac"]),
        (r"a\*b", ["a*b"], ["axb"]),
        ("a.b+(c)", ["a.b+(c)"], ["axb+(c)"]),
        ("a,b}", ["a,b}"], []),
    ],
)
def test_a_glob_fits_names(pattern: str, fitting: list[str], others: list[str]) -> None:
    assert [name for name in (*fitting, *others) if globs.fits(pattern, name)] == fitting


@pytest.mark.parametrize("pattern", ["a[b", "{a", "{a,{b}}", "[z-a]"])
def test_what_is_no_glob_is_said_to_be_none(pattern: str) -> None:
    with pytest.raises(WrongGlob, match="is no glob pattern"):
        globs.check(pattern)


@pytest.mark.parametrize("name", ["main", "feature/[1]", r"a*{b}\c?"])
def test_an_escaped_name_fits_itself(name: str) -> None:
    assert globs.fits(escaped(name), name)


def configured(**more: Json) -> GitConfiguration:
    return msgspec.convert({"sourceActionName": "Get", **more}, GitConfiguration)


def pushed(ref: str = "refs/heads/main", *paths: str) -> Push:
    return Push(ref=ref, commit="c", paths=paths or None)


def requested(event: PullRequestEvent, base: str = "main", *paths: str) -> PullRequest:
    return PullRequest(
        event=event, number="1", head="refs/heads/f", base=f"refs/heads/{base}", commit="c", paths=paths or None
    )


MAIN = {"branches": {"includes": ["main", "release/**"], "excludes": ["release/old"]}}
CODE = {**MAIN, "filePaths": {"includes": ["src/**"], "excludes": ["**/*.md"]}}
NOT_DOCS = {"filePaths": {"excludes": ["docs/**"]}}


@pytest.mark.parametrize(
    ("push", "change", "expected"),
    [
        ([MAIN], pushed(), True),
        ([MAIN], pushed("refs/heads/release/1/2"), True),
        ([MAIN], pushed("refs/heads/release/old"), False),
        ([MAIN], pushed("refs/heads/other"), False),
        ([MAIN], pushed("refs/tags/main"), False),
        ([MAIN, {"tags": {"includes": ["v*"]}}], pushed("refs/tags/v1"), True),
        ([{"tags": {"includes": ["v*"], "excludes": ["v1"]}}], pushed("refs/tags/v1"), False),
        ([{"tags": {"includes": ["v*"]}}], pushed("refs/heads/v1"), False),
        ([CODE], pushed("refs/heads/main", "src/a.py"), True),
        ([CODE], pushed("refs/heads/main", "src/a.md", "tests/a.py"), False),
        ([CODE], pushed("refs/heads/main", "src/a.md", "src/b.py"), True),
        ([CODE], pushed("refs/heads/other", "src/a.py"), False),
        ([CODE], pushed(), False),
        ([NOT_DOCS], pushed("refs/heads/any", "docs/a"), False),
        ([NOT_DOCS], pushed("refs/heads/any", "docs/a", "b"), True),
        ([{}], pushed("refs/heads/any"), True),
        ([MAIN], Push(ref="refs/heads/main", commit=""), False),
        ([MAIN], requested("CREATED"), False),
    ],
)
def test_a_push_starts_what_it_fits(push: Json, change: Push, expected: bool) -> None:
    assert starts(configured(push=push), change) is expected


@pytest.mark.parametrize(
    ("filters", "change", "expected"),
    [
        ({"events": ["OPEN"]}, requested("CREATED"), True),
        ({"events": ["OPEN"]}, requested("REOPENED"), True),
        ({"events": ["OPEN"]}, requested("UPDATED"), False),
        ({"events": ["CLOSED"]}, requested("MERGED"), True),
        ({"events": ["CLOSED"]}, requested("CLOSED"), True),
        ({}, requested("UPDATED"), True),
        (MAIN, requested("UPDATED"), True),
        (MAIN, requested("UPDATED", "other"), False),
        (CODE, requested("UPDATED", "main", "src/a.py"), True),
        (CODE, requested("UPDATED", "main", "a.py"), False),
        ({}, pushed(), False),
    ],
)
def test_a_pull_request_starts_what_it_fits(filters: Json, change: Push | PullRequest, expected: bool) -> None:
    assert starts(configured(pullRequest=[filters]), change) is expected


def test_without_filters_a_push_to_the_actions_branch_starts() -> None:
    assert starts(of_branch("Get", "a[1]"), pushed("refs/heads/a[1]"))
    assert not starts(of_branch("Get", "a[1]"), pushed("refs/heads/a1"))
