"""Who may do what to whose: a decision of IAM over policies of several accounts, by the evaluator that comes with ministack.

Runs in the emulators' Python and not in the project's. Reads questions as JSON, a list of them, and prints as many answers:
`Allow`, `Deny` or `ImplicitDeny`. No emulator serves one account's registry to another; this is what it would decide by.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from ministack.core import iam_evaluator


def decision(question: Mapping[str, Any]) -> str:
    """Return what AWS would say to one call.

    A question has the ARN of a role, which is what `aws:PrincipalArn` says of its sessions; what it `may` (documents); the
    action, the resource, and the resource's own policy, if it has one.
    """
    role, resource = str(question["role"]), str(question["resource"])
    # what is about no single thing is its caller's own
    owner = resource.split(":")[4] if resource != "*" else None
    context = iam_evaluator.EvalContext(
        principal_arn=role,
        principal_type="AssumedRole",
        principal_account=role.split(":")[4],
        action=question["action"],
        resource_arn=resource,
        region="us-east-1",
    )
    policies = [iam_evaluator.parse_policy_document(one) for one in question["may"]]
    own = iam_evaluator.evaluate(context, policies)
    both = iam_evaluator.combine_resource_policy(own, context, question["policy"], owner)
    return str(both.decision)


if __name__ == "__main__":
    print(json.dumps([decision(one) for one in json.load(sys.stdin)]))
