"""Real-time endpoints: model servers that stay, and the requests that they answer.

An endpoint is a run of the engine (`flow`) from its creation to its deletion. `staging` brings what is to be
served, `serving` keeps the servers of every endpoint, a `fleet` for each revision; `api` and `configs` are SageMaker's
operations, `runtime` is InvokeEndpoint. What is not built is refused in `refusals`.
"""
