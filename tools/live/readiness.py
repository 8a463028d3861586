"""Whether a run could go through: programs on PATH, and credentials that lead to the accounts of the stack files."""

from __future__ import annotations

from collections.abc import Iterator

from delivery import checks, tree
from delivery.shapes.infrastructure import RegistrySettings, RuntimeSettings
from delivery.unknown import Unknown
from evidence import accounts, programs
from evidence.programs import Program
from tools.live.place import STACKS, Place
from tools.toolchain.trouble import Trouble

DOCKER = Program(name="docker", version=("--version",), fix="install docker with buildx: it copies the image that is pulled")
KUBECTL = Program(name="kubectl", version=("version", "--client"), fix="install kubectl")


def check(place: Place) -> None:
    """Raise Trouble with everything that is missing, before anything is made, and Refused where stack files are wrong."""
    missing = list(_missing(place))
    if missing:
        what = "".join(f"\n  {about}: {what}" for about, what, _ in missing)
        fix = "; ".join(dict.fromkeys(fix for *_, fix in missing))
        raise Trouble(place.cloud, f"a run could not go through{what}", fix)


def _missing(place: Place) -> Iterator[tuple[str, str, str]]:
    wanted = checks.check(tree.read(place.project)).stacks
    found: list[RuntimeSettings | RegistrySettings] = []
    for stack in STACKS:
        found += [*wanted[stack].runtimes, *wanted[stack].registries]
    needed = [one for settings in found for one in programs.OF_RUNTIMES.get(settings.type, ())]
    for program in dict.fromkeys((*programs.ALWAYS, KUBECTL, DOCKER, *needed)):
        yield from _said(program.name, programs.version(program))
    entered = {accounts.name(one): one for settings in found if (one := accounts.of(settings))}
    for name, account in entered.items():
        yield from _said(name, accounts.enter(account))


def _said(about: str, answer: str | Unknown) -> Iterator[tuple[str, str, str]]:
    if isinstance(answer, Unknown):
        yield about, answer.why, answer.next
