"""Shadow tests: SageMaker's inference experiments, a second model that is asked what an endpoint is asked, for a while.

    CreateInferenceExperiment ──► run ──► waits for its start ──► the endpoint gets a shadow variant ──► runs ──►
        its end, or a stop: variants are kept, removed, or promoted

model.py   an experiment as it is asked for, and where it stands        flow.py       what happens, and when
requests.py  what may be asked; the endpoint's configuration for it     deploying.py  the activity that brings it about
api.py     SageMaker's operations

All of it is done by calls that any customer can place: an endpoint has its shadow from a configuration of its own.
"""
