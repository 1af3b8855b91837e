"""What the guides and the README's tour tell their readers to type is typed here, and prints what they show."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.door import opened
from docs.pages import GUIDES, ROOT, Command, Loose, NotRun, Part, commands, fits, parts
from docs.session import Ran, read_through
from end_to_end.world import World, running

pytestmark = pytest.mark.group("docs")
PAGES = [ROOT / "README.md", *GUIDES]
# What the page on projects has started goes on, and others' `penstock status` would show it.
TO_BE_TYPED = sorted(
    (page for page in PAGES if any(isinstance(part, Command) for part in parts(page))),
    key=lambda page: page.stem == "projects",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("readers") / "data") as world:
        yield world


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with opened(tmp_path_factory.mktemp("door")) as folder:
        yield folder


@pytest.mark.parametrize("page", TO_BE_TYPED, ids=lambda page: page.stem)
def test_commands_work_and_print_what_the_page_shows(
    page: Path, server: World, programs: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    todo = list(parts(page))
    variables = request.getfixturevalue("postgres").variables if needs_postgres(todo) else {}

    done = read_through(todo, tmp_path, server.server.data, server.server.port, programs, variables)

    wrong = "\n".join(filter(None, (complaint(page, ran) for ran in done)))
    assert not wrong, wrong
    assert [ran.command.line for ran in done] == [part.line for part in todo if isinstance(part, Command)]


def test_what_is_not_run_says_why_and_is_little() -> None:
    """A new one belongs into this count; most commands can be run."""
    unrun = [(page.name, part.reason) for page in PAGES for part in parts(page) if isinstance(part, NotRun)]

    assert Counter(name for name, _ in unrun) == {
        "README.md": 2, "quickstart.md": 1, "existing-sagemaker-pipeline.md": 3, "existing-state-machine.md": 1,
        "ci-without-aws.md": 1, "own-images.md": 3, "gpu-jobs.md": 2, "projects.md": 1,
    }, unrun  # fmt: skip
    assert all(len(reason.split()) > 3 for _, reason in unrun)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_guides_have_no_commands_that_nobody_checks(page: Path) -> None:
    assert [part for part in parts(page) if isinstance(part, Loose)] == []


@pytest.mark.parametrize(
    ("printed", "shown", "fitting"),
    [
        ("one\ntwo\n", "one\ntwo\n", True),
        ("one\ntwo\n", "one\n", False),
        ("took 7 s\n", "took ... s\n", True),
        ("took 7 s\nand more\n", "took ...\n", False),
        ("one\ntwo\nthree\n", "...\nthree\n", True),
        ("three\n", "...\nthree\n...\n", True),
        ("a.b\n", "a-b\n", False),
    ],
)
def test_dots_stand_for_what_is_not_shown(printed: str, shown: str, fitting: bool) -> None:
    assert fits(printed, shown) is fitting


def test_a_command_goes_on_in_the_next_line_and_what_it_prints_ends_at_the_next_command() -> None:
    (first, second) = commands("$ echo one \\\n>   two\none two\n$ true\n", 10)

    assert (first.line, first.text, first.printed) == (10, "echo one \\\n  two", "one two\n")
    assert (second.line, second.text, second.printed) == (13, "true", "")


def needs_postgres(todo: list[Part]) -> bool:
    return any(isinstance(part, Command) and part.text.startswith("createdb") for part in todo)


def complaint(page: Path, ran: Ran) -> str:
    """What is wrong with a command, if anything is."""
    shown = ran.command.printed
    if ran.code == 0 and (not shown or fits(ran.printed, shown)):
        return ""
    return f"{page.name}:{ran.command.line}: $ {ran.command.text}\n{ran.printed}(exit code {ran.code}); shown:\n{shown}"
