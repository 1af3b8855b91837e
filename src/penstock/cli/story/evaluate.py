"""A SageMaker processing script: judge the trained model on rows that it has not seen."""

import json
import tarfile
from pathlib import Path

import joblib
import pandas as pd
from sklearn.metrics import accuracy_score, recall_score, roc_auc_score

BASE = Path("/opt/ml/processing")


def main() -> None:
    with tarfile.open(BASE / "model" / "model.tar.gz") as archive:
        model = joblib.load(archive.extractfile("model.joblib"))
    table = pd.read_csv(BASE / "test" / "test.csv")
    label = table.pop("malignant")
    chances = model.predict_proba(table)[:, 1]

    report = {
        "binary_classification_metrics": {
            "accuracy": {"value": accuracy_score(label, chances > 0.5)},
            "recall": {"value": recall_score(label, chances > 0.5)},
            "auc": {"value": roc_auc_score(label, chances)},
        }
    }
    (BASE / "evaluation").mkdir(parents=True, exist_ok=True)
    (BASE / "evaluation" / "evaluation.json").write_text(json.dumps(report, indent=2))
    print(json.dumps(report))


if __name__ == "__main__":
    main()
