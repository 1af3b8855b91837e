"""Training and processing jobs: what SageMaker's container contract promises, kept by whatever runtime there is.

    CreateTrainingJob ──► document + run (one commit) ──► "sagemaker.run-job" ──► Report ──► outcome + document

A job's run has the job's ARN for its id, so whoever wants to know how a job ends watches that run: its outcome is
Succeeded (the job completed), Failed or Stopped, and its result what Describe answers. The request decides everything
(`training`, `processing`: request → `contract.Contract`, pure); `running` does it; `flow` and `verdict` judge it;
`answers` tells it.

What is kept and told again, and has no effect here: `VpcConfig` and KMS keys (there is no VPC, nothing is encrypted
by a key), `DebugHookConfig`, `ProfilerConfig` and the rules of both (no debugger or profiler watches a job), spot
training (capacity is never taken back), `KeepAlivePeriodInSeconds` (a warm pool is never retained, and
`WarmPoolStatus` says so), `ExperimentConfig` (for the experiments room).
"""
