"""`penstock up` says what it cannot be started with, before it listens."""

from pathlib import Path

from click.testing import CliRunner

from penstock.cli.up import command


def test_a_public_address_is_one_of_http(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["--data", str(tmp_path), "--port", "0", "--public-url", "git.example"])

    assert done.exit_code == 2
    assert "--public-url is the address of this server: https://HOST" in done.output


def test_a_type_that_has_effect_cannot_be_accepted_without(tmp_path: Path) -> None:
    names = "AWS::EC2::*, AWS::S3::Bucket"

    done = CliRunner().invoke(command, ["--data", str(tmp_path), "--port", "0", "--accept-without-effect", names])

    assert done.exit_code == 1
    assert "Error: AWS::S3::Bucket is made by Penstock, with its effect: it cannot be accepted without" in done.output
