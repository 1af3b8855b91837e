"""Start a nursery: `python …/inside/__main__.py CONFIGURATION`, its socket as standard input (see `nursery`).

The modules beside this one go by their full names, but the packages above them are empty stand-ins, so that none of
Penstock is imported.
"""

import json
import sys
import types
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLACES = {
    "penstock": HERE,
    "penstock.runtimes": HERE,
    "penstock.runtimes.residents": HERE,
    "penstock.runtimes.residents.inside": HERE,
    "penstock.runtimes.sandbox": HERE,
    "penstock.runtimes.sandbox.inside": HERE.parent.parent / "sandbox" / "inside",
}

sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != HERE]  # a resident has its own first entry
for name, place in PLACES.items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [str(place)]

from penstock.runtimes.residents.inside import nursery  # noqa: E402 - after the stand-ins

for name in [each for each in sys.modules if each.split(".")[0] == "penstock"]:
    del sys.modules[name]  # a resident may import the real one

nursery.main(nursery.Configuration(**json.loads(sys.argv[1])))
