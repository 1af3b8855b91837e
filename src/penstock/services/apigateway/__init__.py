"""API Gateway: REST APIs in front of functions and of SageMaker's endpoints, really served.

apis.py  resources.py  methods.py     an API, its paths, what each answers to a verb   openapi.py   all of it at once
deployments.py  stages.py             what is served: an API as it was, under a name   tagging.py   tags, the account
integrations.py  templates.py         what may stand behind a method, and what is refused
serving.py                            a request: routes.py, events.py (proxies), mapping.py (the others)
trying.py                             a method tried before it is deployed

HTTP APIs, WebSockets, authorizers, API keys, models, domain names and VPC links are not here.
"""

from penstock.services.apigateway.room import open_apigateway

__all__ = ["open_apigateway"]
