"""Put the repository's labelled images where later ones are collected: `s3://BUCKET/labelled/`."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import boto3


def main() -> None:
    there = urlsplit(os.environ["LABELLED_DATA"])
    s3 = boto3.client("s3")
    for file in sorted(Path("labelled").glob("*.csv")):
        s3.upload_file(str(file), there.netloc, f"{there.path.strip('/')}/{file.name}")


if __name__ == "__main__":
    main()
