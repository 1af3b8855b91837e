"""`penstock status`: is it up, what runs, what ran last."""

import json

import click
from botocore.exceptions import BotoCoreError, ClientError

from penstock.cli.clients import client, unreachable
from penstock.cli.place import Place, with_place
from penstock.cli.story.screen import Json
from penstock.composition.elsewhere import elsewhere

SHOWN = 5


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_place
def command(place: Place, as_json: bool) -> None:
    """Show the server, its pipeline executions and its jobs."""
    try:
        found = look(place)
    except (BotoCoreError, ClientError) as error:
        raise unreachable(place, error) from None
    if as_json:
        click.echo(json.dumps(found, default=str, indent=2))
        return
    rows = elsewhere(place.data)
    click.echo(f"{place.endpoint} is up{f' (rows: {rows.address})' if rows else ''}")
    for kind, entries in found.items():
        click.secho(kind, bold=True)
        for entry in entries or [{"name": "none yet"}]:
            click.echo(f"  {entry['name']}  {entry.get('status', '')}  {entry.get('at', '')}")


def look(place: Place) -> dict[str, list[Json]]:
    """The latest executions and jobs, newest first."""
    sagemaker = client(place, "sagemaker", attempts=1)
    executions: list[Json] = []
    for pipeline in sagemaker.list_pipelines(MaxResults=SHOWN)["PipelineSummaries"]:
        answer = sagemaker.list_pipeline_executions(PipelineName=pipeline["PipelineName"], MaxResults=SHOWN)
        executions += [
            {
                "name": entry["PipelineExecutionArn"],
                "status": entry["PipelineExecutionStatus"],
                "at": entry["StartTime"],
            }
            for entry in answer["PipelineExecutionSummaries"]
        ]
    found = {"pipeline executions": sorted(executions, key=lambda entry: str(entry["at"]), reverse=True)[:SHOWN]}
    for kind in ("Processing", "Training"):
        answer = getattr(sagemaker, f"list_{kind.lower()}_jobs")(MaxResults=SHOWN)
        found[f"{kind.lower()} jobs"] = [
            {"name": job[f"{kind}JobName"], "status": job[f"{kind}JobStatus"], "at": job["CreationTime"]}
            for job in answer[f"{kind}JobSummaries"]
        ]
    return found
