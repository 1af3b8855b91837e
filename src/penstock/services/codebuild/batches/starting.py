"""Starting: one build of a batch is begun. The activity `codebuild.start-in-batch`.

Its id is made from the batch's run and its own identifier: begun again after a crash, it is the same build.
"""

from dataclasses import dataclass

import msgspec

from penstock.engine.outbox import Task
from penstock.services.codebuild.builds import Builds, id_of
from penstock.services.codebuild.model import BUILD, Json, Occasion, PartOf
from penstock.services.codebuild.projects import PROJECTS
from penstock.store import documents
from penstock.store.database import Transaction


@dataclass(frozen=True)
class Starting:
    builds: Builds

    async def start(self, task: Task) -> Json:
        """Answers the build's ARN."""
        told, at = task.input, self.builds.clock()
        part = msgspec.convert(told["part"], PartOf)
        by = Occasion(told["initiator"], part, told.get("webhook", {}))
        id = id_of(f"{task.run}/{part.identifier}")  # noqa: A001

        def start(tx: Transaction) -> Json:
            project = PROJECTS.find(tx, task.scope, told["project"])
            found = documents.find(tx, task.scope, BUILD, f"{project.name}:{id}")
            build = found or self.builds.begin(tx, task.scope, project, told["asked"], id=id, at=at, by=by)
            return {"arn": build.arn}

        return await self.builds.database.write(start)
