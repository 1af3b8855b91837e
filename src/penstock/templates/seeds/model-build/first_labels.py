"""Put the repository's labelled images where later ones are collected: below `labelled/` of the project's bucket."""

import os
from pathlib import Path

import boto3


def main() -> None:
    s3 = boto3.client("s3")
    for file in sorted(Path("labelled").glob("*.csv")):
        s3.upload_file(str(file), os.environ["ARTIFACT_BUCKET"], f"labelled/{file.name}")


if __name__ == "__main__":
    main()
