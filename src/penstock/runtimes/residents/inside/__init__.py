"""What runs outside the server: the nursery that forks residents, and the keeper that looks after one.

Started by file path, so it shares no code with Penstock but the sandbox's rooms, and imports the standard library only.
What both sides agree on is frames on a socket (`line` says which).
"""
