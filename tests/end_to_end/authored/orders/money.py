"""A type of the project's own, which says how it is kept."""

from pathlib import Path

from penstock.pipeline import keep


class Ledger:
    """Amounts by who owes them."""

    def __init__(self, amounts: dict[str, float]) -> None:
        self.amounts = amounts


def save(ledger: Ledger, folder: Path) -> None:
    (folder / "ledger.txt").write_text("".join(f"{name}\t{amount!r}\n" for name, amount in ledger.amounts.items()))


def load(folder: Path) -> Ledger:
    rows = [line.split("\t") for line in (folder / "ledger.txt").read_text().splitlines()]
    return Ledger({name: float(amount) for name, amount in rows})


keep(Ledger, save=save, load=load)
