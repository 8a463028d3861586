"""Approvals, looked at from each workload: whoever runs in a channel that asks for people was signed for by people."""

from __future__ import annotations

from delivery import objects
from delivery.gates.approved import approved
from delivery.instances import ApprovalBy
from delivery.records import Record
from policy.decision import Decision
from policy.found import Found
from policy.rule import Objections, Rule


def unsigned(found: Found, decision: Decision) -> Objections:
    """Object to a workload of a channel with approvals that runs what nobody signed, and that does not run already."""
    step = decision.steps.get(found.parent_name)
    if step is None:
        return  # it stands in no instance, and another rule says so
    annotations = found.props["metadata"].get("annotations") or {}
    record = Record(annotations.get(objects.VERSION, ""), annotations.get(objects.MANIFESTS, ""))
    candidate, effective = step.candidate, step.history.effective
    asks = [one for one in candidate.instance.preconditions if isinstance(one, ApprovalBy)]
    if not asks or candidate.bypass.approvals or (effective and effective.manifests == record.manifests):
        return
    if record != Record(candidate.version, candidate.bundle.digest):
        yield f"{found.name} is neither what the tree wants, which people can sign, nor what runs already"
        return
    for gate in asks:
        for answer in approved(candidate, gate, decision.evidence):
            if not answer.is_open:
                yield f"{found.name}: {answer.gate}: {answer.fact}\nnext: {answer.next}"


APPROVALS = Rule(
    "approvals",
    "A workload of a channel that asks for approval was signed for, at this version and with these objects.",
    lambda found: found.is_workload,
    unsigned,
)
