"""Decisions about what a request asks of a runtime: names of files, shares of data, slots of the machine."""

import pytest

from penstock.engine.jobs import File
from penstock.services.sagemaker.jobs.contract import Instance, Source, instances_of
from penstock.services.sagemaker.jobs.instances import Machine, Size, resources, size_of
from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.jobs.objects import Undelivered
from penstock.services.sagemaker.jobs.staging import dealt, safe
from penstock.services.sagemaker.landing import local_path
from penstock.store.blobs import Digest


@pytest.mark.parametrize(
    ("prefix", "key", "path"),
    [
        ("data/", "data/a.csv", "a.csv"),
        ("data", "data/a.csv", "a.csv"),
        ("data", "data/deep/a.csv", "deep/a.csv"),
        ("data", "data-old/a.csv", "data-old/a.csv"),
        ("data/part-", "data/part-1.csv", "part-1.csv"),
        ("code/train.py", "code/train.py", "train.py"),
        ("", "a/b.csv", "a/b.csv"),
    ],
)
def test_what_an_object_is_called_inside_the_job(prefix: str, key: str, path: str) -> None:
    assert local_path(prefix, key) == path


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/passwd", ""])
def test_a_name_that_leads_out_of_its_folder_is_refused(path: str) -> None:
    with pytest.raises(Undelivered):
        safe(path)


def test_a_name_with_empty_parts_is_tidied() -> None:
    assert safe("a//b/./c") == "a/b/c"


def test_sharded_objects_are_dealt_out_in_the_order_of_keys() -> None:
    files = tuple(File(name, Digest(name), 1) for name in "abcde")
    hosts = [Instance("algo-1", "t"), Instance("algo-2", "t")]
    source = Source(place=Place("b", "k"), folder="/opt/ml/input/data/train", sharded=True)

    shares = dealt(source, files, hosts)

    assert ["".join(file.path for file in share) for share in shares] == ["ace", "bd"]


def test_instances_come_from_any_of_the_three_ways_to_name_them() -> None:
    groups = [
        {"InstanceType": "ml.m5.large", "InstanceCount": 1, "InstanceGroupName": "data"},
        {"InstanceType": "ml.g5.xlarge", "InstanceCount": 2, "InstanceGroupName": "train"},
    ]

    assert instances_of({"InstanceType": "ml.m5.large", "InstanceCount": 1}) == (Instance("algo-1", "ml.m5.large"),)
    assert instances_of({"InstanceGroups": groups}) == (
        Instance("algo-1", "ml.m5.large", "data"),
        Instance("algo-2", "ml.g5.xlarge", "train"),
        Instance("algo-3", "ml.g5.xlarge", "train"),
    )
    preferences = [{"InstanceType": "ml.c5.xlarge"}, {"InstanceType": "ml.m5.xlarge"}]
    assert instances_of({"InstancePreferences": preferences, "InstanceCount": 2}) == (
        Instance("algo-1", "ml.c5.xlarge"),
        Instance("algo-2", "ml.c5.xlarge"),
    )


@pytest.mark.parametrize(
    ("instance_type", "size"),
    [
        ("ml.m5.large", Size(2, 8 * 1024, 0)),
        ("ml.m5.24xlarge", Size(96, 384 * 1024, 0)),
        ("ml.c5.xlarge", Size(4, 8 * 1024, 0)),
        ("ml.g4dn.xlarge", Size(4, 16 * 1024, 1)),
        ("ml.p3.8xlarge", Size(32, 244 * 1024, 4)),
        ("ml.zz9.xlarge", Size(4, 16 * 1024, 0)),
    ],
)
def test_an_instance_type_has_what_it_has_on_aws(instance_type: str, size: Size) -> None:
    assert size_of(instance_type) == size


def test_a_job_holds_half_of_the_machine_at_most() -> None:
    laptop, server = Machine(cpus=2, memory_mib=8_000), Machine(cpus=64, memory_mib=256_000, gpus=2)

    assert resources("ml.m5.24xlarge", laptop, among=1, volume_gib=1).cpus == 1
    assert resources("ml.m5.24xlarge", laptop, among=1, volume_gib=1).memory_mib == 4_000
    assert resources("ml.m5.xlarge", server, among=1, volume_gib=1).cpus == 4
    assert resources("ml.p3.8xlarge", server, among=1, volume_gib=1).gpus == 2
    assert resources("ml.p3.8xlarge", laptop, among=1, volume_gib=1).gpus == 0


def test_instances_of_one_job_fit_side_by_side() -> None:
    machine = Machine(cpus=4, memory_mib=8_000)

    each = resources("ml.m5.4xlarge", machine, among=4, volume_gib=2)

    assert each.cpus * 4 <= 2
    assert each.disk_mib == 2 * 1024
