"""What is answered where there is no such group."""

from penstock.wire.call import ServiceError


def missing(what: str, *, code: str = "ResourceNotFound") -> ServiceError:
    return ServiceError(f"Resource Not Found: Amazon SageMaker can't find a {what}", code=code)


def no_group(name: str, *, code: str = "ResourceNotFound") -> ServiceError:
    return missing(f"FeatureGroup with name {name.rpartition('/')[2]}", code=code)
