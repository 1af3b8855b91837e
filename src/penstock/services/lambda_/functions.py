"""Functions: made, described, listed, changed, deleted; and how many of each may run at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from penstock.services.lambda_ import layers, packages, rows, tagging
from penstock.services.lambda_.destinations import DEAD_LETTERS, check_destination
from penstock.services.lambda_.environments import ACCOUNT_CONCURRENCY, LEAST_UNRESERVED, Environments
from penstock.services.lambda_.failures import InvalidParameterValue, ResourceConflict, stale_revision
from penstock.services.lambda_.lists import page, shown
from penstock.services.lambda_.model import FUNCTION, VERSION, Request, Target, name_given, target_of
from penstock.services.lambda_.packages import Packages
from penstock.services.lambda_.settings import changed, configuration, defaults, stamped, with_code
from penstock.services.lambda_.versions import publish
from penstock.store import documents, tags
from penstock.store.blobs import Blobs, Digest
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document, Query
from penstock.wire.call import Answer, Call, Json, Scope, operation

STORAGE: Final = 80_530_636_800  # bytes of code that an account may keep, as AWS tells it


@dataclass(frozen=True)
class Functions:
    """The operations on functions."""

    database: Database
    blobs: Blobs
    packages: Packages
    environments: Environments
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = "lambda"

    @operation("CreateFunction")
    async def create(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)
        name, at = name_given(target), self.clock()
        check_destination((request.get("DeadLetterConfig") or {}).get("TargetArn"), DEAD_LETTERS)
        settings = changed(defaults(target), request, self.environments.languages)
        package = await self.packages.bring(call.scope, request["Code"])
        settings = stamped(with_code(settings, package), at, self.chance())

        def create(tx: Transaction) -> Document:
            function = Document(
                kind=FUNCTION, scope=call.scope, name=name, arn=target.function_arn, created_at=at, modified_at=at,
                token=call.token, body={
                    "Configuration": settings, "Code": package.body(), "LastVersion": 0,
                    "Layers": layers.chosen(tx, call.scope, request.get("Layers") or ()),
                },
            )  # fmt: skip
            try:
                function = documents.insert(tx, function)
            except AlreadyStored:
                raise ResourceConflict(f"Function already exist: {name}") from None
            rows.hold(tx, function)
            tagging.add(tx, function.arn, request.get("Tags") or {})
            return publish(tx, function, at, self.chance()) if request.get("Publish") else function

        return configuration(await self.database.write(create))

    @operation("GetFunction")
    async def get(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)

        def find(tx: Transaction) -> tuple[Document, Document, dict[str, str]]:
            function = rows.function_of(tx, target)
            return function, rows.version_of(tx, target), tags.of(tx, function.arn)

        function, version, labels = await self.database.read(find)
        place = self.blobs.path(Digest(version.body["Code"]["Digest"]))
        answer: dict[str, Json] = {
            "Configuration": configuration(version, target.qualifier),
            "Code": {"RepositoryType": "S3", "Location": place.absolute().as_uri()},
        }
        if labels:
            answer["Tags"] = labels
        if (reserved := function.body.get("Concurrency")) is not None:
            answer["Concurrency"] = {"ReservedConcurrentExecutions": reserved}
        return answer

    @operation("GetFunctionConfiguration")
    async def get_configuration(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)
        return configuration(await self.database.read(lambda tx: rows.version_of(tx, target)), target.qualifier)

    @operation("ListFunctions")
    async def list(self, call: Call, request: Request) -> Answer:
        if request.get("FunctionVersion") == "ALL":
            return await self._list_versions(call.scope, request)
        query = Query(kind=FUNCTION, scope=call.scope, order="name", descending=False)
        found = await self.database.read(lambda tx: page(tx, query, request))
        return shown("Functions", found, configuration)

    async def _list_versions(self, scope: Scope, request: Request) -> Answer:
        """Every function with its versions: as many functions as fit in a page, and all versions of each."""
        query = Query(kind=FUNCTION, scope=scope, order="name", descending=False)

        def find(tx: Transaction) -> tuple[documents.Page, list[Document]]:
            found = page(tx, query, request)
            return found, [
                each
                for function in found.documents
                for each in (function, *rows.every(tx, scope, VERSION, function.name))
            ]

        found, everything = await self.database.read(find)
        return {**shown("Functions", found, configuration), "Functions": [
            configuration(each, "$LATEST" if each.kind == FUNCTION else "") for each in everything
        ]}  # fmt: skip

    @operation("UpdateFunctionCode")
    async def update_code(self, call: Call, request: Request) -> Answer:
        target, at = target_of(call.scope, request), self.clock()
        packages_given = {key: value for key, value in request.items() if key in CODE_MEMBERS}
        package = await self.packages.bring(call.scope, packages_given)

        def update(tx: Transaction) -> Document:
            function = current(tx, target, request)
            settings = with_code(function.body["Configuration"], package)
            if request.get("Architectures"):
                settings["Architectures"] = request["Architectures"]
            after = self._revised(function, settings, at, Code=package.body())
            if request.get("DryRun"):
                return after
            documents.update(tx, after)
            rows.hold(tx, after)
            return publish(tx, after, at, self.chance()) if request.get("Publish") else after

        after = await self.database.write(update)
        self.environments.retire(target.function_arn)
        return configuration(after)

    @operation("UpdateFunctionConfiguration")
    async def update_configuration(self, call: Call, request: Request) -> Answer:
        target, at = target_of(call.scope, request), self.clock()
        check_destination((request.get("DeadLetterConfig") or {}).get("TargetArn"), DEAD_LETTERS)

        def update(tx: Transaction) -> Document:
            function = current(tx, target, request)
            settings = changed(function.body["Configuration"], request, self.environments.languages)
            members: dict[str, Json] = {}
            if request.get("Layers") is not None:
                members["Layers"] = layers.chosen(tx, call.scope, request["Layers"])
            after = self._revised(function, settings, at, **members)
            documents.update(tx, after)
            rows.hold(tx, after)
            return after

        after = await self.database.write(update)
        self.environments.retire(target.function_arn)
        return configuration(after)

    def _revised(self, function: Document, settings: Json, at: float, **members: Json) -> Document:
        return function.changed(at, Configuration=stamped(settings, at, self.chance()), **members)

    @operation("DeleteFunction")
    async def delete(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)

        def delete(tx: Transaction) -> None:
            function = rows.function_of(tx, target)
            if not target.qualifier:
                rows.forget(tx, function)
                return
            delete_version(tx, function, target)

        await self.database.write(delete)
        self.environments.retire(target.function_arn)
        return {"StatusCode": 204}

    # -- concurrency

    @operation("PutFunctionConcurrency")
    async def put_concurrency(self, call: Call, request: Request) -> Answer:
        wanted = request["ReservedConcurrentExecutions"]
        await self._reserve(target_of(call.scope, request), wanted)
        return {"ReservedConcurrentExecutions": wanted}

    @operation("DeleteFunctionConcurrency")
    async def delete_concurrency(self, call: Call, request: Request) -> Answer:
        await self._reserve(target_of(call.scope, request), None)
        return {}

    async def _reserve(self, target: Target, wanted: int | None) -> None:
        def reserve(tx: Transaction) -> None:
            function = rows.function_of(tx, replace(target, qualifier=""))
            others = reserved(tx, target.scope) - (function.body.get("Concurrency") or 0)
            if ACCOUNT_CONCURRENCY - others - (wanted or 0) < LEAST_UNRESERVED:
                raise InvalidParameterValue(
                    "Specified ReservedConcurrentExecutions for function decreases account's "
                    f"UnreservedConcurrentExecution below its minimum value of [{LEAST_UNRESERVED}]."
                )
            documents.update(tx, function.changed(function.modified_at, Concurrency=wanted))

        await self.database.write(reserve)

    @operation("GetFunctionConcurrency")
    async def get_concurrency(self, call: Call, request: Request) -> Answer:
        target = target_of(call.scope, request)
        function = await self.database.read(lambda tx: rows.function_of(tx, target))
        wanted = function.body.get("Concurrency")
        return {} if wanted is None else {"ReservedConcurrentExecutions": wanted}

    @operation("GetAccountSettings")
    async def get_account_settings(self, call: Call, request: Request) -> Answer:
        def count(tx: Transaction) -> tuple[int, int, int]:
            functions = [*rows.every(tx, call.scope, FUNCTION)]
            everything = [*functions, *rows.every(tx, call.scope, VERSION)]
            size = sum(each.body["Code"]["Size"] for each in everything)
            return len(functions), size, reserved(tx, call.scope)

        functions, size, taken = await self.database.scan(count)
        return {
            "AccountLimit": {
                "TotalCodeSize": STORAGE, "CodeSizeUnzipped": packages.LARGEST_UNPACKED,
                "CodeSizeZipped": packages.LARGEST_DIRECT, "ConcurrentExecutions": ACCOUNT_CONCURRENCY,
                "UnreservedConcurrentExecutions": ACCOUNT_CONCURRENCY - taken,
            },
            "AccountUsage": {"TotalCodeSize": size, "FunctionCount": functions},
        }  # fmt: skip


CODE_MEMBERS: Final = frozenset({"ZipFile", "S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri"})


def current(tx: Transaction, target: Target, request: Request) -> Document:
    """The function to be changed, if it is what the caller takes it for."""
    function = rows.function_of(tx, target)
    if not target.is_latest:
        raise InvalidParameterValue("A published version cannot be changed: name the function without a qualifier.")
    if request.get("RevisionId") not in (None, "", function.body["Configuration"]["RevisionId"]):
        raise stale_revision()
    return function


def delete_version(tx: Transaction, function: Document, target: Target) -> None:
    if target.is_latest:
        raise InvalidParameterValue("$LATEST version cannot be deleted without deleting the function.")
    if rows.alias_of(tx, target) is not None:
        raise InvalidParameterValue("An alias is deleted with DeleteAlias.")
    version = documents.find(tx, target.scope, VERSION, f"{target.name}:{target.qualifier}")
    if version is None:
        return
    if users := rows.aliases_to(tx, function, target.qualifier):
        raise ResourceConflict(
            f"Function version {target.qualifier} is referenced by alias {users[0]}: change or delete the alias first."
        )
    rows.release(tx, version)
    documents.remove(tx, target.scope, VERSION, version.name)


def reserved(tx: Transaction, scope: Scope) -> int:
    """The concurrency that functions have for themselves."""
    return sum(each.body.get("Concurrency") or 0 for each in rows.every(tx, scope, FUNCTION))
