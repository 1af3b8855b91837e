"""SKLearnProcessor script: split, and write headerless CSVs with the label first, as XGBoost wants them."""

import argparse
from pathlib import Path

import pandas as pd
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()

base = Path("/opt/ml/processing")
table = pd.read_csv(base / "input" / "diabetes.csv")
table.insert(0, "target", table.pop("target"))
rest, test = train_test_split(table, test_size=0.2, random_state=arguments.seed)
train, validation = train_test_split(rest, test_size=0.2, random_state=arguments.seed)
for name, part in (("train", train), ("validation", validation), ("test", test)):
    part.to_csv(base / name / f"{name}.csv", header=False, index=False)
    print(name, part.shape)
