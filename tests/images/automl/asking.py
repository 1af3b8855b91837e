"""Ask a model whose archive's code is the working folder; what it answers, and by which code.

asking.py MODEL ACCEPT ROWS
"""

import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))
model_folder, accept, rows = sys.argv[1:]
inference = importlib.import_module("inference")
model = inference.model_fn(model_folder)
print(*inference.output_fn(inference.predict_fn(inference.input_fn(rows.encode(), "text/csv"), model), accept))
print(importlib.import_module("penstock_automl").__file__)
