"""Templates as requests bring them: fetched, transformed, given their parameters, inspected before anything is made."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from penstock.languages.cloudformation import (
    Template,
    TemplateError,
    capabilities,
    check,
    check_rules,
    chosen,
    expand,
    included,
    pseudo_parameters,
    read,
    scope_of,
    stored,
    values,
)
from penstock.languages.cloudformation.resolve import resolve
from penstock.languages.cloudformation.scope import Scope as Values
from penstock.languages.cloudformation.scope import Unknown
from penstock.services.cloudformation.inspecting import must_be_known
from penstock.services.cloudformation.model import Kept, Target
from penstock.services.cloudformation.resources.kind import ResourceType
from penstock.services.cloudformation.rows import invalid
from penstock.wire.addresses import S3Address
from penstock.wire.call import Call, Directory, Scope, ServiceError, read_whole

Json = Any
LARGEST_BODY: Final = 51_200  # bytes of a template in a request
LARGEST: Final = 1 << 20  # bytes of one in S3
AUTO: Final = "CAPABILITY_AUTO_EXPAND"


@dataclass(frozen=True, slots=True)
class Stack:
    """The stack that a template is for: what pseudo parameters tell of it."""

    id: str
    name: str
    scope: Scope
    topics: tuple[str, ...] = ()

    @property
    def pseudo(self) -> dict[str, Json]:
        account, region = self.scope.account, self.scope.region
        return pseudo_parameters(
            account=account, region=region, stack_name=self.name, stack_id=self.id, topics=self.topics
        )


@dataclass(frozen=True)
class Templates:
    """What is known of templates, with the services that hold their parts."""

    directory: Directory
    types: Mapping[str, ResourceType]

    async def text(self, scope: Scope, request: Mapping[str, Json], previous: Kept | None = None) -> str:
        """The template of a request, as it is written. Raises `ServiceError`."""
        body, url = request.get("TemplateBody"), request.get("TemplateURL")
        if request.get("UsePreviousTemplate"):
            if body or url:
                raise invalid("You cannot specify a template together with UsePreviousTemplate.")
            if previous is None:
                raise invalid("UsePreviousTemplate cannot be used: there is no previous template.")
            return previous.text
        if bool(body) == bool(url):
            raise invalid("Either Template URL or Template Body must be specified.")
        if url:
            return await self.fetched(scope, url)
        if len(str(body).encode()) > LARGEST_BODY:
            raise invalid(
                f"1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have "
                f"length less than or equal to {LARGEST_BODY}"
            )
        return str(body)

    async def fetched(self, scope: Scope, url: str) -> str:
        """The text at an S3 URL of any form. Raises `ServiceError`."""
        address = S3Address.of(url, anywhere=True)
        if address is None or not address.key:
            raise invalid("TemplateURL must reference a valid S3 object to which you have access.")
        try:
            answer = await self.directory.answer(Call("s3", "GetObject", address.object, scope))
        except ServiceError as error:
            raise invalid(f"S3 error: {error.message}") from None
        content = await read_whole(answer["Body"], LARGEST)
        if len(content) > LARGEST:
            raise invalid(f"Template may not exceed {LARGEST} bytes in size.")
        return content.decode()

    async def kept(
        self, stack: Stack, request: Mapping[str, Json], text: str, previous: Kept | None, exports: Mapping[str, str]
    ) -> Kept:
        """All that a template comes to with the request's parameters. Raises `ServiceError`."""
        try:
            return await self._kept(stack, request, text, previous, exports)
        except TemplateError as error:
            raise invalid(str(error)) from None

    async def _kept(
        self, stack: Stack, request: Mapping[str, Json], text: str, previous: Kept | None, exports: Mapping[str, str]
    ) -> Kept:
        template = read(text)
        granted = request.get("Capabilities") or []
        if "ChangeSetName" not in request:  # in a change set, people see first what transforms have made
            must_be_acknowledged(template, granted)
        texts = chosen(template, given(request.get("Parameters") or []), previous.parameters if previous else None)
        resolved = await self._stored(stack.scope, stored(template, texts))
        parameters = values(template, texts, resolved)
        plain = await self._expanded(stack, template, parameters)
        check(plain)
        scope = scope_of(plain, parameters=parameters, pseudo=stack.pseudo, exports=exports)
        check_rules(plain, scope)
        must_be_known(plain, scope, self.types)
        must_be_acknowledged(plain, granted)
        imports = tuple(sorted(set(imported(plain, scope))))
        return Kept(
            text=text,
            target=Target(
                document=dict(plain.document),
                parameters=parameters,
                exports={name: exports[name] for name in imports},
                topics=stack.topics,
                capabilities=tuple(granted),
            ),
            parameters=texts,
            resolved=resolved,
            description=template.description or "",
            hidden=tuple(name for name, each in template.parameters.items() if each.no_echo),
            imports=imports,
        )

    async def _stored(self, scope: Scope, names: Mapping[str, str]) -> dict[str, str]:
        """The values of parameters that are in SSM."""
        found: dict[str, str] = {}
        for parameter, name in names.items():
            try:
                answer = await self.directory.answer(Call("ssm", "GetParameter", {"Name": name}, scope))
            except ServiceError:
                raise invalid(f"Unable to fetch parameters [{name}] from parameter store for this account.") from None
            found[parameter] = answer["Parameter"]["Value"]
        return found

    async def _expanded(self, stack: Stack, template: Template, parameters: Mapping[str, Json]) -> Template:
        """The template as its transforms make it."""
        places = included(template, parameters, stack.pseudo)
        if not template.transforms and not places:
            return template
        includes = {place: await self.fetched(stack.scope, place) for place in places}
        return expand(template, parameters=parameters, pseudo=stack.pseudo, includes=includes)


def given(parameters: Sequence[Mapping[str, Json]]) -> dict[str, str | None]:
    """The parameters of a request; None of one that is to be as before."""
    return {
        each["ParameterKey"]: None if each.get("UsePreviousValue") else each.get("ParameterValue", "")
        for each in parameters
    }


def must_be_acknowledged(template: Template, granted: Iterable[str]) -> None:
    """Raise unless the caller knows what the template may do."""
    missing = [each for each in capabilities(template) if not is_granted(each, granted)]
    if missing:
        raise ServiceError(
            f"Requires capabilities : [{', '.join(missing)}]", code="InsufficientCapabilitiesException", status=400
        )


def is_granted(capability: str, granted: Iterable[str]) -> bool:
    return capability in granted or (capability == "CAPABILITY_IAM" and "CAPABILITY_NAMED_IAM" in granted)


def imported(template: Template, scope: Values) -> Iterator[str]:
    """The names of the exports that a template imports."""
    parts: list[Json] = [template.resources[lid].properties for lid in scope.declared]
    parts += [[output.value, output.export] for output in template.outputs.values()]
    for argument in _imports(parts):
        name = resolve(argument, scope)
        if isinstance(name, Unknown):
            raise TemplateError(
                "Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, "
                "or Fn::GetAZs"
            )
        if name in scope.exports:
            yield name


def _imports(value: Json) -> Iterator[Json]:
    match value:
        case list():
            for each in value:
                yield from _imports(each)
        case Mapping():
            for name, each in value.items():
                if name == "Fn::ImportValue":
                    yield each
                else:
                    yield from _imports(each)
