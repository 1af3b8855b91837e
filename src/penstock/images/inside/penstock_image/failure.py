"""How a training job says that it failed: a sentence in `/opt/ml/output/failure`, and an exit code."""

from penstock_image.layout import Folders


class JobFailure(Exception):
    """The job cannot succeed. The text is what people read in FailureReason."""

    exit_code = 1

    def __str__(self) -> str:
        return f"{type(self).__name__}: {super().__str__()}"


class ClientError(JobFailure):
    """Something the customer can put right: a wrong location, a missing file, an impossible option."""


class UserError(JobFailure):
    """What AWS's built-in algorithms call a mistake in hyperparameters or data."""


class AlgorithmError(JobFailure):
    """The algorithm itself gave up."""


class CommandFailure(JobFailure):
    """A command ended with something other than zero."""

    def __init__(self, command: str, exit_code: int, errors: str) -> None:
        super().__init__(command)
        self.command = command
        self.exit_code = exit_code
        self.errors = errors

    def __str__(self) -> str:
        return (
            f'{type(self).__name__}:\nExitCode {self.exit_code}\nErrorMessage "{self.errors.strip()}"\n'
            f'Command "{self.command}"'
        )


class ExecuteUserScriptError(CommandFailure):
    """The customer's script failed."""


class InstallRequirementsError(CommandFailure):
    """The packages that the customer's code asks for could not be installed."""


def report(folders: Folders, text: str) -> None:
    """Write the failure file, unless the script has written its own."""
    path = folders.output / "failure"
    if not path.exists():
        folders.output.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
