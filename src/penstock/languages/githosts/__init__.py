"""What happens in repositories, and how hosts of git tell of it. Pure.

apis.py       where they are told of statuses, and asked
tree.py       pushes and pull requests
hooks.py      what hosts send when there is one, and whether it is they who have sent it
"""
