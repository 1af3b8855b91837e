"""Delivery pipelines as CodePipeline declares them: stages of actions that hand on artifacts. Pure.

tree.py       a declaration, typed
catalogue.py  AWS's kinds of actions and rules: how many artifacts, which configuration, how long
checking.py   what is wrong with a declaration, in AWS's sentences
triggers.py   which pushes and pull requests start a pipeline; globs.py
quorum.py     how many must approve, and who may
variables.py  #{namespace.key}
stages.py     which actions may start, and what a stage has come to
"""
