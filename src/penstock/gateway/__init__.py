"""The gateway: the door for programs. HTTP comes in, calls go to services, answers go out.

server.py     the application and its port              settings.py   limits
api.py        one request, from head to answer          messages.py   ASGI's messages and the wire's
routing.py    which service                             guard.py      who asks, and is it proved
sigv4.py  sigv2.py  refusals.py                         signatures, and how services refuse them
bodies.py  chunked.py                                   streams, aws-chunked
pages.py  access.py                                     health, the front page, the access log
"""
