"""What must go in the image: its packages are there, and a model can be learned with them."""

import pandas as pd
from sklearn.linear_model import LogisticRegression

table = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0], "y": [0, 0, 1, 1]})
model = LogisticRegression().fit(table[["x"]], table["y"])
assert list(model.predict(pd.DataFrame({"x": [0.0, 3.0]}))) == [0, 1]
print("the image is fit")
