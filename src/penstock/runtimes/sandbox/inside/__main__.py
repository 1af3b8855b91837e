"""Start a zygote: `python …/inside/__main__.py CONFIGURATION` (JSON; see `zygote.Configuration`), or `check` for one.

The modules beside this one go by their full names, but the packages above them are empty stand-ins, so that none of
Penstock is imported. What modules want done at a fork is put aside first: see `atfork`.
"""

import os
import sys
import types
from pathlib import Path

HERE = str(Path(__file__).resolve().parent)
PARENTS = ("penstock", "penstock.runtimes", "penstock.runtimes.sandbox", "penstock.runtimes.sandbox.inside")

sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != Path(HERE)]  # a job has its own first entry
for name in PARENTS:
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [HERE]

from penstock.runtimes.sandbox.inside import atfork  # noqa: E402 - after the stand-ins

os.register_at_fork = atfork.put_aside  # type: ignore[assignment]

from penstock.runtimes.sandbox.inside import zygote  # noqa: E402 - after the hooks

for name in [each for each in sys.modules if each.split(".")[0] == "penstock"]:
    del sys.modules[name]  # a job may import the real one

if sys.argv[1] == "check":
    zygote.check()
zygote.main(sys.argv[1])
