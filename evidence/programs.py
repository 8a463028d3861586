"""Ask the programs on PATH for their versions, and the clouds' own for who we are."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence

from msgspec import Struct

from delivery.unknown import Unknown

PATIENCE = 60.0
"""Seconds for a program: those of clouds start slowly and ask far away."""


class Program(Struct, frozen=True, kw_only=True):
    """A program that updates and people need."""

    name: str
    version: tuple[str, ...]
    """The arguments that make it say its version."""
    least: tuple[int, ...] = ()
    """The first version that will do; none: any."""
    fix: str
    """How to get it."""


ALWAYS = (
    Program(name="pulumi", version=("version",), least=(3, 250), fix="install it: https://www.pulumi.com/docs/install"),
    Program(name="git", version=("--version",), least=(2, 30), fix="install git 2.30 or newer"),
    Program(name="ssh", version=("-V",), least=(8, 9), fix="install OpenSSH 8.9 or newer"),
)
OF_RUNTIMES: Mapping[str, tuple[Program, ...]] = {
    "local": (Program(name="kwokctl", version=("--version",), least=(0, 7), fix="install it: https://kwok.sigs.k8s.io"),),
    "aks": (
        Program(name="az", version=("version", "--output", "tsv"), fix="install the Azure CLI"),
        Program(name="kubelogin", version=("--version",), fix="install kubelogin of Azure: az aks install-cli"),
    ),
    "eks": (Program(name="aws", version=("--version",), least=(2,), fix="install the AWS CLI, version 2"),),
    "gke": (
        Program(name="gcloud", version=("version",), fix="install the Google Cloud CLI"),
        Program(
            name="gke-gcloud-auth-plugin",
            version=("--version",),
            fix="install it: gcloud components install gke-gcloud-auth-plugin",
        ),
    ),
}


def version(program: Program) -> str | Unknown:
    """Return the version of a program on PATH; Unknown where it is missing, too old or does not say."""
    if not shutil.which(program.name):
        return Unknown("it is not on PATH", program.fix)
    said = run([program.name, *program.version])
    if isinstance(said, Unknown):
        return said
    found = re.search(r"\d+(?:\.\d+)+", said)
    if not found:
        return Unknown("it does not say which version it is", program.fix)
    if tuple(map(int, found[0].split("."))) < program.least:
        return Unknown(f"{found[0]} is older than {'.'.join(map(str, program.least))}", program.fix)
    return found[0]


def run(command: Sequence[str]) -> str | Unknown:
    """Return everything a program says; Unknown with its last line where it fails."""
    line = " ".join(command)
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except FileNotFoundError:
        return Unknown(f"{command[0]} is not on PATH", f"install {command[0]}")
    except (OSError, subprocess.TimeoutExpired) as wrong:
        return Unknown(f"{command[0]} cannot be run ({type(wrong).__name__})", f"see what it says: {line}")
    if done.returncode:
        last = (done.stdout.strip().splitlines() or ["it said nothing"])[-1]
        return Unknown(last, f"see what it says: {line}")
    return done.stdout
