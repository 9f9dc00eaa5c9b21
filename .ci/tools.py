"""What every check is made with: the product, the repository, and the tools of this machine."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile

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


def plugin_directory():
    """The folder of a Terraform plugin mirror that holds the AWS provider."""
    for base in (os.environ.get("PAVIOR_TERRAFORM_PLUGINS"), "/opt/tf-plugins"):
        if base and (pathlib.Path(base) / "registry.terraform.io" / "hashicorp" / "aws").is_dir():
            return base
    raise Skipped("no plugin mirror with the AWS provider (PAVIOR_TERRAFORM_PLUGINS names one)")


def terraform_environment(work):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("TF_", "AWS_"))}
    environment.update(TF_IN_AUTOMATION="1", TF_CLI_ARGS="-no-color", CHECKPOINT_DISABLE="1", TF_DATA_DIR=str(work / ".terraform"))
    return environment


@contextlib.contextmanager
def copied(folder):
    """A copy to work in, so that tools leave nothing in the compiled output."""
    with tempfile.TemporaryDirectory() as work:
        target = pathlib.Path(work) / "unit"
        shutil.copytree(folder, target)
        yield target
