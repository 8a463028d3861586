"""The rules about single objects, asked of what the tree renders: no account, no cluster, no engine.

usage: python -m policy.rendered          in a project's folder; ends with 1 where the pack would refuse something
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from delivery import checks, desired, tree
from delivery.facts import Evidence
from delivery.gates import Verdict
from delivery.instances import ServiceInstance
from delivery.plan import step
from delivery.problems import Trouble
from delivery.records import Ledger
from delivery.shapes.stack import Stack
from delivery.tree import Tree
from policy import confidential, pods
from policy.decision import Decision
from policy.found import KUBERNETES, Found
from policy.rule import Rule

RULES = (pods.DIGESTS, confidential.SECRETS, pods.REQUESTS, pods.NON_ROOT)
"""Those of the pack that need nothing but the object, and whether its channel has gates."""


def objections(wanted: Tree) -> Iterator[tuple[Rule, str]]:
    """Yield what the rules object to in the objects of a checked tree, each with its service instance."""
    found = desired.desire(wanted)
    steps = {one.instance.id: step(one, Verdict(()), Ledger()) for one in found.candidates}
    unasked = Decision("", Stack(), steps, Ledger(), Evidence(datetime.now(UTC)))
    for one in found.candidates:
        for rendered in one.bundle.objects:
            shown = _shown(one.instance, rendered)
            for rule in RULES:
                if rule.concerns(shown):
                    yield from ((rule, f"{one.instance.id}: {said}") for said in rule.objections(shown, unasked))


def _shown(instance: ServiceInstance, rendered: Any) -> Found:
    """Return an object as the engine would show it."""
    version, kind = str(rendered["apiVersion"]), str(rendered["kind"])
    token = f"{KUBERNETES}{version if '/' in version else f'core/{version}'}:{kind}"
    return Found(token, f"{kind} {rendered['metadata']['name']}", "", rendered, parent=f"::{instance.id}")


def main() -> int:
    """Print a line for each objection, advice marked as such, and return 1 where one of them would refuse an update."""
    try:
        found = list(objections(checks.check(tree.read(Path.cwd()))))
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    for rule, said in found:
        print(f"{'advice, ' if rule.is_advice else ''}{rule.name}: {said}")
    return int(any(not rule.is_advice for rule, _ in found))


if __name__ == "__main__":
    sys.exit(main())
