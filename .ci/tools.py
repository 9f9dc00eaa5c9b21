"""What every check is made with: the product, the repository, and the tools of this machine."""

import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAVIOR = pathlib.Path(os.environ.get("PAVIOR_BINARY", ROOT / "target" / "release" / "pavior"))


class Skipped(Exception):
    """The tool that a check needs is not here."""


def run(*command, cwd=ROOT, env=None, ok=(0,), timeout=900):
    """Runs a command; a wrong exit code is a failure that shows what it said."""
    result = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout
    )
    if result.returncode not in ok:
        said = (result.stdout + result.stderr).strip()[-4000:]
        raise AssertionError(f"{' '.join(map(str, command))} exited with {result.returncode}\n{said}")
    return result


def need(tool):
    path = shutil.which(tool)
    if path is None:
        raise Skipped(f"{tool} is not on this machine")
    return path
