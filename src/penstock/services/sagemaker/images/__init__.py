"""Images: names for what jobs run in, in versions that never change, with aliases that do.

A version is what a registry's address meant when the version was made. Its `ContainerImage` names that by content, so a
job that is given it, or the version's ARN, runs in the very same, whatever the address means by then. Making it so
takes a run (`flow`); what an address means, and how an environment is built of it, is handed in (see `making`).
"""
