"""What an update of a stack may do: decided once for a process, from evidence that the pack gathers itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import yaml
from msgspec import Struct, field

from delivery import checks, desired, tombstones, tree
from delivery.bundles import Bundle
from delivery.facts import Evidence
from delivery.plan import Step, plan
from delivery.problems import WorldFailed
from delivery.records import Ledger, Record
from delivery.shapes.stack import Stack
from delivery.tombstones import Tombstones
from delivery.unknown import Unknown
from evidence import backend, configuration, judgements, workplace
from evidence.gather import Outputs


class Decision(Struct, frozen=True, dict=True):
    """What the evidence says about every instance of a stack."""

    stack: str
    settings: Stack
    """The stack file, with its runtimes and registries as they are to be built: a shut gate holds them."""
    steps: Mapping[str, Step]
    """By instance id."""
    ledger: Ledger
    """What the stack remembered before the update."""
    evidence: Evidence
    removed: Tombstones = field(default_factory=Tombstones)
    recorded: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The names of the `runtimes` and `registries` that the last update left behind."""

    @cached_property
    def is_guarded(self) -> bool:
        """True where any instance of the stack has a gate: what cannot be judged is refused there."""
        return any(step.candidate.instance.is_guarded for step in self.steps.values())

    @cached_property
    def allowed(self) -> Mapping[str, Mapping[Record, Bundle]]:
        """What may stand in the cluster, by instance id: what the plan has for it, and its last completed release.

        The plan has what its open gates let through; a first release that was let through once and did not finish, while
        it waits again, because it may serve already; otherwise the last completed release.
        """
        return {name: dict(self._allowed(step)) for name, step in self.steps.items()}

    @cached_property
    def running(self) -> Mapping[str, Bundle]:
        """The last completed releases that no tombstone lets go of, by instance id."""
        return {
            name: self.ledger.bundle(history.effective)
            for name, history in self.ledger.histories.items()
            if history.effective and not self.removed.cover(*_parts(name))
        }

    def _allowed(self, step: Step) -> list[tuple[Record, Bundle]]:
        found = []
        if step.record and step.bundle:
            found.append((step.record, step.bundle))
        if (effective := step.history.effective) is not None:
            found.append((effective, self.ledger.bundle(effective)))
        return found


def here() -> Decision:
    """Return the decision for the stack and the project that the engine runs the pack for, wherever the pack stands.

    Raises Trouble where there cannot be one.
    """
    stack, project = os.environ.get("PULUMI_STACK", ""), os.environ.get("PULUMI_PROJECT", "")
    fix = "run `pulumi up --policy-pack …` in the project's folder, with its files as they are reviewed"
    if not stack:
        raise WorldFailed("policy", "the engine does not say which stack this is about", fix)
    root = workplace.project()
    try:
        name = yaml.safe_load((root / "Pulumi.yaml").read_text())["name"]
    except (OSError, ValueError, yaml.YAMLError, TypeError, KeyError):
        raise WorldFailed("policy", f"{root} is no Pulumi project, so there is nothing to decide from", fix) from None
    if name != project:
        raise WorldFailed("policy", f"the engine runs project {project!r}, and the one in {root} is {name!r}", fix)
    return of_stack(root, stack)


def of_stack(root: Path, stack: str) -> Decision:
    """Return the decision for a stack of a project. Raises Trouble where there cannot be one."""
    wanted = checks.check(tree.read(root))
    settings = configuration.of_stack(wanted, root, stack)
    here = desired.with_upstreams(wanted, stack)
    outputs = backend.read(root, judgements.stacks(here, stack, settings))
    judged = judgements.judge(root, wanted, here, stack, outputs, judgements.memory(stack, outputs[stack]))
    ledger, foundation, removed = judged.memory.ledger, judged.foundation, tombstones.removed(wanted)
    planned = plan(judged.candidates, judged.verdicts, ledger, foundation.runtimes, removed, settings.max_deletions)
    steps = {one.candidate.instance.id: one for one in planned.steps}
    built = foundation.tree(wanted, stack).stacks[stack]
    return Decision(stack, built, steps, ledger, judged.evidence, removed, _recorded(outputs[stack]))


def _recorded(outputs: Outputs | Unknown) -> dict[str, frozenset[str]]:
    if isinstance(outputs, Unknown):
        return {}
    found = {kind: outputs.get(kind) for kind in ("runtimes", "registries")}
    return {kind: frozenset(names) for kind, names in found.items() if isinstance(names, Mapping)}


def _parts(instance: str) -> tuple[str, str, str]:
    application, channel, service = instance.split("/")
    return application, channel, service
