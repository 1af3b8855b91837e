"""Commands: a build without a project of the customer's, with the pipeline's role, its log in the pipeline's group.

CodeBuild builds projects only, so there is one for the attempt while it lasts; its build stays, to be looked at.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from penstock.services.codepipeline.providers.asking import Asking
from penstock.services.codepipeline.providers.builds import done, placed, run_build, sources
from penstock.services.codepipeline.work import Work
from penstock.wire.call import ServiceError

Json = Any
IMAGE: Final = "aws/codebuild/amazonlinux2-x86_64-standard:5.0"
MINUTES: Final = 55  # that AWS's may take
EVERYTHING: Final = "**/*"


async def run_commands(work: Work, asking: Asking) -> Mapping[str, Any]:
    """Run the commands in the first input artifact, and hand on the files and the variables that are asked for."""
    project = f"AWSCodePipeline-{work.attempt.id}"
    try:
        await asking.ask("codebuild", "CreateProject", _project(project, work))
    except ServiceError as error:
        if error.code != "ResourceAlreadyExistsException":  # before a crash
            raise
    try:
        found = await run_build({**sources(work), "projectName": project}, asking, tells_log=True)
    finally:
        await asking.ask("codebuild", "DeleteProject", {"name": project})
    return done(found)


def _project(name: str, work: Work) -> dict[str, Json]:
    group = f"/aws/codepipeline/{work.plan.pipeline.name}"
    return {
        "name": name,
        "description": f"Commands of action {work.action.name} of pipeline {work.plan.pipeline.name}",
        "source": {"type": "NO_SOURCE", "buildspec": json.dumps(_buildspec(work))},
        "artifacts": placed(work.outputs[0]) if work.outputs else {"type": "NO_ARTIFACTS"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": IMAGE,
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": list(work.attempt.environment),
        },
        "serviceRole": work.role,
        "timeoutInMinutes": MINUTES,
        "logsConfig": {"cloudWatchLogs": {"status": "ENABLED", "groupName": group}},
    }


def _buildspec(work: Work) -> dict[str, Json]:
    spec: dict[str, Json] = {"version": "0.2", "phases": {"build": {"commands": list(work.attempt.commands)}}}
    if work.action.output_variables:
        spec["env"] = {"exported-variables": list(work.action.output_variables)}
    if work.action.output_artifacts:
        spec["artifacts"] = {"files": list(work.action.output_artifacts[0].files) or [EVERYTHING]}
    return spec
