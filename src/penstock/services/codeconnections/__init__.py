"""CodeConnections: git hosts elsewhere, by a name that pipelines and builds know.

connections.py, hosts.py  operations; under both names that AWS has for the service
places.py                 where a connection leads: what an operator wrote into a file of its name
remote.py                 git, asked about a repository there
using.py                  what other rooms may ask: no operation of AWS's, but its permission UseConnection
github.py                 GitHub by a token, for pipelines of the first version, and its webhooks
watching.py               what has changed there, found by looking or told by a webhook
hooks.py                  what a host sends when something has changed
room.py                   all of it, furnished
"""

from penstock.services.codeconnections.room import CodeConnectionsRoom, open_codeconnections

__all__ = ["CodeConnectionsRoom", "open_codeconnections"]
