"""XGBoost's algorithm mode: AWS's built-in algorithm, without a script of the customer's.

Hyperparameters are checked as AWS's container checks them, with its sentences, before any data is read. What is
trained is deterministic: the same files and hyperparameters give the same model, byte for byte.
"""
