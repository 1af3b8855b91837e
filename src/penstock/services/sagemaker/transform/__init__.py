"""Batch transform: a model's servers, asked about every object of a data set, their answers kept as objects.

    CreateTransformJob ──► document + run ──► "sagemaker.run-transform"
        staging    which objects, by digest, and what the servers are made of: pinned, and told to the run
        running    servers on each instance; objects dealt out to them; {relative key}.out for each that went well

    an object ──records──► mini-batches ──shaping──► /invocations ──shaping──► assembled ──► {relative key}.out

The life of a job (its flow, documents, verdicts, lists) is that of every job: see `sagemaker.jobs`. The servers are
those of endpoints: see `sagemaker.endpoints.servers`. What has been transformed is told to the run now and then, so
that after a restart only the rest is.
"""
