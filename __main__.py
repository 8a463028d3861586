"""The whole story of an update, from the tree to the cluster. Data flows one way: read, decide, then make.

Nothing is registered before everything is decided, so a refusal changes nothing.
"""

import gc
from functools import partial
from pathlib import Path

import pulumi
from pulumi.runtime.proto.source_pb2 import StackTrace

from components import accounts, adoption, isolation, stack
from components.rollouts import Rollouts
from delivery import checks, desired, homes, tombstones, tree
from delivery.namespaces import namespaces
from delivery.plan import plan
from delivery.problems import Trouble
from delivery.supply import supply
from evidence import attestations, backend, configuration, displaced, judgements, stacks
from pvn import broken, waiting


async def update() -> dict[str, object]:
    """Bring one stack to what the tree wants and its gates allow, and return its outputs."""
    root, name = Path(pulumi.runtime.get_root_directory()), pulumi.get_stack()
    wanted = checks.check(tree.read(root))
    config = configuration.of_stack(wanted, root, name)

    here = desired.with_upstreams(wanted, name)
    outputs = await stacks.read(judgements.stacks(here, name, config))
    remembered, vouches = judgements.memory(name, outputs[name]), config.attestation_key is not None
    judged = judgements.judge(root, wanted, here, name, outputs, remembered, vouches=vouches)
    memory, foundation = judged.memory, judged.foundation
    broken.refuse(foundation, judged.begun)
    removed = tombstones.removed(wanted)
    runtimes, moved = foundation.runtimes, homes.elsewhere(wanted, name)
    steps = plan(judged.candidates, judged.verdicts, memory.ledger, runtimes, removed, config.max_deletions, moved)
    steps = displaced.restored(name, outputs[name], steps)
    spaces = namespaces(steps.steps, memory.inventory.namespaces, removed, runtimes)
    for text in filter(None, (waiting.of_infrastructure(foundation), waiting.text(steps))):
        pulumi.info(text)
    if foundation.is_incomplete:
        adoption.begin(partial(backend.cut_off, root, name))
    isolation.begin(lambda failed: broken.text(foundation, failed), Rollouts(steps.unchanged).has_stalled)
    vouched = attestations.make(root, name, config.attestation_key, judged.candidates, judged.evidence)
    entered = await accounts.enter(foundation)
    return stack.make(foundation, steps, spaces, root, supply(foundation.tree(wanted, name)), vouched, entered)


async def main() -> dict[str, object]:
    """Say what a person has to mend in their words; anything else is a bug and keeps its trace."""
    try:
        return await update()
    except Trouble as trouble:
        raise pulumi.RunError(str(trouble)) from None


# the SDK sends the engine each of its debug lines, in a blocking call, and with each resource the lines that led to it,
# whether anybody asked for them or not: a quarter of the program's time (docs/adr/0008)
setattr(pulumi.log, "debug", lambda *_, **__: None)  # noqa: B010 - the type checker is right that nobody should
setattr(pulumi.runtime.resource, "_get_stack_trace", StackTrace)  # noqa: B010
# a cloud's SDK is 300,000 objects, none of them garbage: looked through as often as Python does by itself, they take a
# quarter of the time in which it is loaded
gc.set_threshold(100_000, 50, 50)
pulumi.run(main)
