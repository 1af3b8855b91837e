"""Asked: requests that moto would accept and then not carry out are refused here, with the member and a remedy."""

from collections.abc import Callable, Mapping
from typing import Final

from penstock.services.peripheral import targets
from penstock.services.peripheral.arns import Arn
from penstock.wire.call import Call, Json, NotImplementedHere

Check = Callable[[Mapping[str, Json]], None]
SUBSCRIBERS: Final = ("sqs", "lambda")


def check(call: Call) -> None:
    """Raise where a request asks for what nobody here would do."""
    checking = CHECKS.get((call.service, call.operation))
    if checking is not None:
        checking(call.request)


def _subscribe(request: Mapping[str, Json]) -> None:
    if request["Protocol"] not in SUBSCRIBERS:
        raise NotImplementedHere(
            f"Protocol: topics deliver to {' and '.join(SUBSCRIBERS)} here, not to '{request['Protocol']}'; subscribe "
            "a queue and read it, or forward sns to AWS in forward.toml."
        )


def _publish(request: Mapping[str, Json]) -> None:
    for name in ("PhoneNumber", "TargetArn"):
        if request.get(name) and ":sns:" not in request[name]:
            raise NotImplementedHere(f"{name}: messages go to topics only here; publish to a TopicArn.")


def _put_rule(request: Mapping[str, Json]) -> None:
    if request.get("ScheduleExpression"):
        raise NotImplementedHere(
            "ScheduleExpression: rules do not run on a schedule in this version; give an EventPattern, or start the "
            "work from cron."
        )


def _put_targets(request: Mapping[str, Json]) -> None:
    for target in request["Targets"]:
        service = Arn.of(target["Arn"]).service
        if service and service not in targets.REACHED:
            reached = ", ".join(sorted(targets.REACHED))
            raise NotImplementedHere(f"Targets: '{target['Arn']}' cannot be a target here; {reached} can.")


CHECKS: Final[Mapping[tuple[str, str], Check]] = {
    ("sns", "Subscribe"): _subscribe,
    ("sns", "Publish"): _publish,
    ("events", "PutRule"): _put_rule,
    ("events", "PutTargets"): _put_targets,
}
