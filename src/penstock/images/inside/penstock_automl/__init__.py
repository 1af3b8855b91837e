"""What the jobs of an AutoML job do: tabular data in, candidates and reports out.

    explore    a processing job: reads the data, finds out what it is like and what is asked (`exploring`), and writes
               down the rows, `schema.json` and two notebooks
    train      a training job: a candidate, which is preprocessing and an estimator (`training`); with candidates for
               channels, the best mixture of them (`mixing`)
    explain    a processing job: what each column does to the best candidate's answers (`explaining`)
    assess     a processing job: how good those answers are (`assessing`)

A model's archive holds `model.pkl` and, in `code/`, those modules of this package that its pickle and its handler
need (`MODEL`): a model goes on answering as it did, whatever becomes of this package. They import nothing else of it.

Nothing is drawn by chance: the same rows and hyperparameters give the same candidate.
"""

MODEL = ("columns", "estimators", "inference")
SEED = 0
