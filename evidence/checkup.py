"""Ask everything that an update needs, each question by itself: whatever fails, the others are answered."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

from msgspec import Struct

from delivery import cutoffs, desired, pulls, signers, supply
from delivery.cutoffs import Cutoff
from delivery.desired import Desired
from delivery.problems import WorldFailed
from delivery.pulls import Pull
from delivery.shapes.infrastructure import RegistrySettings, RuntimeSettings
from delivery.shapes.linked import ExternalRegistry
from delivery.shapes.stack import Stack
from delivery.tree import Tree
from delivery.unknown import Absent, Unknown
from evidence import access, accounts, backend, gather, images, programs, registry, ssh

SKEW = 60.0
"""Seconds that two clocks may differ: signatures, tokens and bake times are compared across machines."""


class State(StrEnum):
    """How a question came out."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Nobody can say yet, or from here."""


class Finding(Struct, frozen=True):
    """One question: about what, how it came out, what was seen, and how to mend it."""

    stack: str
    about: str
    state: State
    fact: str
    fix: str = ""


class _Stack(Struct, frozen=True):
    """One stack, as far as the questions go."""

    name: str
    settings: Stack
    registries: tuple[RegistrySettings, ...]
    """Its own, and those that its runtimes pull from."""
    candidates: Desired
    outputs: gather.Outputs | Unknown

    @property
    def runtimes(self) -> tuple[RuntimeSettings, ...]:
        return self.settings.runtimes

    @property
    def kubeconfigs(self) -> Mapping[str, str]:
        return {} if isinstance(self.outputs, Unknown) else gather.kubeconfigs(self.outputs)

    @property
    def unread(self) -> Unknown | None:
        """Why nobody can tell what its updates have left; None where the state could be read, or there is none yet."""
        return self.outputs if isinstance(self.outputs, Unknown) and not isinstance(self.outputs, Absent) else None


Answers = Iterator[Finding]
_Question = partial[Answers]


def checkup(root: Path, tree: Tree, stacks: Iterable[str]) -> tuple[Finding, ...]:
    """Return the findings of stacks, in their order; all questions are asked at the same time and only read."""
    found = desired.desire(tree)
    names = list(stacks)
    try:
        outputs = backend.read(root, names)
    except WorldFailed as wrong:
        outputs = dict.fromkeys(names, Unknown(f"{wrong.where}: {wrong.what}", wrong.fix))
    sources = supply.supply(tree).sources
    asked = [_stack(tree, name, found, outputs[name], sources) for name in names]
    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(_answered, itertools.chain.from_iterable(_questions(root, one) for one in asked))
        return tuple(itertools.chain.from_iterable(answers))


def _stack(
    tree: Tree,
    name: str,
    found: Desired,
    outputs: gather.Outputs | Unknown,
    sources: Mapping[str, tuple[RegistrySettings, ...]],
) -> _Stack:
    settings = tree.stacks[name]
    pulled = {one.name: one for runtime in settings.runtimes for one in sources.get(runtime.name, ())}
    registries = {**{one.name: one for one in settings.registries}, **pulled}
    mine = Desired(tuple(one for one in found.of_stack(name) if desired.is_selected(tree, one.instance)))
    return _Stack(name, settings, tuple(registries.values()), mine, outputs)


def _answered(question: _Question) -> list[Finding]:
    """Return what a question came to; where its means fail, that is the answer."""
    try:
        return list(question())
    except WorldFailed as wrong:
        return [Finding(question.args[0].name, wrong.where, State.FAILED, wrong.what, wrong.fix)]


def _questions(root: Path, stack: _Stack) -> Iterator[_Question]:
    """Yield the questions about a stack: what is needed first comes first."""
    wanted = [*programs.ALWAYS, *(one for kind in stack.runtimes for one in programs.OF_RUNTIMES.get(kind.type, ()))]
    for program in dict.fromkeys(wanted):
        yield partial(_program, stack, program)
    yield partial(_state, stack)
    yield partial(_cut_off, stack, root)
    for account in _accounts(stack):
        yield partial(_account, stack, account)
    for runtime in stack.runtimes:
        yield partial(_cluster, stack, runtime)
    for host in sorted({one.url.partition("/")[0] for one in stack.registries}):
        yield partial(_registry, stack, host)
    for name, pull in _pulls(stack):
        yield partial(_pull, stack, name, pull)
    yield partial(_signers, stack, root)


def _accounts(stack: _Stack) -> list[accounts.Account]:
    found: list[accounts.Account] = []
    for account in (*map(accounts.of, stack.runtimes), *map(accounts.of, stack.registries)):
        if account and account not in found:
            found.append(account)
    return found


def _pulls(stack: _Stack) -> list[tuple[str, Pull]]:
    return sorted(
        {(one.bundle.runtime, pull) for one in stack.candidates.candidates for pull in pulls.of(one.bundle.objects)}
    )


def _program(stack: _Stack, program: programs.Program) -> Answers:
    yield _finding(stack.name, program.name, programs.version(program))


def _state(stack: _Stack) -> Answers:
    outputs = stack.outputs
    yield _finding(stack.name, "state", outputs if isinstance(outputs, Unknown) else "its last update can be read")


def _cut_off(stack: _Stack, root: Path) -> Answers:
    about, found = "updates that were cut off", backend.cut_off(root, stack.name)
    if isinstance(found, Unknown):
        yield _finding(stack.name, about, found)
    elif found:
        for one in found:
            yield _lost(stack.name, one)
    elif stack.unread:
        yield Finding(
            stack.name, about, State.UNKNOWN, "nothing is vouched for while the state cannot be read", stack.unread.next
        )
    else:
        yield Finding(stack.name, about, State.OK, "they have left nothing behind")


def _lost(stack: str, one: Cutoff) -> Finding:
    about, forget = f"{one.name}, cut off while it was made", cutoffs.forget(stack)
    if one.is_known:
        return Finding(stack, about, State.FAILED, "the stack has it by now, and the engine warns all the same", forget)
    way = f"{cutoffs.takeover(stack, one)}, if its cloud has it by that name; if not: {forget}"
    return Finding(stack, about, State.FAILED, "it may be there, and the state does not know of it", way)


def _account(stack: _Stack, account: accounts.Account) -> Answers:
    yield _finding(stack.name, accounts.name(account), accounts.enter(account))


def _cluster(stack: _Stack, runtime: RuntimeSettings) -> Answers:
    about = f"runtime {runtime.name}"
    kubeconfig = stack.kubeconfigs.get(runtime.name)
    if kubeconfig is None and stack.unread:
        yield Finding(
            stack.name, about, State.UNKNOWN, "how to reach it is in the state, which cannot be read", stack.unread.next
        )
        return
    if kubeconfig is None:
        yield Finding(stack.name, about, State.UNKNOWN, "no update has made it known yet", f"pulumi up -s {stack.name}")
        return
    found = access.look(runtime.name, kubeconfig)
    if isinstance(found, Unknown):
        yield _finding(stack.name, about, found)
    elif found.denied:
        fix = "let the identity in the kubeconfig do it, for instance with the role cluster-admin"
        yield Finding(stack.name, about, State.FAILED, f"we may not {', '.join(found.denied)}", fix)
    else:
        yield Finding(stack.name, about, State.OK, f"{found.version}, and we may apply to it")
    if isinstance(found, access.Access):
        yield _clock(stack.name, about, found.now)


def _registry(stack: _Stack, host: str) -> Answers:
    about = f"registry {host}"
    found = registry.clock(host)
    yield _finding(stack.name, about, found if isinstance(found, Unknown) else "it answers")
    if isinstance(found, datetime):
        yield _clock(stack.name, about, found)


def _clock(stack: str, whose: str, there: datetime) -> Finding:
    """Compare the clocks. An answer says whole seconds, so nothing closer is claimed."""
    apart = (datetime.now(UTC) - there).total_seconds()
    about = f"clock of {whose}"
    if abs(apart) <= SKEW:
        return Finding(stack, about, State.OK, "within a minute of ours")
    order = "behind" if apart > 0 else "ahead of"
    fix = "set the clock that is wrong; see what `timedatectl` says here"
    return Finding(stack, about, State.FAILED, f"{abs(apart):.0f} s {order} ours", fix)


def _pull(stack: _Stack, runtime: str, pull: Pull) -> Answers:
    # nodes use their own identity only with the registries of their cloud
    by_secret = any(isinstance(one, ExternalRegistry) and pull.image.startswith(one.url) for one in stack.registries)
    kubeconfig = stack.kubeconfigs.get(runtime)
    answer = images.may_pull(runtime, kubeconfig, pull, by_secret=by_secret)
    yield _finding(stack.name, f"image {pull.image} on {runtime}", answer)


def _signers(stack: _Stack, root: Path) -> Answers:
    about = signers.FILE
    ask = signers.most((one.instance for one in stack.candidates.candidates), [stack.settings])
    if ask is None:
        yield Finding(stack.name, about, State.OK, "nothing here asks for a signature")
        return
    people, spoilt = ssh.allowed(root)
    if spoilt:
        lines = ", ".join(map(str, spoilt))
        yield Finding(
            stack.name, about, State.FAILED, f"no key can be read in line {lines}", "mend the line, or take it out"
        )
    if ask.is_beyond(people):
        fact = f"{ask.people} people have to sign, and it knows {len(people)}"
        yield Finding(stack.name, about, State.FAILED, fact, "add a line for each who may: name, key type, key")
    elif not spoilt:
        yield Finding(stack.name, about, State.OK, f"it knows {len(people)}, and {ask.people} have to sign")


def _finding(stack: str, about: str, answer: object) -> Finding:
    if isinstance(answer, Unknown):
        is_later = isinstance(answer, images.NotYet) or (isinstance(answer, Absent) and about == "state")
        return Finding(stack, about, State.UNKNOWN if is_later else State.FAILED, answer.why, answer.next)
    return Finding(stack, about, State.OK, str(answer))
