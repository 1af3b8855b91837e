"""What was recorded: executions and jobs read back from the data folder, compared, and forgotten.

Nothing here needs a server: the journals are the record. What runs a job again is `composition.workshop`.
"""
