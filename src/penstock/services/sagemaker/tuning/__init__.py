"""Hyperparameter tuning: training jobs, one after another and side by side, whose hyperparameters are chosen.

    CreateHyperParameterTuningJob ──► document + run (one commit) ──► draw values, or ask "sagemaker.suggest-trial"
                                            ▲                                  │
       its objective, in the Describe answer└──── watch ◄── CreateTrainingJob ◄┘

A tuning job's run has the job's ARN for its id. A **trial** is one training job of it, made by the call that any
customer can place, so trials share the machine's slots and warm environments with all other jobs. `requests` and
`ranges` say what was asked for, `drawing` which values need no model of what was seen, `suggesting` (with `study`, the
only module that imports Optuna) which do; `early` says which trials are hopeless, `ending` when a job has had enough.
All of them but `suggesting` and `following`, the two activities, are pure.
"""
