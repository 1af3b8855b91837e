"""Sandboxes: a project's environment without its build spec, which stays until it is stopped.

operations  StartSandbox and its kin           answers   a sandbox, as AWS tells it (pure)
flow        a sandbox's life: a build's, with another document
commands    what a sandbox is told to do       executing the activity that has it done
"""
