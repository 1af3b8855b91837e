"""`penstock pipeline`: pipelines written in Python (`penstock.pipeline`), and CodePipeline's declarations (`run`).

Each command is in the module of its name.
"""

from typing import Final

from penstock.cli.group import Commands

command: Final = Commands(
    "pipeline",
    room=__name__,
    sentences={
        "show": "Draw a pipeline's steps, and what each waits for.",
        "definition": "Print a pipeline's definition, as CreatePipeline takes it; nothing is uploaded.",
        "upload": "Upload a pipeline's code and data, and print its definition.",
        "upsert": "Upload a pipeline's code and data, and create it or bring it up to date.",
        "run": "Run a declaration of CodePipeline in the working directory, without a server.",
    },
    help="Show, print or publish a pipeline written in Python; run a declaration of CodePipeline.",
)
