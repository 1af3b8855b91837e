"""Rules of stage conditions: each answers what is wrong, an empty text where it holds."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from penstock.services.codepipeline import windows
from penstock.services.codepipeline.providers import Adapter, Asking, Failed
from penstock.services.codepipeline.providers.builds import build
from penstock.services.codepipeline.providers.commands import run_commands
from penstock.services.codepipeline.work import Work

Json = Any
Given = Mapping[str, str]
Clock = Callable[[], float]
MINUTE: Final = 60.0
LOOK_EVERY: Final = 5.0  # seconds
OPERATORS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "EQ": lambda found, wanted: found == wanted,
    "NE": lambda found, wanted: found != wanted,
    "CONTAINS": lambda found, wanted: wanted in found,
    "MATCHES": lambda found, wanted: re.fullmatch(wanted, found) is not None,
}


async def judge(work: Work, asking: Asking, clock: Clock) -> str:
    """What is wrong, by the provider of the rule: some are judged here, others by what an action of that kind does."""
    provider = work.action.action_type_id.provider
    if provider in _RULES:
        return await _RULES[provider](work.attempt.configuration, asking, clock)
    try:
        await _ACTIONS[provider](work, asking)
    except Failed as error:
        return str(error)
    return ""


async def variable_check(given: Given, *_: object) -> str:
    found, wanted, how = given["Variable"], given["Value"], given["Operator"]
    if how not in OPERATORS:
        return f"Operator {how} is none of {', '.join(OPERATORS)}."
    try:
        holds = OPERATORS[how](found, wanted)
    except re.error as error:
        return f"Value {wanted} is not a regular expression: {error}."
    return "" if holds else f"The variable's value {found} is not {how} {wanted}."


async def alarm(given: Given, asking: Asking, clock: Clock) -> str:
    """Watches for the wait time; without one it looks once."""
    states = [each.strip() for each in given.get("AlarmStates", "ALARM").split(",")]
    until = clock() + MINUTE * float(given.get("WaitTime", "0"))
    while True:
        answer = await asking.ask("cloudwatch", "DescribeAlarms", {"AlarmNames": [given["AlarmName"]]})
        found = answer.get("MetricAlarms") or answer.get("CompositeAlarms") or []
        if not found:
            return f"There is no alarm {given['AlarmName']}."
        if found[0]["StateValue"] in states:
            return f"Alarm {given['AlarmName']} is in state {found[0]['StateValue']}."
        if clock() >= until:
            return ""
        await asyncio.sleep(LOOK_EVERY)


async def deployment_window(given: Given, _: Asking, clock: Clock) -> str:
    """Waits until the window is open."""
    try:
        opens = windows.opening(given["Cron"], given.get("TimeZone", "UTC"), clock())
    except windows.WrongWindow as wrong:
        return str(wrong)
    if opens is None:
        return f"The window {given['Cron']} does not open any more."
    while (left := opens - clock()) > 0:  # noqa: ASYNC110 - time may pass while this machine rests
        await asyncio.sleep(min(left, LOOK_EVERY))
    return ""


_RULES: Final[Mapping[str, Callable[[Given, Asking, Clock], Awaitable[str]]]] = {
    "VariableCheck": variable_check,
    "CloudWatchAlarm": alarm,
    "DeploymentWindow": deployment_window,
}
_ACTIONS: Final[Mapping[str, Adapter]] = {"CodeBuild": build, "Commands": run_commands}
