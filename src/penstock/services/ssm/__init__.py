"""Systems Manager's Parameter Store: names, values, and the versions that they had.

model.py      a parameter as it is kept, how requests name it, what is told of it
putting.py    a new parameter, or a new version: what may be asked, and what becomes of it
reading.py    by name, version or label; its history
listing.py    by path, and by filters (filters.py)
removing.py  labels.py  tagging.py     what else is done to parameters
sealing.py    the values of secure strings, as they are kept      telling.py    EventBridge hears of changes

Everything else of Systems Manager is elsewhere: documents and public parameters are moto's (`peripheral`), and so what
is asked of those goes on to `others`; sessions are CodeBuild's.
"""

from penstock.services.ssm.room import parameter_store

__all__ = ["parameter_store"]
