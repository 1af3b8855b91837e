"""Reading and checking hyperparameters: first each by itself (`rules`), then those that depend on each other."""

from collections.abc import Mapping

from penstock_image.failure import UserError
from penstock_image.layout import Json
from penstock_image.xgboost_mode.rules import OLD_RULES, RULES, Rule

KEEPS_SILENT = ("1", "latest", "0.90-1", "0.90-2", "1.0-1")  # the first two are of the algorithm itself
MULTICLASS = ("multi:softmax", "multi:softprob")
TREE_BUILDERS = (
    *("grow_colmaker", "distcol", "grow_histmaker", "grow_local_histmaker", "grow_quantile_histmaker"),
    "grow_skmaker",
)


def validated(texts: Mapping[str, str], version: str) -> dict[str, Json]:
    """The hyperparameters as values. Raises `UserError` at the first that AWS's container would refuse."""
    rules = OLD_RULES if version in KEEPS_SILENT else RULES
    mine = {name: text for name, text in texts.items() if not name.startswith("sagemaker_")}
    if "num_round" not in mine:
        raise UserError("Missing required hyperparameter: num_round")
    values: dict[str, Json] = {}
    for name, text in mine.items():
        if name not in rules:
            raise UserError(f"Extraneous hyperparameter found: {name}")
        values[name] = _read(name, rules[name], text)
    _check_objective(values)
    _check_trees(values)
    return values


def _read(name: str, rule: Rule, text: str) -> Json:
    try:
        value = rule.read(text)
    except (ValueError, TypeError) as problem:
        raise UserError(
            f"Hyperparameter {name}: could not parse value '{text}' (caused by {type(problem).__name__})"
        ) from problem
    try:
        holds = rule.holds(value)
    except TypeError:  # a list of something else than numbers, or no list at all
        holds = False
    if not holds:
        raise UserError(f"Hyperparameter {name}: {value} is not in {rule.allowed}")
    return value


def _check_objective(values: Mapping[str, Json]) -> None:
    objective = values.get("objective", "reg:squarederror")
    if objective in MULTICLASS and "num_class" not in values:
        raise UserError("Require input for parameter 'num_class' for multi-classification")
    if "objective" not in values and "num_class" in values:
        raise UserError("Do not need to setup parameter 'num_class' for learning task other than multi-classification.")
    metrics = values.get("eval_metric", [])
    if "auc" in metrics and not objective.startswith(("binary:", "rank:", "multi:")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in metrics and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")


def _check_trees(values: Mapping[str, Json]) -> None:
    method = values.get("tree_method")
    if "monotone_constraints" in values and method not in ("exact", "hist"):
        raise UserError(
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'."
        )
    if "interaction_constraints" in values and method not in ("exact", "hist", "approx"):
        raise UserError(
            "interaction_constraints can be used only when the tree_method parameter is set to "
            "either 'exact', 'hist' or 'approx'."
        )
    updaters = values.get("updater", [])
    linear = ("shotgun", "coord_descent")
    if updaters and values.get("booster") == "gblinear" and (len(updaters) != 1 or updaters[0] not in linear):
        raise UserError("Linear updater should be one of these options: 'shotgun', 'coord_descent'.")
    if values.get("process_type") == "update" and not set(updaters) <= {"refresh", "prune"}:
        raise UserError("process_type 'update' can only be used with updater 'refresh' and 'prune'")
    if sum(updater in TREE_BUILDERS for updater in updaters) > 1:
        raise UserError(f"Only one tree grow plugin can be selected. Choose one of: {', '.join(TREE_BUILDERS)}")
