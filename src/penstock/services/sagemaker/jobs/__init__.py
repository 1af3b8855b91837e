"""Training and processing jobs: what SageMaker's container contract promises, kept by whatever runtime there is.

    CreateTrainingJob ──► document + run (one commit) ──► "sagemaker.run-job" ──► Report ──► outcome + document

A job's run has the job's ARN for its id, so whoever wants to know how a job ends watches that run: its outcome is
Succeeded (the job completed), Failed or Stopped, and its result what Describe answers. The request decides everything
(`training`, `processing`: request → `contract.Contract`, pure); `running` does it; `flow` and `verdict` judge it;
`answers` tells it. Transform jobs have the same life, and are carried out elsewhere: see `sagemaker.transform`.

What is kept and told again, and has no effect here: `VpcConfig`, KMS keys and inter-container encryption (there is no
VPC, nothing is encrypted by a key, instances talk inside one machine), `DebugHookConfig`, `ProfilerConfig` and the
rules of both (no debugger or profiler watches a job), spot training and `MaxPendingTimeInSeconds` (capacity is never
taken back, nor waited for but in this machine's own queue), `InfraCheckConfig`, `KeepAlivePeriodInSeconds` (a warm pool
is never retained, and `WarmPoolStatus` says so), `ExperimentConfig` (for the experiments room). What cannot be done at
all is refused when the job is created, by name: see `requests`.
"""
