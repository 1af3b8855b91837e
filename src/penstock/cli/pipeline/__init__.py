"""`penstock pipeline`: pipelines written in Python (`penstock.pipeline`), each command in the module of its name."""

from typing import Final

from penstock.cli.group import Commands

command: Final = Commands(
    "pipeline",
    room=__name__,
    sentences={
        "show": "Draw a pipeline's steps, and what each waits for.",
        "definition": "Print a pipeline's definition, as CreatePipeline takes it.",
        "upsert": "Upload a pipeline's code and data, and create it or bring it up to date.",
    },
    help="Show, print or publish a pipeline written in Python.",
)
