"""`penstock data`: versions of data, named by content, that pipelines read and lineage tells of."""

from penstock.cli.group import Commands

command = Commands(
    "data",
    room="penstock.cli.data",
    sentences={
        "pin": "Keep what lies under an S3 prefix as a version that stays as it is.",
        "list": "List the versions that were pinned.",
        "show": "Show a version: its content, and the executions that read it.",
    },
    help="Versions of data: pin s3://bucket/prefix/ NAME, then read the manifest that it prints.",
    no_args_is_help=True,
)
