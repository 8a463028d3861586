"""Everything the gates of a stack may look at, asked in one go and before anything is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from delivery import objects, records
from delivery.approvals import Statement
from delivery.desired import Desired
from delivery.facts import Evidence, Live
from delivery.instances import StableIn
from delivery.objects import ObjectKey
from delivery.problems import WorldFailed
from delivery.records import Ledger
from delivery.unknown import Unknown
from delivery.versions import Candidate
from evidence import attestations, authors, cluster, commits, signatures
from evidence.cluster import Wanted

Outputs = Mapping[str, Any]
"""The outputs of one stack, secrets included."""


class Upstream(Struct, frozen=True):
    """What has to be asked before a stack's gates can be judged."""

    candidates: tuple[Candidate, ...]

    def and_own(self, candidates: Iterable[Candidate], ledger: Ledger, *, vouches: bool = False) -> Upstream:
        """Return the same with those of a stack's own candidates that an update began and did not finish.

        With all of them where the stack `vouches` for its own stability.
        """
        own = (one for one in candidates if vouches or ledger.history(one.instance.id).begun == one.record)
        return Upstream((*self.candidates, *own))

    def and_also(self, candidates: Iterable[Candidate]) -> Upstream:
        """Return the same with candidates that nothing depends on."""
        return Upstream((*self.candidates, *candidates))

    @property
    def stacks(self) -> tuple[str, ...]:
        """The stacks whose outputs are needed."""
        return tuple(sorted({one.instance.stack for one in self.candidates}))

    def objects(self) -> Mapping[tuple[str, str], Wanted]:
        """Return the objects to look for, by (stack, runtime)."""
        wanted: dict[tuple[str, str], dict[ObjectKey, dict[str, Mapping[str, Any]]]] = {}
        for one in self.candidates:
            place = wanted.setdefault((one.instance.stack, one.instance.runtime.name), {})
            for found in one.bundle.objects:
                place.setdefault(objects.key(found), {})[one.bundle.digest] = found
        return wanted


def upstream(desired: Desired, stack: str) -> Upstream:
    """Return the instances that the gates of a stack look at."""
    found = {
        sibling.instance.id: sibling
        for one in desired.of_stack(stack)
        for gate in one.instance.preconditions
        if isinstance(gate, StableIn) and (sibling := desired.siblings(one).get(gate.channel))
    }
    return Upstream(tuple(found.values()))


def gather(
    root: Path,
    wanted: Upstream,
    candidates: Sequence[Candidate],
    outputs: Mapping[str, Outputs | Unknown],
    may_count: Callable[[Statement], bool] = lambda _: True,
) -> Evidence:
    """Return the evidence for the gates of a stack's candidates. `outputs` are those of the upstream stacks, and its own.

    Of the approvals those are verified that `may_count`.

    A cluster or a stack that does not answer is an Unknown in the evidence, never an error: it keeps shut what depends on
    it and nothing else.
    """
    is_recorded = any(one.instance.stability.is_recorded for one in candidates)
    own = {one.instance.stack for one in candidates}
    asked = {place: found for place, found in wanted.objects().items() if not is_recorded or place[0] in own}
    with ThreadPoolExecutor() as pool:
        signed = pool.submit(signatures.read, root, may_count)
        written = pool.submit(authors.read, root, candidates)
        denied = pool.submit(commits.read, root, (*candidates, *wanted.candidates))
        live = dict(pool.map(lambda item: look(outputs, *item), asked.items()))
        good, bad, misfits = signed.result()
        stacks = [name for name in wanted.stacks if is_recorded and name not in own]
        attested = dict(pool.map(lambda name: (name, attestations.read(root, name, outputs.get(name))), stacks))
    ledgers = {name: ledger(name, outputs.get(name, unasked(name))) for name in wanted.stacks}
    now = datetime.now(UTC)
    return Evidence(now, ledgers, live, good, bad, misfits, attested, written.result(), denied.result())


def ledger(stack: str, outputs: Outputs | Unknown) -> Ledger | Unknown:
    """Return what another stack remembers; Unknown where its outputs cannot be had or cannot be trusted."""
    if isinstance(outputs, Unknown):
        return outputs
    try:
        return records.read(stack, outputs.get("releases"), outputs.get("manifests"))
    except WorldFailed as wrong:
        return Unknown(f"{wrong.where}: {wrong.what}", wrong.fix)


def kubeconfigs(outputs: Outputs) -> dict[str, str]:
    """Return the kubeconfigs that a stack's outputs hold, by runtime."""
    found = outputs.get("runtimes")
    runtimes: Iterable[tuple[str, Any]] = found.items() if isinstance(found, Mapping) else ()
    texts = ((name, one.get("kubeconfig")) for name, one in runtimes if isinstance(one, Mapping))
    return {name: text for name, text in texts if isinstance(text, str) and text != records.UNKNOWN}


def look(outputs: Mapping[str, Outputs | Unknown], place: tuple[str, str], wanted: Wanted) -> tuple[str, Live | Unknown]:
    """Return a runtime, of a stack, and what its cluster says of the wanted objects."""
    stack, runtime = place
    of_stack = outputs.get(stack, unasked(stack))
    if isinstance(of_stack, Unknown):
        return runtime, of_stack
    kubeconfig = kubeconfigs(of_stack).get(runtime)
    if kubeconfig is None:
        return runtime, Unknown(f"stack {stack!r} does not say how to reach {runtime!r}", f"pulumi up -s {stack}")
    return runtime, cluster.find(runtime, kubeconfig, wanted)


def unasked(stack: str) -> Unknown:
    """Return what stands for the outputs of a stack that nobody asked for."""
    return Unknown(f"stack {stack!r} was not asked", f"pulumi up -s {stack}")
