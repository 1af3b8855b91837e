"""uv, told what pip is told: it installs a lock in less than half of pip's time, and keeps once what several have.

uv reads none of pip's settings, which are where people say whence packages come and whom to trust. So they are asked
of pip, and told to uv as its own; uv's own settings go before them. The set-up runs this file as a program, with the
words of a `uv pip install`, before Penstock is installed: it needs nothing but Python, pip and uv.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

CONFIGURED: Final = (sys.executable, "-I", "-m", "pip", "--disable-pip-version-check", "config", "list")
LONGEST: Final = 60.0  # seconds
# pip's settings, uv's variables for the same, and what stands between several values.
SAME: Final = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", ""),
    "client-cert": ("SSL_CLIENT_CERT", ""),
    "proxy": ("ALL_PROXY", ""),
    "timeout": ("UV_HTTP_TIMEOUT", ""),
    "default-timeout": ("UV_HTTP_TIMEOUT", ""),
    "retries": ("UV_HTTP_RETRIES", ""),
    "keyring-provider": ("UV_KEYRING_PROVIDER", ""),
}
# As pip does it: every index may have a package, the system's certificates count, and what is installed is compiled.
ALIKE: Final = {
    "UV_INDEX_STRATEGY": "unsafe-best-match", "UV_SYSTEM_CERTS": "1", "UV_COMPILE_BYTECODE": "1", "NO_COLOR": "1",
}  # fmt: skip


def pip_settings() -> dict[str, str]:
    """What pip is told for an `install`, by its name there; blocks for half a second."""
    done = subprocess.run(CONFIGURED, capture_output=True, text=True, check=False, timeout=LONGEST)
    return read(done.stdout)


def read(listed: str) -> dict[str, str]:
    """What counts of a `pip config list`: a variable before the command's section, and that before the global one."""
    found = dict[str, str]()
    for section in ("global", "install", ":env:"):
        for line in listed.splitlines():
            name, told, value = line.partition("=")
            if told and name.startswith(f"{section}."):
                found[name.removeprefix(f"{section}.")] = str(ast.literal_eval(value))
    return found


def command(settings: Mapping[str, str], words: Sequence[str]) -> list[str]:
    """uv with the words of a `uv pip install`."""
    from uv import find_uv_bin  # noqa: PLC0415 - settings are read without it

    without = ["--no-index"] if settings.get("no-index", "0").lower() in ("1", "true", "yes", "on") else []
    return [find_uv_bin(), "pip", "install", "--no-config", "--no-progress", *without, *words]


def variables(settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The variables to run it with: those there are, and pip's settings where uv's own say nothing."""
    return ALIKE | dict(_translated(settings)) | dict(environ)


def _translated(settings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, (variable, between) in SAME.items():
        values = settings.get(name, "").split() if between else [settings.get(name, "")]
        if text := (between or " ").join(values):
            yield variable, text


def main(words: Sequence[str]) -> None:
    """Become uv."""
    settings = pip_settings()
    command_ = command(settings, words)
    os.execve(command_[0], command_, variables(settings, os.environ))  # noqa: S606 - not a shell, on purpose


if __name__ == "__main__":
    main(sys.argv[1:])
