# mypy: disable-error-code="no-untyped-def, no-untyped-call"
"""Waits for `botocore.session`, or the AWS CLI's copy of it, to be imported; `penstock_redirect` then does its work.

Python imports this by itself when the folder is on `PYTHONPATH`. It must cost next to nothing, also where there is no
bytecode cache: no imports beyond what every interpreter has by now, no annotations, little code. Another
`sitecustomize` that this one hides is run after it.
"""

import os
import sys


class Awaiting:
    """The finder on `sys.meta_path` until the awaited module is found. A class: the AWS CLI asks finders theirs."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in ("botocore.session", "awscli.botocore.session"):
            return None
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not Awaiting]
        spec = found(name, path)
        if spec is not None:
            execute = spec.loader.exec_module

            def execute_and_redirect(module):
                execute(module)
                from penstock_redirect import redirect

                redirect(module)

            spec.loader.exec_module = execute_and_redirect
        return spec


def found(name, path):
    """What the other finders say."""
    return next((spec for finder in list(sys.meta_path) if (spec := finder.find_spec(name, path))), None)


sys.meta_path.insert(0, Awaiting)
_folder = os.path.dirname(__file__)
if _folder in sys.path:  # search only what comes after it: no two of these find each other for ever
    _hidden = found(__name__, sys.path[sys.path.index(_folder) + 1 :])
    if _hidden is not None:
        sys.modules[__name__] = _module = type(sys)(__name__)
        _module.__spec__, _module.__file__, _module.__loader__ = _hidden, _hidden.origin, _hidden.loader
        _hidden.loader.exec_module(_module)
