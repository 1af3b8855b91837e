"""JSONPath as AWS understands it, which is an older Jayway's: `$.a['b'][0][-1:][1,2][*]..x[?(@.y > 1 && @.z)]`.

`compile_path` makes a `Path` of text; `path.find(document)` answers a value (definite paths) or a list (the others), or
raises `NotFound` with Jayway's sentence. There are no functions: `$.list.length()` looks for a member of that name, as
on AWS. Nothing here knows a state machine: see `asl.jsonpath`.
"""

from penstock.languages.asl.jayway.finding import NotFound, Path, Scope, compile_path

__all__ = ["NotFound", "Path", "Scope", "compile_path"]
