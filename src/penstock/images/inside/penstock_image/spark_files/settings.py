"""What Hadoop is told: which file system the addresses of S3 are, and where each bucket is mounted."""

import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from penstock_image.spark_files.objects import Objects
from penstock_image.spark_files.tree import Tree
from penstock_image.spark_files.webhdfs import served

SCHEMES = ("s3", "s3a", "s3n")
MOUNTS = "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"
FILES = "org.apache.hadoop.hdfs.web.WebHdfsFileSystem"
COMMITTERS = {  # s3a's is the connector's own, says a default that is read after core-site.xml
    "mapreduce.outputcommitter.factory.scheme.s3a": "org.apache.hadoop.mapreduce.lib.output.FileOutputCommitterFactory"
}


@contextmanager
def mounted(variables: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """While the block lasts, the buckets that there are now are file systems for Hadoop; the variables that say so."""
    objects = Objects(variables)
    with served(Tree(objects)) as address, tempfile.TemporaryDirectory() as folder:
        try:
            write(Path(folder), address, objects.buckets())
        except OSError as problem:
            print(f"Spark reads no s3:// addresses, since S3 does not tell its buckets: {problem}", flush=True)
        yield {"HADOOP_CONF_DIR": folder}


def write(folder: Path, address: str, buckets: Iterable[str]) -> None:
    """The files of a folder that is to be `HADOOP_CONF_DIR`; files, since others may see a command's words."""
    properties = {"fs.viewfs.overload.scheme.target.webhdfs.impl": FILES}
    for scheme in SCHEMES:
        properties[f"fs.{scheme}.impl"] = MOUNTS
        properties[f"fs.viewfs.overload.scheme.target.{scheme}.impl"] = FILES
    properties |= {f"fs.viewfs.mounttable.{bucket}.linkFallback": f"{address}/{bucket}" for bucket in buckets}
    (folder / "core-site.xml").write_bytes(_configuration(properties))
    (folder / "mapred-site.xml").write_bytes(_configuration(COMMITTERS))


def _configuration(properties: Mapping[str, str]) -> bytes:
    root = ET.Element("configuration")
    for name, value in properties.items():
        each = ET.SubElement(root, "property")
        ET.SubElement(each, "name").text = name
        ET.SubElement(each, "value").text = value
    return ET.tostring(root)
