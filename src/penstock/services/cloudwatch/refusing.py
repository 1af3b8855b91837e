"""The refusals that this service model names."""

from typing import Final

from penstock.services.cloudwatch.model import MINUTE
from penstock.wire.call import ServiceError

SHORT: Final = (1, 5, 10, 20, 30)  # periods below a minute


class WrongValue(ServiceError):
    code = "InvalidParameterValue"
    status = 400


class WrongCombination(ServiceError):
    code = "InvalidParameterCombination"
    status = 400


class MissingParameter(ServiceError):
    code = "MissingParameter"
    status = 400


def must_be_a_period(period: int) -> None:
    if period not in SHORT and period % MINUTE:
        raise WrongValue(f"The parameter Period must be 1, 5, 10, 20, 30 or a multiple of {MINUTE}.")
