"""Evaluation as AWS's examples write it: unpack the model beside the script's data, unpickle it, judge it."""

import json
import pathlib
import pickle
import tarfile

import numpy as np
import pandas as pd
import xgboost
from sklearn.metrics import mean_squared_error

if __name__ == "__main__":
    model_path = "/opt/ml/processing/model/model.tar.gz"
    with tarfile.open(model_path) as tar:
        tar.extractall(path=".")
    with open("xgboost-model", "rb") as file:
        model = pickle.load(file)

    table = pd.read_csv("/opt/ml/processing/test/test.csv", header=None)
    truth = table.iloc[:, 0].to_numpy()
    guesses = model.predict(xgboost.DMatrix(table.iloc[:, 1:].values))
    error = mean_squared_error(truth, guesses)
    report = {"regression_metrics": {"mse": {"value": error, "standard_deviation": float(np.std(truth - guesses))}}}

    output_dir = "/opt/ml/processing/evaluation"
    pathlib.Path(output_dir).mkdir(parents=True, exist_ok=True)
    with open(f"{output_dir}/evaluation.json", "w") as file:
        file.write(json.dumps(report))
