"""Runtime versions: what is installed here is picked from; and the keys that git is shown."""

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from images.building.builds import DEADLINE, build, command, environment, phase
from penstock.wire.gitkeys import signature

VENV = """\
#!/bin/sh
mkdir -p $3/bin && printf '#!/bin/sh\\necho made by 3.99' >$3/bin/python && chmod +x $3/bin/python
"""
OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"


def installed(root: Path) -> dict[str, str]:
    """A path with a Python 3.99 and a Node 20, and `python`, which not every machine has."""
    programs = {"python3.99": VENV, "node": "#!/bin/sh\necho v20.1.0"}
    (root / "own" / "bin").mkdir(parents=True)
    (root / "own" / "lib" / "python3.99").mkdir(parents=True)
    (root / "own" / "lib" / "python3.99" / "os.py").touch()
    for name, text in programs.items():
        (root / "own" / "bin" / name).write_text(text)
        (root / "own" / "bin" / name).chmod(0o755)
    return {"PATH": os.pathsep.join([str(root / "own" / "bin"), f"{sys.prefix}/bin", os.environ["PATH"]])}


@pytest.mark.parametrize(
    ("versions", "log", "said"),
    [
        ({"python": "3.99"}, "Selecting 'python' runtime version '3.99' based on manual selections...", "made by 3.99"),
        ({"python": "$WANTED"}, "Selecting 'python' runtime version '3.99'", "made by 3.99"),
        ({"python": "3.1"}, f"Python 3.1 is not at hand, of {{}}: this build has Python {OWN}", ""),
        ({"python": OWN, "nodejs": "20.x", "docker": "18"}, "Selecting 'nodejs' runtime version '20.x'", ""),
    ],
)
def test_what_is_at_hand_is_picked(tmp_path: Path, versions: Mapping[str, str], log: str, said: str) -> None:
    named = phase("build", "python -c 'print()'")

    done = build(tmp_path, named, versions=versions, variables={"WANTED": "3.99", **installed(tmp_path)})

    assert done.status == 0
    assert log.partition("{}")[0] in done.log
    assert log.partition("{}")[2] in done.log
    assert done.output == [said]


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ({"cobol": "85"}, "Unknown runtime named 'cobol'. This build image has the following runtimes: "),
        (
            {"nodejs": "10"},
            "Unknown runtime version named '10' of nodejs. This build image has the following versions: 20",
        ),
    ],
)
def test_what_is_not_here_fails_as_on_aws(tmp_path: Path, versions: Mapping[str, str], said: str) -> None:
    done = build(tmp_path, phase("build", "echo never"), versions=versions, variables=installed(tmp_path))

    assert (done.status, done.phases) == (1, {"DOWNLOAD_SOURCE": "FAILED"})
    assert done.message("DOWNLOAD_SOURCE").startswith(f"YAML_FILE_ERROR: {said}")


class Keys(http.server.BaseHTTPRequestHandler):
    """Where AWS's clients in jobs have their keys from."""

    def do_GET(self) -> None:
        keys = {"AccessKeyId": "AKIA", "SecretAccessKey": "hidden", "Token": self.headers["Authorization"]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(keys).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("path", "is_answered"), [("v1/repos/app", True), ("elsewhere/app.git", False)])
def test_git_is_shown_the_keys_of_the_role(path: str, is_answered: bool) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Keys) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/keys"
        variables = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": address, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "told"}
        told = subprocess.run(
            [*command(Path("codebuild-git-credentials")), "get"], env=environment(**variables, AWS_REGION="eu-west-1"),
            input=f"protocol=http\nhost=127.0.0.1:4599\npath={path}\n\n", capture_output=True, text=True,
            timeout=DEADLINE, check=True,
        )  # fmt: skip
        server.shutdown()

    if not is_answered:
        assert told.stdout == ""
        return
    user, password = (line.partition("=")[2] for line in told.stdout.splitlines())
    stamp, signed = password.split("Z")
    assert user == "AKIA%told"
    assert signed == signature("hidden", stamp, "eu-west-1", "127.0.0.1", f"/{path}")
