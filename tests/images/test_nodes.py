"""Nodes: whose jobs go to them, and what they are told of the user's images."""

from dataclasses import replace
from pathlib import Path

from penstock.composition.images import Images
from penstock.composition.nodes import NO_NODES, anywhere_by_image, machines, ray_of
from penstock.composition.raynode import images_of
from penstock.composition.runtimes import containers_of, machine_here
from penstock.engine.jobs import Ending, JobId
from penstock.runtimes.container import Engine
from penstock.runtimes.slots import Share, Slots
from runtimes.worlds import sandbox_at

AWS = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
ENTRY = '[[images]]\nrepository = "{0}"\nversions = ["*"]\nenvironment = "{1}"\nruntime = "{2}"\n'
OWN = '[environments.own]\nrequirements = "env/own.txt"\n[environments.far]\nrequirements = "../far.txt"\n'


def images(data: Path, text: str, *, spread_unmapped: bool = False) -> Images:
    data.mkdir(exist_ok=True)
    (data / "images.toml").write_text(text)
    return Images(data, spread_unmapped=spread_unmapped)


def test_jobs_go_to_nodes_where_their_image_says_so_or_all_do_and_it_says_nothing(tmp_path: Path) -> None:
    text = ENTRY.format("there", "installed", "ray") + ENTRY.format("here", "installed", "sandbox")
    asked = [f"{name}:1" for name in ("there", "here", "nobody")] + [AWS]

    some = images(tmp_path / "some", text)
    every = images(tmp_path / "every", text, spread_unmapped=True)

    assert [some.is_on_nodes(each) for each in asked] == [True, False, False, False]
    assert [every.is_on_nodes(each) for each in asked] == [True, False, False, True]
    assert machines(every)("here:1", 1) == machines(every)("there:1", 2) == machine_here()
    assert machines(every)("there:1", 1).cpus > machine_here().cpus


async def test_a_job_is_run_where_its_image_belongs_and_one_of_several_instances_here(tmp_path: Path) -> None:
    text = ENTRY.format("python", "installed", "ray") + '[[images]]\nrepository = "c"\nversions = ["*"]\n'
    found = images(tmp_path / "images", text + 'runtime = "container"\n')
    async with sandbox_at(tmp_path / "world") as world:
        data, blobs = tmp_path / "images", world.blobs
        containers = containers_of(data, Engine(data / "no.sock"), blobs, found, Slots(Share(1, 1, 0)))
        runtime = anywhere_by_image(world.runtime, containers, ray_of(data, NO_NODES, blobs, found), found)
        job = world.job("true")

        async def ended(**changes: object) -> Ending:
            return await runtime.run(replace(job, **changes), lambda _: None)  # type: ignore[arg-type]

        assert "start it with --ray" in (await ended()).message
        assert "no container engine answers" in (await ended(id=JobId("contained"), image="c")).message
        assert (await ended(id=JobId("together"), hosts=("algo-1", "algo-2"))).is_success
        await runtime.forget(job.id)
        assert not (data / "ray" / "jobs").exists() or not list((data / "ray" / "jobs").iterdir())
        await containers.close()


def test_a_node_knows_the_users_images_and_their_locks(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "env").mkdir(parents=True)
    (data / "env" / "own.txt").write_text("brook==1.0 --hash=sha256:0\n")
    (tmp_path / "far.txt").write_text("brook==1.0 --hash=sha256:0\n")
    here = images(data, OWN + ENTRY.format("mine", "own", "ray"))

    told = here.mapping()

    assert set(told) == {"images.toml", "env/own.txt"}
    there = images_of(told, tmp_path / "node")
    assert there.plan("mine:1").line[0].lock == here.plan("mine:1").line[0].lock
    assert Images(tmp_path / "without").mapping() == {}
