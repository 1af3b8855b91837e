"""Places: which builds of a fleet may run. A build has one from its start to its end; the first in line run.

capacity   baseCapacity; with scaling, what brings the fleet to its target, maxCapacity at most
base       the first baseCapacity in line go before every other job that waits for this machine
QUEUE      builds beyond it wait         ON_DEMAND  they run beside the fleet
"""

import math
from typing import Final

import msgspec

from penstock.services.codebuild.model import FLEET, PLACE, Json, Plan
from penstock.services.codebuild.requests import invalid
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.call import Scope

MOST: Final = 1000  # builds of a fleet that are looked at


def fleet_name(arn: str) -> str:
    """A fleet's name, of itself or its ARN."""
    return arn.rpartition(":fleet/")[2].partition(":")[0]


def of(environment: Json) -> str:
    """The name of the fleet that an environment is on; empty: none."""
    return fleet_name(environment.get("fleet", {}).get("fleetArn", ""))


def take(tx: Transaction, scope: Scope, plan: Plan) -> Plan:
    """Have a build stand in line where its environment has a fleet, whose machines it runs on."""
    name = of(plan.build["environment"])
    if not name:
        return plan
    fleet = documents.find(tx, scope, FLEET, name)
    if fleet is None:
        raise invalid(f"environment.fleet: there is no fleet {name} here")
    documents.insert(tx, Document(
        kind=PLACE, scope=scope, name=plan.arn, arn=f"{plan.arn}/place", created_at=plan.created_at,
        modified_at=plan.created_at, parent=name, body={},
    ))  # fmt: skip
    machine = {name: fleet.body[name] for name in ("computeType", "computeConfiguration") if name in fleet.body}
    environment = {**plan.build["environment"], **machine, "fleet": {"fleetArn": fleet.arn}}
    return msgspec.structs.replace(plan, build={**plan.build, "environment": environment})


def give_back(tx: Transaction, scope: Scope, plan: Plan) -> None:
    if of(plan.build["environment"]):
        documents.remove(tx, scope, PLACE, plan.arn)


def may_run(tx: Transaction, scope: Scope, plan: Plan) -> bool:
    """A fleet that was deleted keeps nobody."""
    name = of(plan.build["environment"])
    fleet = documents.find(tx, scope, FLEET, name) if name else None
    if fleet is None or fleet.body["overflowBehavior"] == "ON_DEMAND":
        return True
    line = in_line(tx, scope, name)
    return plan.arn in line[: capacity(fleet.body, len(line))]


def is_of_base(tx: Transaction, scope: Scope, plan: Plan) -> bool:
    """Whether a build is of those for which its fleet's machines always stand ready."""
    name = of(plan.build["environment"])
    fleet = documents.find(tx, scope, FLEET, name) if name else None
    return fleet is not None and plan.arn in in_line(tx, scope, name)[: fleet.body["baseCapacity"]]


def in_line(tx: Transaction, scope: Scope, fleet: str) -> list[str]:
    """The ARNs of a fleet's builds, the first to come first."""
    query = Query(kind=PLACE, scope=scope, parent=fleet, limit=MOST, descending=False)
    return [each.name for each in documents.page(tx, query).documents]


def capacity(fleet: Json, builds: int) -> int:
    """How many builds a fleet runs at a time while so many want to."""
    scaling = fleet.get("scalingConfiguration", {})
    wanted = [math.ceil(100 * builds / each["targetValue"]) for each in scaling.get("targetTrackingScalingConfigs", ())]
    most: int = scaling.get("maxCapacity", fleet["baseCapacity"])
    base: int = fleet["baseCapacity"]
    return max(base, min(most, max(wanted, default=0)))
