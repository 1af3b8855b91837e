"""AWS::Serverless-2016-10-31: AWS's own transform. Its package takes long to import: only when it is needed."""

import copy
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from penstock.languages.cloudformation.errors import TemplateError
from penstock.languages.cloudformation.tree import SERVERLESS, Json

PACKAGE: Final = "samtranslator"
APPLICATION: Final = "AWS::Serverless::Application"


@dataclass(frozen=True, slots=True)
class _Session:
    """What the translator takes for a session of boto3: it looks at its region only."""

    region_name: str


def serverless(document: Mapping[str, Json], parameters: Mapping[str, Json], region: str) -> dict[str, Json]:
    """The document as the transform makes it; it knows AWS's managed policies itself. Raises `TemplateError`."""
    _refuse_repository(document)
    translating: Any = importlib.import_module(f"{PACKAGE}.translator.translator")
    parser: Any = importlib.import_module(f"{PACKAGE}.parser.parser")
    hashing: Any = importlib.import_module(f"{PACKAGE}.utils.py27hash_fix")
    errors: Any = importlib.import_module(f"{PACKAGE}.model.exceptions")
    fragment, given = copy.deepcopy(dict(document)), copy.deepcopy(dict(parameters))
    hashing.to_py27_compatible_template(fragment, given)
    translator = translating.Translator({}, parser.Parser(), boto_session=_Session(region))
    try:
        made = translator.translate(fragment, parameter_values=given)
        translator.metrics.publish()  # to nobody, and said to be missing otherwise
    except errors.InvalidDocumentException as problem:
        causes = "".join(f" {each.message}" for each in problem.causes)
        raise TemplateError(f"Transform {SERVERLESS} failed with: {problem.message}{causes}") from None
    return dict(hashing.undo_mark_unicode_str_in_template(made))


def _refuse_repository(document: Mapping[str, Json]) -> None:
    """The transform would ask AWS for applications of its repository."""
    for name, resource in document["Resources"].items():
        location = resource.get("Properties", {}).get("Location")
        if resource["Type"] == APPLICATION and isinstance(location, dict):
            raise TemplateError(
                f"Transform {SERVERLESS} failed with: Resource with id [{name}] is invalid. There is no Serverless "
                "Application Repository: give the address of the application's template as Location."
            )
