"""Every resource type that stands for what another service keeps; a module for each service, or several small ones."""

from collections.abc import Sequence
from typing import Final

from penstock.services.cloudformation.resources import (
    apigateway,
    autoscaling,
    codebuild,
    codecommit,
    codeconnections,
    codepipeline,
    commands,
    dynamodb,
    events,
    glue,
    iam,
    keys,
    lambda_,
    logs,
    messaging,
    notifications,
    peripheral,
    s3,
    sagemaker,
    scheduler,
    servicecatalog,
    serving,
    stepfunctions,
)
from penstock.services.cloudformation.resources.kind import ResourceType

MODULES: Final = (
    apigateway, autoscaling, codebuild, codecommit, codeconnections, codepipeline, commands, dynamodb, events, glue,
    iam, keys, lambda_, logs, messaging, notifications, peripheral, s3, sagemaker, scheduler, servicecatalog, serving,
    stepfunctions,
)  # fmt: skip
EVERY: Final[Sequence[ResourceType]] = [each for module in MODULES for each in module.TYPES]
