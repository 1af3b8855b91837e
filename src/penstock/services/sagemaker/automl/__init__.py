"""AutoML: a job that finds a model for a table of its own accord.

    CreateAutoMLJob, …V2 ──► document + run (one commit)
        analyzing    a processing job: what the data is like, which rows are to judge, two notebooks
        tuning       a hyperparameter tuning job with a definition for each algorithm: its trials are the candidates
        ensembling   a training job: the mixture of the best of them that is better than any (mode ENSEMBLING)
        explaining   a processing job: what each column does to the best candidate's answers
        assessing    a processing job: how good they are
        deploying    a model, an endpoint configuration and an endpoint, where the request asks for one

All of them are made by calls that any customer can place; the run of the job does nothing but decide on the next. What
the jobs do is in their image, `penstock/automl` (`penstock_automl` in `images/inside`).

model.py       a job's plan and state             requests.py    what may be asked, in either version
contract.py    the requests of what it starts     flow.py        its decisions
candidates.py  candidates, as they are listed     answers.py     what Describe and List tell
tracking.py    its experiment                     api.py         operations             room.py    the room, furnished
"""
