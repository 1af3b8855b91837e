"""A SageMaker script: it trains a random forest (metrics on standard output, the model on disk), and serves it."""

import argparse
import os
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import cross_val_predict


def model_fn(folder: str) -> RandomForestClassifier:
    return joblib.load(Path(folder) / "model.joblib")


def predict_fn(rows: np.ndarray, model: RandomForestClassifier) -> np.ndarray:
    table = pd.DataFrame(np.atleast_2d(rows), columns=model.feature_names_in_)
    chances: np.ndarray = model.predict_proba(table)[:, 1]
    return chances


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--max-depth", type=int, default=8)
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
    arguments = parser.parse_args()

    table = pd.read_csv(Path(arguments.train) / "train.csv")
    label = table.pop("malignant")
    model = RandomForestClassifier(n_estimators=arguments.trees, max_depth=arguments.max_depth, random_state=7)
    chances = cross_val_predict(model, table, label, cv=3, method="predict_proba")[:, 1]
    print(f"validation:accuracy={accuracy_score(label, chances > 0.5):.4f};")
    print(f"validation:auc={roc_auc_score(label, chances):.4f};")

    model.fit(table, label)
    joblib.dump(model, Path(arguments.model_dir) / "model.joblib")


if __name__ == "__main__":
    main()
