"""EventBridge hears of parameters that change."""

from collections.abc import Callable
from typing import Final

from penstock.engine.notices import Kind, Notices
from penstock.store.database import Transaction
from penstock.store.documents import Document

CHANGE: Final = Kind("aws.ssm", "Parameter Store Change")

Tell = Callable[[Transaction, Document, str, float], None]  # (unit of work, parameter, operation, moment)


def telling(notices: Notices) -> Tell:
    def tell(tx: Transaction, parameter: Document, operation: str, at: float) -> None:
        def detail() -> dict[str, str]:
            said = {"operation": operation, "name": parameter.name, "type": parameter.body["Type"]}
            description = parameter.body.get("Description")
            return {**said, "description": description} if description else said

        notices.keep(tx, parameter.scope, CHANGE, [parameter.arn], detail, at=at)

    return tell
