"""XGBoost framework script: the same model, trained by a script of our own."""

import argparse
import json
import os
from pathlib import Path

import pandas as pd
import xgboost

parser = argparse.ArgumentParser()
parser.add_argument("--num_round", type=int, default=10)
parser.add_argument("--max_depth", type=int, default=3)
parser.add_argument("--note", default="")
arguments = parser.parse_args()

table = pd.read_csv(Path(os.environ["SM_CHANNEL_TRAIN"]) / "train.csv", header=None)
data = xgboost.DMatrix(table.iloc[:, 1:], label=table.iloc[:, 0])
booster = xgboost.train(
    {"max_depth": arguments.max_depth}, data, num_boost_round=arguments.num_round, evals=[(data, "train")]
)
booster.save_model(os.path.join(os.environ["SM_MODEL_DIR"], "model.json"))
Path(os.environ["SM_OUTPUT_DATA_DIR"], "seen.json").write_text(
    json.dumps({"hosts": json.loads(os.environ["SM_HOSTS"]), "rows": len(table), "note": arguments.note})
)
