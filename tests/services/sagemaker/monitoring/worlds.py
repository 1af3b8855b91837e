"""A world for Model Monitor: that of jobs, with the monitoring room on it, an endpoint, and a clock moved by hand."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from engine.worlds import chances
from penstock.engine.alarms import Alarms
from penstock.engine.engine import Engine
from penstock.services.sagemaker.monitoring.room import open_monitoring
from penstock.services.sagemaker.registry.tags import Tags
from penstock.store.streams import Streams
from penstock.wire.call import Answer, Call, Directory, ServiceError, operation
from services.sagemaker.jobs.worlds import DEADLINE, ROLE, SOURCE, Client, Room, World

Json = Any
IMAGE = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
FOLDER = "/opt/ml/processing/input/endpoint"
HOURLY = "cron(0 * ? * * *)"
NOW = {"ScheduleExpression": "NOW", "DataAnalysisStartTime": "-PT1H", "DataAnalysisEndTime": "-PT0H"}


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


class Endpoints:
    """One endpoint, whose requests are captured."""

    service = "sagemaker"

    @operation("DescribeEndpoint")
    async def describe(self, call: Call, request: Json) -> Answer:
        if request["EndpointName"] != "ep":
            raise ServiceError(f'Could not find endpoint "{request["EndpointName"]}".', code="ValidationException")
        return {
            "ProductionVariants": [{"VariantName": "a"}, {"VariantName": "b"}],
            "DataCaptureConfig": {"DestinationS3Uri": "s3://bucket/captured"},
        }


def violations(room: Room) -> int:
    """A container that finds a violation where a record says so."""
    path = Path(room.root / "opt/ml/processing")
    found = [each for each in path.rglob("*") if each.is_file() and "odd" in each.read_text()]
    room.write("/opt/ml/output/message", "CompletedWithViolations: one" if found else "Completed: none")
    return 0


@dataclass
class MonitoringWorld(World):
    more_migrations: ClassVar[list[Path]] = [SOURCE / "services" / "sagemaker" / "monitoring" / "migrations"]
    now: float = at("2030-01-01T15:00:00")
    due: float = at("2030-01-01T16:00:21")
    least_minutes: int = 60
    alarms: list[Alarms] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def open_more(self, engine: Engine, directory: Directory, streams: Streams) -> None:
        alarms = Alarms(engine.database, clock=self.clock)
        self.alarms.append(alarms)
        open_monitoring(
            engine=engine, directory=directory, alarms=alarms, blobs=self.blobs, clock=self.clock,
            chance=chances(self.lives + 100), least_minutes=self.least_minutes,
        )  # fmt: skip
        directory.register(Endpoints())
        directory.register(Tags(engine.database))

    def capture(self, hour: str, content: str = "plain", variant: str = "a") -> None:
        """Something that the endpoint captured in an hour such as `2030/01/01/14`."""
        self.objects[f"captured/ep/{variant}/{hour}/00-00.jsonl"] = content.encode()

    async def ring(self, client: Client, moment: str | None = None) -> None:
        """Go on to a moment, ring what is due, and wait until nothing is under way."""
        if moment is not None:
            self.now = at(moment)
        async with asyncio.timeout(DEADLINE):
            while await self.alarms[-1].ring_due():
                pass
            unsettled = "SELECT 1 FROM run WHERE flow = 'sagemaker.monitoring-execution'"
            while await client.engine.database.read(lambda tx: tx.row(unsettled)) is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.005)


def definition(name: str = "d", kind: str = "DataQuality", **more: Json) -> dict[str, Json]:
    source = {"EndpointInput": {"EndpointName": "ep", "LocalPath": FOLDER}}
    output = {"S3Output": {"S3Uri": "s3://bucket/reports", "LocalPath": "/opt/ml/processing/output"}}
    return {
        "JobDefinitionName": name,
        f"{kind}AppSpecification": {"ImageUri": IMAGE},
        f"{kind}JobInput": source,
        f"{kind}JobOutputConfig": {"MonitoringOutputs": [output]},
        "JobResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}},
        "RoleArn": ROLE,
        **more,
    }


def config(kind: str = "DataQuality", name: str = "d", timing: Json = HOURLY) -> dict[str, Json]:
    told = timing if isinstance(timing, dict) else {"ScheduleExpression": timing}
    return {"MonitoringJobDefinitionName": name, "MonitoringType": kind, "ScheduleConfig": told}


async def scheduled(client: Client, name: str = "s", **more: Json) -> None:
    """A data quality schedule with its definition."""
    await client("CreateDataQualityJobDefinition", **definition(f"d-{name}"))
    wanted = config(name=f"d-{name}", **more)
    await client("CreateMonitoringSchedule", MonitoringScheduleName=name, MonitoringScheduleConfig=wanted)


async def executions(client: Client, **more: Json) -> list[Json]:
    found: list[Json] = (await client("ListMonitoringExecutions", **more))["MonitoringExecutionSummaries"]
    return found
