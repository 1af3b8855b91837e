"""What may be asked of shadow tests, and the endpoint's configurations that they ask for. Pure."""

from collections.abc import Mapping
from typing import Final

from penstock.services.sagemaker.shadowtests.model import End, Json, Plan, State, Wanted
from penstock.wire.call import ValidationError

DAY: Final = 86_400.0
LASTS: Final = 7 * DAY  # where nothing is said
LONGEST: Final = 30 * DAY
LONGEST_NAME: Final = 63  # of a configuration
MEMBERS: Final = ("ModelVariants", "ShadowModeConfig", "DataStorageConfig", "Description", "RoleArn", "KmsKey", "Type")
ALL_REQUESTS: Final = 100  # percent: what an experiment captures


def wanted_of(request: Mapping[str, Json], at: float) -> Wanted:
    """The experiment that a request asks for; raises `ValidationError`."""
    schedule = request.get("Schedule", {})
    start = float(schedule.get("StartTime", at))
    end = float(schedule.get("EndTime", max(start, at) + LASTS))
    wanted = Wanted({member: request[member] for member in MEMBERS if member in request}, start, end)
    check(wanted, at)
    return wanted


def changed(now: Wanted, request: Mapping[str, Json], at: float, *, has_begun: bool) -> Wanted:
    """The experiment as an update wants it; raises `ValidationError`."""
    schedule = request.get("Schedule", {})
    if has_begun and schedule.get("StartTime", now.start) != now.start:
        raise ValidationError("Schedule.StartTime cannot change once the experiment has begun; leave it out.")
    members = {**now.members, **{member: request[member] for member in MEMBERS if member in request}}
    changed = Wanted(members, float(schedule.get("StartTime", now.start)), float(schedule.get("EndTime", now.end)))
    check(changed, at)
    if changed.source != now.source or changed.shadow != now.shadow:
        raise ValidationError("ShadowModeConfig of an update has the names of the experiment's variants.")
    return changed


def check(wanted: Wanted, at: float) -> None:
    if not max(wanted.start, at) < wanted.end <= wanted.start + LONGEST:
        raise ValidationError("Schedule.EndTime must be after now and StartTime, and at most 30 days after it.")
    names = [each["VariantName"] for each in wanted.members["ModelVariants"]]
    if sorted(names) != sorted((wanted.source, wanted.shadow)) or len(set(names)) < len(names):
        raise ValidationError(
            f"ModelVariants must be the production variant {wanted.source} and the shadow variant {wanted.shadow} of "
            f"ShadowModeConfig; they are {', '.join(names)}."
        )


def end_of(wanted: Wanted, request: Mapping[str, Json]) -> End:
    """How a stop wants an experiment to end; raises `ValidationError`."""
    actions: dict[str, str] = request["ModelVariantActions"]
    if set(actions) != {wanted.source, wanted.shadow}:
        raise ValidationError(f"ModelVariantActions must have {wanted.source} and {wanted.shadow}, and no others.")
    of_source, of_shadow = actions[wanted.source], actions[wanted.shadow]
    if of_source == "Promote" or (of_source == "Remove") != (of_shadow == "Promote"):
        raise ValidationError(
            f"ModelVariantActions keep one production variant: {wanted.source} is Remove where {wanted.shadow} is "
            "Promote, else Retain."
        )
    end = End(
        actions,
        request.get("DesiredState", "Completed"),
        request.get("Reason", ""),
        tuple(request.get("DesiredModelVariants", ())),
    )
    if unknown := {each["VariantName"] for each in end.variants} - end.left:
        raise ValidationError(f"DesiredModelVariants has {', '.join(sorted(unknown))}, which does not stay.")
    return end


def expired(wanted: Wanted) -> End:
    """How an experiment ends by itself: the endpoint is as it was."""
    return End({wanted.source: "Retain", wanted.shadow: "Remove"}, "Completed")


def configuration(plan: Plan, state: State) -> dict[str, Json]:
    """The CreateEndpointConfig that brings about what the phase is for."""
    wanted, end, suffix = state.wanted, state.end, f"-{plan.luck[:8]}-{state.made}"
    request: dict[str, Json] = {"EndpointConfigName": plan.name[: LONGEST_NAME - len(suffix)].rstrip("-") + suffix}
    if "KmsKey" in wanted.members:
        request["KmsKeyId"] = wanted.members["KmsKey"]
    if plan.explainer:
        request["ExplainerConfig"] = plan.explainer
    production, shadow = variant(wanted.variants[wanted.source], 1.0), shadow_of(wanted)
    if end is None:
        return {**request, **captured(wanted, plan.capture), **both(production, shadow)}
    desired = {**wanted.variants, **{each["VariantName"]: each for each in end.variants}}
    production = variant(desired[wanted.source], 1.0)
    kept = {"DataCaptureConfig": plan.capture} if plan.capture else {}
    if wanted.source not in end.left:
        return {**request, **kept, "ProductionVariants": [variant(desired[wanted.shadow], 1.0)]}
    if wanted.shadow not in end.left:
        return {**request, **kept, "ProductionVariants": [production]}
    return {**request, **kept, **both(production, variant(desired[wanted.shadow], shadow["InitialVariantWeight"]))}


def both(production: dict[str, Json], shadow: dict[str, Json]) -> dict[str, Json]:
    return {"ProductionVariants": [production], "ShadowProductionVariants": [shadow]}


def shadow_of(wanted: Wanted) -> dict[str, Json]:
    return variant(wanted.variants[wanted.shadow], wanted.sampling / 100)


def variant(asked: Mapping[str, Json], weight: float) -> dict[str, Json]:
    infrastructure = asked["InfrastructureConfig"]["RealTimeInferenceConfig"]
    return {
        "VariantName": asked["VariantName"],
        "ModelName": asked["ModelName"],
        "InstanceType": infrastructure["InstanceType"],
        "InitialInstanceCount": infrastructure["InstanceCount"],
        "InitialVariantWeight": weight,
    }


def captured(wanted: Wanted, before: dict[str, Json]) -> dict[str, Json]:
    """The DataCaptureConfig while an experiment runs: its own, else what there was."""
    storage = wanted.members.get("DataStorageConfig")
    if storage is None:
        return {"DataCaptureConfig": before} if before else {}
    config = {
        "EnableCapture": True,
        "InitialSamplingPercentage": ALL_REQUESTS,
        "DestinationS3Uri": storage["Destination"],
        "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
    }
    more = {"KmsKeyId": storage.get("KmsKey"), "CaptureContentTypeHeader": storage.get("ContentType")}
    return {"DataCaptureConfig": {**config, **{member: value for member, value in more.items() if value}}}
