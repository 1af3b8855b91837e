"""`penstock database`: where the rows of a data folder are."""

from penstock.cli.group import Commands

command = Commands(
    "database",
    room="penstock.cli.database",
    sentences={"copy": "Move the rows of a data folder to a PostgreSQL."},
    help="The rows of a data folder: in a file of it, or in a PostgreSQL.",
    no_args_is_help=True,
)
