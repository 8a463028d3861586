"""What is wrong with `approvals/`: who may sign, and what they have signed.

The gates stay shut for each of these, and say so; here it is said before anybody waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from delivery import signers
from delivery.problems import Problem, Spot
from delivery.signers import Ask


def problems(where: Path, ask: Ask | None) -> Iterator[Problem]:
    """Yield what is wrong with who may sign, where `ask` asks for most people, and with the files that they signed.

    ssh-keygen is asked only where there is a key or a signature. Raises WorldFailed where it is missing, or something cannot
    be read.
    """
    yield from _signers(where, ask)
    folder = where / signers.FOLDER
    if folder.is_dir() and any(one != where / signers.FILE for one in folder.iterdir()):
        from evidence import signatures

        for bad in signatures.damaged(where):
            yield Problem(Spot(bad.file), f"it proves nothing: {bad.why}", f"sign again, and take it away: rm {bad.file}")


def _signers(where: Path, ask: Ask | None) -> Iterator[Problem]:
    lines = signers.read(where)
    if lines is None and ask:
        what = f"it is missing, and {ask.at} asks for signatures"
        yield Problem(Spot(signers.FILE), what, "write it, a line for each who may sign: name, key type, key")
    if not lines:
        return
    from evidence import ssh

    people, spoilt = ssh.allowed(where)
    for number in spoilt:
        yield Problem(Spot(signers.FILE, number), "no key can be read in this line", "mend the line, or take it out")
    # where nobody is named at all, the project has only begun
    if people and ask and ask.is_beyond(people):
        what = f"it knows {len(people)} of the {ask.people} people that {ask.at} asks for"
        yield Problem(Spot(signers.FILE), what, "add a line for each who may sign, name, key type, key; or ask for fewer")
