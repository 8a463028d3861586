"""The verdicts of a stack's candidates: what their gates say, and whether there is a runtime for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from delivery import gates
from delivery.desired import Desired
from delivery.facts import Evidence
from delivery.foundations import Foundation
from delivery.gates import Verdict
from delivery.records import Ledger
from delivery.versions import Candidate


def verdicts(
    here: Desired, candidates: Iterable[Candidate], ledger: Ledger, foundation: Foundation, evidence: Evidence
) -> Mapping[str, Verdict]:
    """Return the verdicts by instance id. `here` is where the same services in other channels are found."""
    return {
        one.instance.id: foundation.judged(
            one, gates.decide(one, here.siblings(one), ledger.history(one.instance.id), evidence)
        )
        for one in candidates
    }
