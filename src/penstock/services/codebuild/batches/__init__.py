"""Batches: builds that belong together, as the `batch` of a build spec says.

operations  StartBuildBatch and its kin          flow       a batch's life (pure)
model       what travels through its journal     answers    a batch, as AWS tells it (pure)
starting    one of its builds is begun           combining  what its builds leave becomes one artifact
                                                   merging    and their reports one of each group
"""
