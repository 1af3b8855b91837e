"""A SageMaker processing script: split the raw table into what trains and what tests."""

import argparse
from pathlib import Path

import pandas as pd
from sklearn.model_selection import train_test_split

BASE = Path("/opt/ml/processing")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--test-share", type=float, default=0.25)
    arguments = parser.parse_args()

    table = pd.concat(pd.read_csv(path) for path in sorted((BASE / "input").glob("*.csv")))
    table = table.dropna().drop_duplicates()
    train, test = train_test_split(table, test_size=arguments.test_share, random_state=7, stratify=table["malignant"])
    for name, part in (("train", train), ("test", test)):
        folder = BASE / name
        folder.mkdir(parents=True, exist_ok=True)
        part.to_csv(folder / f"{name}.csv", index=False)
        print(f"{name}: {len(part)} rows, {part['malignant'].mean():.1%} malignant")


if __name__ == "__main__":
    main()
