"""What instance types come to on this machine."""

import pytest

from penstock.services.sagemaker.jobs.instances import Machine, note


@pytest.mark.parametrize(("kind", "has"), [("ml.p3.2xlarge", "a GPU"), ("ml.p4d.24xlarge", "8 GPUs")])
def test_a_job_without_the_gpus_of_its_instance_type_is_told_so(kind: str, has: str) -> None:
    assert note(kind, Machine(cpus=2, memory_mib=4096)).startswith(f"{kind} has {has} on AWS; this machine has none")


@pytest.mark.parametrize(("kind", "gpus"), [("ml.m5.large", 0), ("ml.g5.12xlarge", 4)])
def test_one_that_has_what_it_asks_for_is_told_nothing(kind: str, gpus: int) -> None:
    assert not note(kind, Machine(cpus=2, memory_mib=4096, gpus=gpus))
