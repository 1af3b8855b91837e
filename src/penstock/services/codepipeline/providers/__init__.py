"""Providers: how an action is carried out by calls to other services, a small adapter each.

An adapter does the whole action and answers what came of it (`Variables`, `Revision`, `Summary`, `ExternalId`). It may
be begun again after a crash, so what it starts is started under a token or a name of the attempt. It raises `Failed`
where the action fails; a call that is refused fails it, too.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from penstock.services.codepipeline.providers.asking import Asking, Failed
from penstock.services.codepipeline.providers.builds import build
from penstock.services.codepipeline.providers.commands import run_commands
from penstock.services.codepipeline.providers.deploys import deploy_to_s3
from penstock.services.codepipeline.providers.machines import execute
from penstock.services.codepipeline.providers.pipelines import start_pipeline
from penstock.services.codepipeline.providers.sources import (
    from_codecommit,
    from_connection,
    from_ecr,
    from_github,
    from_s3,
)
from penstock.services.codepipeline.providers.stacks import deploy_stack
from penstock.services.codepipeline.providers.stacksets import deploy_instances, deploy_stack_set
from penstock.services.codepipeline.work import Work

Adapter = Callable[[Work, Asking], Awaitable[Mapping[str, Any]]]
PROVIDERS: Final[Mapping[tuple[str, str], Adapter]] = {
    ("S3", "Source"): from_s3,
    ("CodeCommit", "Source"): from_codecommit,
    ("CodeStarSourceConnection", "Source"): from_connection,
    ("GitHub", "Source"): from_github,
    ("ECR", "Source"): from_ecr,
    ("CodeBuild", "Build"): build,
    ("CodeBuild", "Test"): build,
    ("Commands", "Compute"): run_commands,
    ("StepFunctions", "Invoke"): execute,
    ("CodePipeline", "Invoke"): start_pipeline,
    ("S3", "Deploy"): deploy_to_s3,
    ("CloudFormation", "Deploy"): deploy_stack,
    ("CloudFormationStackSet", "Deploy"): deploy_stack_set,
    ("CloudFormationStackInstances", "Deploy"): deploy_instances,
}

__all__ = ["PROVIDERS", "Adapter", "Asking", "Failed"]
