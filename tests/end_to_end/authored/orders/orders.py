"""All that steps can be given and give, in one pipeline without learning: a loop at run time, branches, own types."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from money import Ledger

from penstock.pipeline import each, fail, folder, is_in, otherwise, pipeline, step, when

TRIES = Path("/opt/ml/output/tries")


@dataclass
class Share:
    region: str
    total: float
    largest: dict[str, float]


class Split(NamedTuple):
    regions: list[str]
    orders: pd.DataFrame
    amounts: np.ndarray[Any, Any]
    report: Path


@step(retries=2)
def read(orders: Path, currency: Literal["EUR", "USD"] = "EUR") -> Split:
    """The second try is the good one."""
    TRIES.parent.mkdir(parents=True, exist_ok=True)
    with TRIES.open("a") as tries:
        tries.write("x")
    if TRIES.read_text() == "x":
        raise ConnectionError("not yet")
    table = pd.concat([pd.read_csv(file) for file in sorted(orders.glob("*.csv"))], ignore_index=True)
    report = Path("report.txt")
    report.write_text(
        f"{len(table)} orders in {currency}, {os.environ['SHOP']}, {Path('notes.txt').read_text().strip()}"
    )
    return Split(sorted(set(table["region"])), table, table["amount"].to_numpy(), report)


@step(cache="7d", environment={"FACTOR": "2"})
def share(orders: pd.DataFrame, region: str) -> Share:
    """What is in a region, times the factor."""
    mine = orders[orders["region"] == region]
    by_name = mine.groupby("name")["amount"].max() * int(os.environ["FACTOR"])
    return Share(region, float(by_name.sum()), {str(name): float(amount) for name, amount in by_name.items()})


@step
def owed(shares: list[Share]) -> Ledger:
    return Ledger({each.region: each.total for each in shares})


class Summary(NamedTuple):
    line: str
    total: float
    regions: list[str]


@step
def summary(ledger: Ledger, amounts: np.ndarray[Any, Any], report: Path, first: str, factor: float) -> Summary:
    total = sum(ledger.amounts.values()) * factor + float(amounts.min())
    return Summary(f"{report.read_text()}; first {first}", total, list(ledger.amounts))


@step
def note(text: str) -> str:
    return text.upper()


@pipeline
def orders(
    data: Path = folder("data"), currency: Literal["EUR", "USD"] = "EUR", factor: float = 1, most: int = 1000
) -> Summary:
    """Orders, region by region."""
    split = read.using(environment={"SHOP": "corner"})(data, currency)
    shares = [share(split.orders, region) for region in each(split.regions, at_once=2)]
    told = summary(owed(shares), split.amounts, split.report, split.regions[0], factor)
    with when((told.total < most) & is_in(currency, ["EUR", "CHF"])):
        note(told.line)
    with otherwise():
        fail("too much:", told.total, "in", currency)
    return told
