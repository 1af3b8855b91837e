"""CodeCommit, over git's own repositories.

    git.py  shelf.py      git's commands on one repository, and the folder of all of them
    references.py         what has become of branches and tags, told once; triggers.py and others follow
    serving.py            git's clients: clone, fetch, push
    desk.py  model.py  rows.py
    repositories.py  branches.py  commits.py  files.py    operations that look, and that need no commit
    building.py  writing.py                               commits without a clone
    hunks.py  merging.py  merges.py                       what becomes of two commits
    requests.py  pullrequests.py                          pull requests, and what pushes do to them
    people.py  approvals.py  templates.py                 who must approve
    comments.py

What is in a repository is asked of git and kept nowhere else; the database knows what repositories there are, and what
has been told of their references.
"""

from penstock.services.codecommit.room import CodeCommitRoom, open_codecommit

__all__ = ["CodeCommitRoom", "open_codecommit"]
