"""Make a version of the project's image: by the container engine, or as an environment of this folder's packages."""

import argparse
import os
import shutil
import subprocess
from pathlib import Path

import boto3
from botocore.exceptions import WaiterError


def trouble() -> str:
    """Why no container engine can be asked; empty where one answers."""
    if shutil.which("docker") is None:
        return "there is no docker command"
    asked = subprocess.run(["docker", "version"], capture_output=True, text=True, check=False)
    return (asked.stderr.strip() or f"docker version: exit code {asked.returncode}") if asked.returncode else ""


def address(registry: str, tag: str) -> str:
    """What this commit's image is called in the registry, where it is afterwards."""
    if Path("Dockerfile").exists():
        if not (why := trouble()):
            subprocess.run(["docker", "build", "--tag", f"{registry}:{tag}", "."], check=True)
            return f"{registry}:{tag}"
        print(f"No container engine builds the Dockerfile ({why}): the image is made of the packages asked for here.")
    command = ["penstock", "env", "push", ".", "--repository", registry.partition("/")[2], "--tag", tag]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def version(image: str, base: str) -> str:
    """The number of a new version, once jobs can run in it."""
    sagemaker = boto3.client("sagemaker")
    made = sagemaker.create_image_version(ImageName=image, BaseImage=base)["ImageVersionArn"]
    number = int(made.rpartition("/")[2])
    try:
        sagemaker.get_waiter("image_version_created").wait(
            ImageName=image, Version=number, WaiterConfig={"Delay": 1, "MaxAttempts": 3600}
        )
    except WaiterError as problem:
        told = sagemaker.describe_image_version(ImageName=image, Version=number)
        raise SystemExit(f"version {number} of {image}: {told.get('FailureReason', problem)}") from None
    told = sagemaker.describe_image_version(ImageName=image, Version=number)
    print(f"version {number} of {image} is {told['ContainerImage']}")
    return str(number)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--told", type=Path, required=True, help="where to write the version's number")
    asked = parser.parse_args()
    base = address(os.environ["REGISTRY"], os.environ["CODEBUILD_RESOLVED_SOURCE_VERSION"][:12])
    asked.told.write_text(version(os.environ["SAGEMAKER_IMAGE_NAME"], base))


if __name__ == "__main__":
    main()
