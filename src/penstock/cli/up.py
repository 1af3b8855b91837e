"""`penstock up`: the server in the foreground, until Ctrl-C or SIGTERM; running jobs go on and are found again."""

import asyncio
import gc
import logging
import os
import signal
from pathlib import Path
from typing import Any, Final

import click
import uvloop

from penstock.app import CannotStart, Penstock, Settings
from penstock.cli import COLLECTED_AT
from penstock.cli.place import DEFAULT_DATA, DEFAULT_PORT, ENVIRONMENTS, data_folder
from penstock.composition.elsewhere import VARIABLE
from penstock.gateway.tls import Tls, WrongTls, place_of
from penstock.telemetry import wishes
from penstock.wire.outgoing import is_url

FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="The port to listen on; 0 is any free one.")
@click.option("--data", type=click.Path(path_type=Path), help=f"Where everything is kept; default: {DEFAULT_DATA}.")
@click.option(
    "--database",
    default="",
    envvar=VARIABLE,
    help=f"A PostgreSQL for the rows, postgresql://user:password@host/name; default: a file in --data ({VARIABLE}).",
)
@click.option("--region", default="us-east-1", show_default=True, help="The region of requests that name none.")
@click.option("--auth", is_flag=True, help="Verify signatures; needed to listen beyond this machine.")
@click.option(
    "--access-log/--no-access-log",
    default=False,
    show_default=True,
    help="A line for every request, on standard error.",
)
@click.option(
    "--environments",
    type=click.Path(path_type=Path, file_okay=False),
    envvar=ENVIRONMENTS,
    help=f"Where Pythons for jobs are built; default: in the data folder. Several may share one ({ENVIRONMENTS}).",
)
@click.option(
    "--runtime",
    type=click.Choice(["sandbox", "container"]),
    default="sandbox",
    show_default=True,
    help="What runs jobs whose image no environment is mapped to: nothing, or a container engine (Docker, Podman).",
)
@click.option("--engine", default="", help="The container engine, unix:///path.sock; default: where one is found.")
@click.option("--ray", default="", help="Run training and processing jobs on a Ray cluster: http://HEAD:8265, or auto.")
@click.option(
    "--ray-jobs",
    type=click.Choice(["all", "mapped"]),
    default="all",
    show_default=True,
    help="Which of them: all that run in environments, or those whose images are mapped there (images.toml).",
)
@click.option(
    "--ray-endpoint", default="", help="How Ray's nodes reach this server, http://HOST:PORT; default: found out."
)
@click.option(
    "--accept-without-effect",
    "without_effect",
    default="",
    metavar="TYPE,…",
    help="Keep resources of these types of CloudFormation's as records: AWS::EC2::*,AWS::SageMaker::NotebookInstance.",
)
@click.option(
    "--tls", default="", metavar="HOST:PORT", help="Speak TLS there, beside the plain port, as the next two say."
)
@click.option("--tls-certificate", type=FILE, help="A certificate (PEM), with those that lead to its authority.")
@click.option("--tls-key", type=FILE, help="Its private key; default: in the certificate's file.")
@click.option(
    "--public-url", default="", help="How git hosts reach this server: https://git.example; default: as who asks."
)
@click.option("--mocks", type=FILE, help="A mock configuration file, for executions of MACHINE#TESTCASE.")
@click.option("--otlp", default="", help="Send traces to this OpenTelemetry collector: http://127.0.0.1:4318.")
@click.option("--openlineage", default="", help="Send lineage events to this server, or append them to file:PATH.")
def command(
    data: Path | None,
    otlp: str,
    openlineage: str,
    without_effect: str,
    tls: str,
    tls_certificate: Path | None,
    tls_key: Path | None,
    **options: Any,
) -> None:
    """Start Penstock and keep it running."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        telemetry = wishes.read(os.environ, otlp=otlp, openlineage=openlineage)
    except wishes.WrongWish as wrong:
        raise click.ClickException(str(wrong)) from None
    types = tuple(each.strip() for each in without_effect.split(",") if each.strip())
    if options["public_url"] and not is_url(options["public_url"]):
        raise click.UsageError("--public-url is the address of this server: https://HOST, https://HOST:PORT")
    options["public_url"] = options["public_url"].rstrip("/")
    spoken = tls_of(tls, tls_certificate, tls_key)
    settings = Settings(data=data_folder(data), telemetry=telemetry, without_effect=types, tls=spoken, **options)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings))
    except CannotStart as reason:
        raise click.ClickException(str(reason)) from None


def tls_of(place: str, certificate: Path | None, key: Path | None) -> Tls | None:
    if not place and certificate is None and key is None:
        return None
    if not place or certificate is None:
        raise click.UsageError("TLS needs both --tls HOST:PORT and --tls-certificate FILE.")
    try:
        return Tls(*place_of(place), certificate, key)
    except WrongTls as wrong:
        raise click.UsageError(str(wrong)) from None


async def serve(settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    async with Penstock(settings) as penstock:
        keep_what_is_here()
        click.echo(f"Penstock is ready at {penstock.endpoint} (data: {settings.data})")
        if penstock.tls_endpoint:
            click.echo(f"TLS is spoken at {penstock.tls_endpoint}")
        if settings.without_effect:
            click.echo(f"Resources of these types are records without effect: {', '.join(settings.without_effect)}")
        if not settings.auth:
            click.echo("No signatures are checked, so only this machine is listened to (--auth changes both).")
        await stopping.wait()
        click.echo("stopping; running jobs go on, and are found again at the next start")


def keep_what_is_here() -> None:
    """Spare the collector half a million objects that stay to the end, and most of its rounds among the new ones.

    What is rubbish by now stays too: to look for it would take a tenth of a second in which nobody is answered.
    """
    gc.freeze()
    gc.set_threshold(*COLLECTED_AT)
