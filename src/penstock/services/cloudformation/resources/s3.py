"""AWS::S3::…: a bucket has a setting for each of its properties, put and taken away by operations of its own."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import Begun, Made, Naming, Resource, ResourceType, Steps, ask
from penstock.services.cloudformation.resources.plain import Plain, projected
from penstock.services.cloudformation.resources.shaping import is_intrinsic, shaped, text, unfit, unsupported

Json = Any
GONE: Final = ("NoSuchBucket", "404", "NotFound")


def as_it_is(value: Json) -> Json:
    return value


def encryption(value: Json) -> Json:
    rules = [
        {
            {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}.get(name, name): inner
            for name, inner in rule.items()
        }
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    return {"Rules": rules}


def expiring(value: Json) -> Json:
    return {"Rules": [lifecycle_rule(each) for each in value["Rules"]]}


RULES: Final[Mapping[str, str]] = {  # a rule's properties, and where the API has them
    "ExpirationInDays": "Expiration Days",
    "ExpirationDate": "Expiration Date",
    "ExpiredObjectDeleteMarker": "Expiration ExpiredObjectDeleteMarker",
    "NoncurrentVersionExpirationInDays": "NoncurrentVersionExpiration NoncurrentDays",
}
FILTERS: Final = ("ObjectSizeGreaterThan", "ObjectSizeLessThan", "Prefix", "TagFilters")


def lifecycle_rule(rule: Mapping[str, Json]) -> dict[str, Json]:
    """A rule as the API has it: days and dates inside of what they are for, what it is about in its filter."""
    found = {name: value for name, value in rule.items() if name not in (*RULES, *FILTERS)}
    for name in RULES.keys() & rule.keys():
        outer, _, inner = RULES[name].partition(" ")
        found[outer] = {**found.get(outer, {}), inner: rule[name]}
    about = {name.replace("TagFilters", "Tags"): rule[name] for name in FILTERS if name in rule}
    found["Filter"] = {"And": {"Prefix": "", **about}} if about.keys() - {"Prefix"} else about or {"Prefix": ""}
    return found


def sharing(value: Json) -> Json:
    names = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
    return {
        "CORSRules": [{names.get(name, name): inner for name, inner in rule.items()} for rule in value["CorsRules"]]
    }


def logging(value: Json) -> Json:
    names = {"DestinationBucketName": "TargetBucket", "LogFilePrefix": "TargetPrefix"}
    given = {names.get(name, name): inner for name, inner in value.items()}
    return {"LoggingEnabled": {"TargetPrefix": "", **given}}


EVENT_BRIDGE: Final = "EventBridgeConfiguration"
TELLING: Final[Mapping[str, tuple[str, str]]] = {  # lists of who is told: the property that names it, the API's list
    "LambdaConfigurations": ("Function", "LambdaFunctionConfigurations"),
    "QueueConfigurations": ("Queue", "QueueConfigurations"),
    "TopicConfigurations": ("Topic", "TopicConfigurations"),
}


def telling(value: Json) -> Json:
    """Where a bucket's events go; a template that gives the event bus and says nothing more means it."""
    wanted = value.get(EVENT_BRIDGE)
    is_on = wanted is not None and text(wanted.get("EventBridgeEnabled", True)) == "true"
    found: dict[str, Json] = {EVENT_BRIDGE: {}} if is_on else {}
    for part, (name, listed) in TELLING.items():
        if value.get(part):
            found[listed] = [told(each, name, listed.removesuffix("Configurations")) for each in value[part]]
    return found


def told(each: Mapping[str, Json], name: str, kind: str) -> dict[str, Json]:
    """One that is told, as the API has it: a list of its one event, its rules under another name."""
    rules = ((each.get("Filter") or {}).get("S3Key") or {}).get("Rules")
    narrowed = {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
    return {f"{kind}Arn": each[name], "Events": [each["Event"]], **narrowed}


def unfit_telling(value: Mapping[str, Json]) -> Iterator[str]:
    part = "NotificationConfiguration"
    yield from (unsupported(f"{part}/{name}") for name in value if name not in (EVENT_BRIDGE, *TELLING))
    for listed in TELLING.keys() & value.keys():
        given, (name, _) = value[listed], TELLING[listed]
        for number, each in enumerate(given if isinstance(given, list) else ()):
            if isinstance(each, Mapping) and not is_intrinsic(each):
                at = f"{part}/{listed}/{number}"
                yield from (unsupported(f"{at}/{one}") for one in each if one not in ("Event", "Filter", name))
                yield from (f"Property {at}/{one} is required" for one in ("Event", name) if one not in each)


@dataclass(frozen=True, slots=True)
class Setting:
    """One property of buckets: the operation that puts it, the member that it becomes, and what takes it away."""

    put: str
    member: str
    take: str | Mapping[str, Json]  # an operation, or the value that stands for none
    spell: Callable[[Json], Json] = as_it_is

    def request(self, bucket: str, value: Json) -> dict[str, Json]:
        return shaped("s3", self.put, {"Bucket": bucket, self.member: self.spell(value)})


class Logging(Setting):
    """Records of a bucket's requests go to the bucket itself, where nothing else is said."""

    def request(self, bucket: str, value: Json) -> dict[str, Json]:
        return Setting.request(self, bucket, {"DestinationBucketName": bucket, **value})


SETTINGS: Final[Mapping[str, Setting]] = {
    "Tags": Setting("PutBucketTagging", "Tagging", "DeleteBucketTagging", lambda tags: {"TagSet": tags}),
    "VersioningConfiguration": Setting("PutBucketVersioning", "VersioningConfiguration", {"Status": "Suspended"}),
    "BucketEncryption": Setting(
        "PutBucketEncryption", "ServerSideEncryptionConfiguration", "DeleteBucketEncryption", encryption
    ),
    "PublicAccessBlockConfiguration": Setting(
        "PutPublicAccessBlock", "PublicAccessBlockConfiguration", "DeletePublicAccessBlock"
    ),
    "OwnershipControls": Setting("PutBucketOwnershipControls", "OwnershipControls", "DeleteBucketOwnershipControls"),
    "LifecycleConfiguration": Setting(
        "PutBucketLifecycleConfiguration", "LifecycleConfiguration", "DeleteBucketLifecycle", expiring
    ),
    "CorsConfiguration": Setting("PutBucketCors", "CORSConfiguration", "DeleteBucketCors", sharing),
    "LoggingConfiguration": Logging("PutBucketLogging", "BucketLoggingStatus", {}, logging),
    "NotificationConfiguration": Setting(
        "PutBucketNotificationConfiguration", "NotificationConfiguration", {}, telling
    ),
}
RULES_OF: Final = {  # where the rules are, in what is rules
    "BucketEncryption": "ServerSideEncryptionConfiguration",
    "CorsConfiguration": "CorsRules",
    "LifecycleConfiguration": "Rules",
}
ACCESS: Final = ("Private", "BucketOwnerFullControl", "BucketOwnerRead")  # S3 passes over the latter two for buckets


def create_bucket(resource: Resource) -> Steps[Made]:
    region = resource.scope.region
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    yield from ask("s3", "CreateBucket", {"Bucket": resource.name, **where}, pardon=("BucketAlreadyOwnedByYou",))
    yield Begun(resource.name)
    yield from configure_bucket(resource.name, {}, resource.properties)
    return made_bucket(resource)


def update_bucket(before: Resource, after: Resource) -> Steps[Made]:
    yield from configure_bucket(after.physical_id, before.properties, after.properties)
    return made_bucket(after)


def delete_bucket(resource: Resource) -> Steps[None]:
    yield from ask("s3", "DeleteBucket", {"Bucket": resource.physical_id or resource.name}, pardon=GONE)


def read_bucket(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    where = {"Bucket": resource.physical_id or resource.name}
    try_it = yield from ask("s3", "GetBucketLocation", where, pardon=GONE)
    if "LocationConstraint" not in try_it:
        return None
    tags = yield from ask("s3", "GetBucketTagging", where, pardon=("NoSuchTagSet",))
    versioning = yield from ask("s3", "GetBucketVersioning", where)
    block = yield from ask("s3", "GetPublicAccessBlock", where, pardon=("NoSuchPublicAccessBlock",))
    seen = {
        "BucketName": where["Bucket"],
        "Tags": tags.get("TagSet"),
        "VersioningConfiguration": versioning if versioning.get("Status") else None,
        "PublicAccessBlockConfiguration": block.get("PublicAccessBlockConfiguration"),
    }
    shown: Mapping[str, Json] = projected(seen, resource.only(*seen))
    return shown


def configure_bucket(name: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Steps[None]:
    """Put what is to be set, and take away what was."""
    for part, setting in SETTINGS.items():
        old, new = before.get(part), after.get(part)
        if old == new:
            continue
        if new:
            yield from ask("s3", setting.put, setting.request(name, new))
        elif isinstance(setting.take, str):
            yield from ask("s3", setting.take, {"Bucket": name})
        else:
            yield from ask("s3", setting.put, {"Bucket": name, setting.member: setting.take})


def made_bucket(resource: Resource) -> Made:
    name, region = resource.physical_id or resource.name, resource.scope.region
    return Made(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "WebsiteURL": f"http://{name}.s3-website-{region}.amazonaws.com",
        },
    )


def sound_bucket(properties: Mapping[str, Json]) -> Iterator[str]:
    """Buckets belong to their owners alone."""
    access = properties.get("AccessControl", "Private")
    if isinstance(access, str) and access not in ACCESS:
        yield f"AccessControl {access} (buckets are their owner's; leave it out)"
    notified = properties.get("NotificationConfiguration")
    if isinstance(notified, Mapping) and not is_intrinsic(notified):
        yield from unfit_telling(notified)
    for part in ("PublicAccessBlockConfiguration", "OwnershipControls", "VersioningConfiguration"):
        if part in properties:
            yield from unfit_for(part, properties[part])
    for part, inside in RULES_OF.items():
        given = properties.get(part)
        rules = given.get(inside) if isinstance(given, Mapping) else None
        for rule in rules if isinstance(rules, list) else ():
            if isinstance(rule, Mapping) and not is_intrinsic(rule):
                moves = [name for name in rule if name.rstrip("s").endswith("Transition")]
                yield from (f"{part}/{inside}/{name} (content stays where it is; let it expire)" for name in moves)
                kept = {name: value for name, value in rule.items() if name not in moves}
                yield from unfit_for(part, {inside: [kept]})


def unfit_for(part: str, value: Json) -> Iterator[str]:
    setting = SETTINGS[part]
    wrong = unfit("s3", setting.put, {setting.member: setting.spell(value)})
    yield from (unsupported(path.replace(setting.member, part, 1)) for path in wrong)


BUCKET: Final = ResourceType(
    name="AWS::S3::Bucket",
    properties=frozenset({"AccessControl", "BucketName", *SETTINGS}),
    create_only=frozenset({"BucketName"}),
    attributes=frozenset({"Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"}),
    naming=Naming("BucketName", longest=63, lower=True),
    tagging="list",
    create=create_bucket,
    update=update_bucket,
    delete=delete_bucket,
    read=read_bucket,
    check=sound_bucket,
)


def bucket(resource: Resource) -> str:
    return text(resource.properties["Bucket"])


POLICY: Final = Plain(
    name="AWS::S3::BucketPolicy",
    service="s3",
    create="PutBucketPolicy",
    read="GetBucketPolicy",
    update="PutBucketPolicy",
    delete="DeleteBucketPolicy",
    properties="Bucket PolicyDocument",
    required="Bucket PolicyDocument",
    create_only="Bucket",
    key={"Bucket": bucket},
    id=lambda resource, _: bucket(resource),
    renames={"PolicyDocument": "Policy"},
)


def read_policy(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from POLICY.finding(resource)
    return {"Bucket": bucket(resource), "PolicyDocument": json.loads(found["Policy"])} if found else None


TYPES: Final = (BUCKET, replace(POLICY.type(), read=read_policy))
