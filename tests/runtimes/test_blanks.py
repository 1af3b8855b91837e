"""Blanks: folders that are there before the jobs that they are for."""

from pathlib import Path

from penstock.runtimes.sandbox.blanks import MOST_LAYOUTS, MOST_READY, Blanks, Layout

LAYOUT = Layout.of(["ml/output/data", "tmp"], ["ml/config/a.json", "hosts"])


def under(place: Path) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*"))


def ready(place: Path) -> int:
    return len(list(place.iterdir()))


def test_a_layout_holds_the_folders_that_its_folders_and_files_are_in() -> None:
    assert LAYOUT.folders == ("ml", "ml/config", "ml/output", "ml/output/data", "tmp")
    assert LAYOUT.files == ("ml/config/a.json", "hosts")


def lend(blanks: Blanks, place: Path, *names: str, layout: Layout = LAYOUT) -> None:
    for name in names:
        blanks.take(layout, str(place / name))


def lose(blanks: Blanks, place: Path, *names: str) -> None:
    """Folders that are not for reuse come back."""
    for name in names:
        assert not blanks.give_back(LAYOUT, str(place / name), None)
    blanks.refill()


def as_it_is(_blank: str) -> None:
    """What is given back is a blank already."""


def test_a_folder_is_the_same_made_for_its_job_or_ahead_of_it_or_used_again(tmp_path: Path) -> None:
    blanks = Blanks(tmp_path / "blank")

    lend(blanks, tmp_path, "0")
    lose(blanks, tmp_path, "0")
    lend(blanks, tmp_path, "1")
    (tmp_path / "1").rename(tmp_path / "2")
    assert blanks.give_back(LAYOUT, str(tmp_path / "2"), as_it_is)
    lend(blanks, tmp_path, "3")

    assert under(tmp_path / "0") == under(tmp_path / "3")
    assert (tmp_path / "3" / "ml" / "config" / "a.json").is_file()
    assert not (tmp_path / "2").exists()


def test_nothing_is_made_ahead_while_a_folder_may_come_back(tmp_path: Path) -> None:
    blanks = Blanks(tmp_path / "blank")

    lend(blanks, tmp_path, "once", "twice")
    blanks.refill()

    assert ready(tmp_path / "blank") == 0


def test_as_many_are_ready_as_were_lent_at_once_and_not_more_than_the_most(tmp_path: Path) -> None:
    blanks = Blanks(tmp_path / "blank")
    lend(blanks, tmp_path, "a", "b")
    lose(blanks, tmp_path, "a", "b")
    few = ready(tmp_path / "blank")
    many = [f"many-{number}" for number in range(3 * MOST_READY)]
    lend(blanks, tmp_path, *many)

    taken = [blanks.give_back(LAYOUT, str(tmp_path / name), as_it_is) for name in many]

    assert few == 2
    assert sum(taken) == ready(tmp_path / "blank") == MOST_READY


def test_a_folder_that_cannot_be_renewed_is_replaced(tmp_path: Path) -> None:
    def fail(_blank: str) -> None:
        raise OSError("no space left on device")

    blanks = Blanks(tmp_path / "blank")
    lend(blanks, tmp_path, "job")

    assert blanks.give_back(LAYOUT, str(tmp_path / "job"), fail)

    blanks.refill()
    lend(blanks, tmp_path, "next")
    assert under(tmp_path / "next") == under(tmp_path / "blank" / "1")


def test_a_layout_not_seen_for_long_is_forgotten(tmp_path: Path) -> None:
    blanks = Blanks(tmp_path / "blank")
    for number in range(MOST_LAYOUTS + 1):
        lend(blanks, tmp_path, str(number), layout=Layout.of([f"ml/{number}"], []))

    assert not blanks.give_back(Layout.of(["ml/0"], []), str(tmp_path / "0"), as_it_is)

    lend(blanks, tmp_path, "again", layout=Layout.of(["ml/0"], []))
    assert under(tmp_path / "again") == ["ml", "ml/0"]


def test_a_blank_that_somebody_has_removed_is_made_anew(tmp_path: Path) -> None:
    blanks = Blanks(tmp_path / "blank")
    lend(blanks, tmp_path, "0")
    lose(blanks, tmp_path, "0")
    for blank in (tmp_path / "blank").iterdir():
        blank.rename(tmp_path / "elsewhere")

    lend(blanks, tmp_path, "job")

    assert under(tmp_path / "job") == under(tmp_path / "0")
