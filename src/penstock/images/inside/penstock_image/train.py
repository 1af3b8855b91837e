"""`train`: what a training image starts. The contract is in the package's docstring.

With `sagemaker_program` among the hyperparameters (or `SAGEMAKER_PROGRAM`) the customer's script is run; without it
the image's own algorithm, if it has one.
"""

import importlib
import os
import socket
import sys
import time
import traceback
from collections.abc import Sequence

from penstock_image import failure, packages, script, source
from penstock_image.environment import TrainingEnvironment
from penstock_image.launching import launched
from penstock_image.layout import Folders

HEAVY = ("numpy", "pandas", "sklearn", "xgboost", "torch")  # whoever has imported these has done it on purpose
HOSTS_APPEAR = 900.0  # seconds that the hosts of a job have to become known by name


def main(argv: Sequence[str] = (), *, warm: bool | None = None) -> int:
    """Train, and say how it went: the exit code, the failure file, the success file."""
    if warm is None:
        warm = any(module in sys.modules for module in HEAVY)
    if argv:
        print(f"train takes no arguments; ignored: {' '.join(argv)}", file=sys.stderr, flush=True)
    folders = Folders.of(os.environ)
    try:
        _train(folders, dict(os.environ), warm=warm)
    except failure.CommandFailure as problem:
        return _failed(folders, str(problem), problem.exit_code)
    except failure.JobFailure as problem:
        return _failed(folders, str(problem), problem.exit_code)
    except Exception as problem:  # the door of this process; AWS's toolkit tells it the same way
        return _failed(folders, f"framework error: \n{traceback.format_exc()}\n{problem}", 1)
    (folders.output / "success").touch()
    print("Reporting training SUCCESS", flush=True)
    return 0


def _failed(folders: Folders, text: str, exit_code: int) -> int:
    failure.report(folders, text)
    print(f"Reporting training FAILURE\n{text}", file=sys.stderr, flush=True)
    return exit_code


def _train(folders: Folders, variables: dict[str, str], *, warm: bool) -> None:
    environment = TrainingEnvironment.read(folders, variables)
    folders.output.mkdir(parents=True, exist_ok=True)
    if environment.program is not None:
        _run_script(environment, environment.program, warm=warm)
    elif variables.get("PENSTOCK_ALGORITHM") == "xgboost":
        importlib.import_module("penstock_image.xgboost_mode.training").train(folders, variables)
    else:
        raise failure.ClientError(
            "no script to run: the hyperparameter sagemaker_program (or the variable SAGEMAKER_PROGRAM) must name "
            "one, since this image has no algorithm of its own"
        )


def _run_script(environment: TrainingEnvironment, program: str, *, warm: bool) -> None:
    folders = environment.folders
    source.bring(environment.submit_directory, folders.code, environment.variables)
    installed = packages.install(folders)
    variables = _for_script(environment, with_packages=installed)
    if installed:  # what launches the script looks for its own programs, as `mpirun`
        os.environ.update(packages.finding(folders, os.environ))
        sys.path.append(str(folders.packages))
    wait_for(environment.hosts)
    own = script.words(program, environment.arguments, folders.code)
    command, gained = launched(environment, own)
    print(f"Invoking user script: {' '.join(command)}", flush=True)
    # Imported modules would hide the job's own versions of them, so a job with packages starts cold.
    warm = warm and not installed and command == own
    script.run(command, folders.code, {**variables, **gained}, warm=warm)


def _for_script(environment: TrainingEnvironment, *, with_packages: bool) -> dict[str, str]:
    folders = environment.folders
    path = [str(folders.code), *([str(folders.packages)] if with_packages else [])]
    before = dict(environment.variables)
    if with_packages:  # their programs, too
        before.update(packages.finding(folders, before))
    if before.get("PYTHONPATH"):
        path.append(before["PYTHONPATH"])
    return {
        "PYTHONUNBUFFERED": "1",  # as AWS's images have it: a killed script's last words are in the log
        **before,
        **environment.to_variables(),
        "PYTHONPATH": os.pathsep.join(path),
    }


def wait_for(hosts: Sequence[str]) -> None:
    """Wait until every host of a job with several is known by name."""
    pause = 0.1
    until = time.monotonic() + HOSTS_APPEAR
    for host in hosts if len(hosts) > 1 else ():
        while True:
            try:
                socket.gethostbyname(host)
                break
            except OSError as problem:
                if time.monotonic() > until:
                    raise failure.ClientError(f"the host {host} of this job is unknown: {problem}") from problem
                time.sleep(pause)
                pause = min(2 * pause, 30.0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
