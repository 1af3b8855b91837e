"""What the watch page is told of a server: all of it, as a browser that opens every entry would be."""

import json
import urllib.request
from typing import Any
from urllib.parse import urlencode

from end_to_end.world import World
from penstock.watch.links import PLACE

Json = Any


def told(world: World, path: str, **query: str) -> Json:
    """An answer to the page; raises for any that is none."""
    with urllib.request.urlopen(f"{world.place.endpoint}{PLACE}/{path}?{urlencode(query)}", timeout=60) as answer:
        return json.load(answer)


def sheets(world: World) -> dict[tuple[str, str], list[Json]]:
    """The sheets of all entries, and of what the boxes of their graphs lead to, by kind and name."""
    found: dict[tuple[str, str], list[Json]] = {}
    seen: set[tuple[str, str]] = set()
    left = [(entry["kind"], entry["key"]) for kind in told(world, "state")["entries"].values() for entry in kind]
    while left:
        kind, key = left.pop()
        if (kind, key) in seen:
            continue
        seen.add((kind, key))
        sheet = told(world, f"about/{kind}", key=key)
        found.setdefault((kind, sheet["name"]), []).append(sheet)
        left += [(each["about"]["kind"], each["about"]["key"]) for each in boxes(sheet) if "about" in each]
    return found


def boxes(sheet: Json) -> list[Json]:
    return list(sheet.get("graph", {}).get("nodes", ()))


def facts(sheet: Json) -> dict[str, str]:
    """What the tables of a sheet say."""
    return {fact["label"]: fact["value"] for table in sheet.get("tables", ()) for fact in table.get("facts", ())}


def lines(world: World, sheet: Json) -> list[str]:
    """The end of the log that a sheet has."""
    return [line for stream in told(world, "log", **sheet["log"])["streams"] for line in stream.get("lines", ())]
