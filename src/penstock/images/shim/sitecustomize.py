# mypy: disable-error-code="no-untyped-def, no-untyped-call"
"""Waits for a few modules to be imported, and then has what must be changed in them changed.

That is `botocore.session`, or the AWS CLI's copy of it (`penstock_redirect`), connections with TLS
(`penstock_plainly`), and of the SageMaker SDK its telemetry (`penstock_silence`), its waits (`penstock_hasten`), its
functions' image (`penstock_offer`), how they begin (`penstock_abridge`), how the nodes of a job reach one another
(`penstock_relate`) and the names of its tuning jobs (`penstock_distinguish`).

Python imports this by itself when the folder is on `PYTHONPATH`. It must cost next to nothing, also where there is no
bytecode cache: no imports beyond what every interpreter has by now, no annotations, little code. Jobs and builds bring
Pythons of their own: all that is here must be read by any from 3.6. Another `sitecustomize` that this one hides is run
after it.
"""

import os
import sys

AWAITED = {
    "botocore.session": "redirect",
    "distributed_drivers": "relate",
    "http.client": "plainly",
    "awscli.botocore.session": "redirect",
    "runtime_environment_manager": "abridge",
    "sagemaker.remote_function.job": "offer",
    "sagemaker.session": "hasten",
    "sagemaker.utils": "distinguish",
    "sagemaker.core.common_utils": "distinguish hasten",
    "sagemaker.core.helper.session_helper": "hasten",
    "sagemaker.core.processing": "hasten",
    "sagemaker.core.resources": "hasten",
    "sagemaker.core.transformer": "hasten",
    "sagemaker.telemetry.telemetry_logging": "silence",
    "sagemaker.core.telemetry.telemetry_logging": "silence",
}


class Awaiting:
    """The finder on `sys.meta_path` for the awaited modules. A class: the AWS CLI asks finders theirs."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in AWAITED:
            return None
        changes = AWAITED[name].split()
        spec = found(name, path)
        if spec is not None:
            execute = spec.loader.exec_module

            def execute_and_change(module):
                execute(module)
                for change in changes:
                    getattr(__import__("penstock_" + change), change)(module)

            spec.loader.exec_module = execute_and_change
        return spec


def found(name, path):
    """What the other finders say."""
    others = [finder for finder in sys.meta_path if finder is not Awaiting]
    return next(filter(None, (finder.find_spec(name, path) for finder in others)), None)


sys.meta_path.insert(0, Awaiting)
_offered = os.environ.get("PENSTOCK_IMAGE")
if _offered and _offered not in sys.path:  # in a job: what AWS's images offer to import, after all else
    sys.path.append(_offered)
_folder = os.path.dirname(__file__)
if _folder in sys.path:  # search only what comes after it: no two of these find each other for ever
    _hidden = found(__name__, sys.path[sys.path.index(_folder) + 1 :])
    if _hidden is not None:
        sys.modules[__name__] = _module = type(sys)(__name__)
        _module.__spec__, _module.__file__, _module.__loader__ = _hidden, _hidden.origin, _hidden.loader
        _hidden.loader.exec_module(_module)
