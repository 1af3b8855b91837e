"""Guardrails: what a DeploymentConfig asks for, as the steps in which requests move to a new revision.

ALL_AT_ONCE   1              CANARY 10 %   0.1 1            LINEAR 30 %   0.3 0.6 0.9 1       rolling: likewise,
                                                            and the old servers go as the new ones come
"""

from collections.abc import Mapping
from typing import Final

from penstock.services.sagemaker.endpoints.model import Deployment, Json, Policy
from penstock.wire.call import ValidationError

BLUE_GREEN: Final = "DeploymentConfig.BlueGreenUpdatePolicy."
ROLLING: Final = "DeploymentConfig.RollingUpdatePolicy."
ALL: Final[Mapping[str, Json]] = {"Type": "CAPACITY_PERCENT", "Value": 100}
MOST_STEPS: Final = 21  # one more than the smallest step has


def policy_of(asked: Mapping[str, Json], deployment: Deployment) -> Policy:
    """What a DeploymentConfig means for a deployment; raises `ValidationError` where it cannot be done."""
    alarms = tuple(each["AlarmName"] for each in asked.get("AutoRollbackConfiguration", {}).get("Alarms", ()))
    blue_green, rolling = asked.get("BlueGreenUpdatePolicy"), asked.get("RollingUpdatePolicy")
    if blue_green and rolling:
        raise ValidationError(
            "DeploymentConfig has two update policies; give BlueGreenUpdatePolicy or RollingUpdatePolicy."
        )
    total, policy = sum(variant.count for variant in deployment.variants), Policy(alarms=alarms, asked=dict(asked))
    if rolling:
        policy = rolled(asked, rolling, alarms, total)
    elif blue_green:
        policy = shifted(asked, blue_green, alarms, total)
    if alarms and not policy.wait:
        raise ValidationError(
            "DeploymentConfig.AutoRollbackConfiguration has alarms, which are looked at while a deployment waits; give "
            "its update policy a WaitIntervalInSeconds above 0."
        )
    return policy


def shifted(asked: Mapping[str, Json], policy: Mapping[str, Json], alarms: tuple[str, ...], total: int) -> Policy:
    traffic = policy["TrafficRoutingConfiguration"]
    where = BLUE_GREEN + "TrafficRoutingConfiguration."
    steps: tuple[float, ...] = (1.0,)
    if traffic["Type"] == "CANARY":
        steps = (share(traffic, "CanarySize", where, total, least=0.0), 1.0)
    elif traffic["Type"] == "LINEAR":
        steps = steps_of(share(traffic, "LinearStepSize", where, total, least=0.1))
    wait, end = float(traffic["WaitIntervalInSeconds"]), float(policy.get("TerminationWaitInSeconds", 0))
    within = longest(policy, BLUE_GREEN, (len(steps) - 1) * wait + end)
    return Policy(steps=steps, wait=wait, terminate_after=end, within=within, alarms=alarms, asked=dict(asked))


def rolled(asked: Mapping[str, Json], policy: Mapping[str, Json], alarms: tuple[str, ...], total: int) -> Policy:
    back = policy.get("RollbackMaximumBatchSize", ALL)
    if back["Value"] / (100 if back["Type"] == "CAPACITY_PERCENT" else total) < 1:
        raise ValidationError(
            f"{ROLLING}RollbackMaximumBatchSize is all of the old servers here; leave it out, or give 100 percent."
        )
    steps = steps_of(share(policy, "MaximumBatchSize", ROLLING, total, least=0.05))
    wait = float(policy["WaitIntervalInSeconds"])
    within = longest(policy, ROLLING, len(steps) * wait)
    return Policy(steps=steps, wait=wait, within=within, alarms=alarms, is_rolling=True, asked=dict(asked))


def share(given: Mapping[str, Json], member: str, where: str, total: int, *, least: float) -> float:
    """The part of a deployment's capacity that a size names: half at most."""
    if member not in given:
        raise ValidationError(f"{where}{member} is missing; this type of policy needs it.")
    size = given[member]
    part: float = size["Value"] / (100 if size["Type"] == "CAPACITY_PERCENT" else total)
    if not least <= part <= 0.5:
        raise ValidationError(
            f"{where}{member} must be {f'{least:.0%} to ' if least else 'at most '}50% of the capacity; of {total} "
            f"instances it is {part:.0%}."
        )
    return part


def steps_of(size: float) -> tuple[float, ...]:
    """0.3 0.6 0.9 1"""
    return tuple(min(1.0, size * number) for number in range(1, MOST_STEPS) if size * (number - 1) < 1 - 1e-9) or (1.0,)


def longest(policy: Mapping[str, Json], where: str, waits: float) -> float:
    """Seconds that a deployment may take; 0 where there is no limit."""
    seconds = float(policy.get("MaximumExecutionTimeoutInSeconds", 0))
    if seconds and seconds <= waits:
        raise ValidationError(
            f"{where}MaximumExecutionTimeoutInSeconds must be above {waits:.0f} seconds, all the waits together."
        )
    return seconds
