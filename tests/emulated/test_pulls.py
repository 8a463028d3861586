"""Whose nodes pull which images: decided over the policies of all accounts, as an emulator gives them back.

No emulator serves one account's registry to another. So every role of every account is asked for (moto, which has taken the
documents and knows AWS's own), and the evaluator that comes with ministack says what each may do to each repository.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.emulated import world
from tests.emulated.accounts import Caller
from tests.emulated.emulators import Emulator
from tests.emulated.world import ACCOUNTS, CI, EVERYTHING, PRODUCTION, SHARED, STAGING, STRANGER, trusted

PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
"""What a pull takes: the manifest, and then each layer."""
CHANGE = (
    "ecr:BatchDeleteImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
NODES = {
    f"arn:aws:iam::{STAGING}:role/kubernetes-staging-nodes",
    f"arn:aws:iam::{PRODUCTION}:role/kubernetes-production-nodes",
}
PUSHER = f"arn:aws:iam::{SHARED}:role/images-push"
OWNER = f"arn:aws:iam::{SHARED}:role/administrator"
NODES_BY_NAME = f"arn:aws:iam::{STRANGER}:role/kubernetes-production-nodes"


@dataclass(frozen=True)
class Policies:
    """What all accounts say about who may do what."""

    roles: Mapping[str, list[Any]]
    """By ARN: the documents of what it may."""
    repositories: Mapping[str, Any]
    """By ARN: the repository's own document."""


@pytest.fixture(scope="module")
def policies(accepted) -> Policies:
    """The policies of all roles and repositories, with people in each account who may do everything there."""
    accounts = [*ACCOUNTS.values(), CI, STRANGER]
    for account in accounts:
        world.role(accepted.emulator, account, "administrator", trusted(account), EVERYTHING)
    # a role that is called like the nodes, in an account that is not theirs
    world.role(accepted.emulator, STRANGER, "kubernetes-production-nodes", trusted(STRANGER), EVERYTHING)
    world.role(accepted.emulator, PRODUCTION, "not-kubernetes-production-nodes", trusted(PRODUCTION), EVERYTHING)
    roles = {arn: documents for account in accounts for arn, documents in _roles(accepted.emulator, account)}
    return Policies(roles, dict(_repositories(accepted.emulator.root(SHARED))))


def _roles(emulator: Emulator, account: str) -> Iterable[tuple[str, list[Any]]]:
    root = emulator.root(account)
    for page in root.pages("iam", "list_roles"):
        for one in page["Roles"]:
            name = {"RoleName": one["RoleName"]}
            inline = root.ask("iam", "list_role_policies", **name)["PolicyNames"]
            documents = [root.ask("iam", "get_role_policy", PolicyName=each, **name)["PolicyDocument"] for each in inline]
            attached = root.ask("iam", "list_attached_role_policies", **name)["AttachedPolicies"]
            yield one["Arn"], [*documents, *(_document(root, each["PolicyArn"]) for each in attached)]


def _document(root: Caller, policy: str) -> Any:
    version = root.ask("iam", "get_policy", PolicyArn=policy)["Policy"]["DefaultVersionId"]
    return root.ask("iam", "get_policy_version", PolicyArn=policy, VersionId=version)["PolicyVersion"]["Document"]


def _repositories(root: Caller) -> Iterable[tuple[str, Any]]:
    for one in root.ask("ecr", "describe_repositories")["repositories"]:
        text = root.ask("ecr", "get_repository_policy", repositoryName=one["repositoryName"])["policyText"]
        yield one["repositoryArn"], json.loads(text)


@pytest.fixture(scope="module")
def allowed(python):
    """Return, for each action, which roles may do it to all repositories; to some of them alone counts as an error."""

    def allowed(policies: Policies, *actions: str) -> dict[str, set[str]]:
        calls = [(action, role, one) for action in actions for role in policies.roles for one in policies.repositories]
        questions = [
            {
                "action": action,
                "role": role,
                "may": policies.roles[role],
                "resource": one,
                "policy": policies.repositories[one],
            }
            for action, role, one in calls
        ]
        answers: dict[tuple[str, str], set[str]] = {}
        for (action, role, _), answer in zip(calls, _judged(python, questions), strict=True):
            answers.setdefault((action, role), set()).add(answer)
        assert all(len(given) == 1 for given in answers.values())
        return {
            action: {role for (asked, role), given in answers.items() if asked == action and given == {"Allow"}}
            for action in actions
        }

    return allowed


def _judged(python: Path, questions: list[dict[str, Any]]) -> list[str]:
    judge = Path(__file__).with_name("judge.py")
    done = subprocess.run(
        [python, judge], input=json.dumps(questions), capture_output=True, text=True, timeout=60, check=True
    )
    return list(json.loads(done.stdout))


def test_the_nodes_of_both_clusters_pull_every_image_from_the_account_that_is_neithers(policies, allowed):
    assert len(policies.repositories) == 3
    assert set(policies.roles) >= NODES
    for action, roles in allowed(policies, *PULL).items():
        assert roles >= NODES, action


def test_nobody_else_pulls_from_any_other_account_whatever_their_own_account_allows(policies, allowed):
    everybody = {one for one in policies.roles if one.endswith("administrator")}
    assert len(everybody) == 5
    for action, roles in allowed(policies, *PULL).items():
        assert roles - NODES == {PUSHER, OWNER}, action


def test_only_ci_pushes_and_only_people_of_that_account_delete(policies, allowed):
    for action, roles in allowed(policies, *CHANGE).items():
        assert roles == ({OWNER} if "Delete" in action else {PUSHER, OWNER}), action


def test_asking_which_layers_are_there_already_is_for_those_who_push(policies, allowed):
    action = "ecr:BatchCheckLayerAvailability"
    assert allowed(policies, action)[action] == {PUSHER, OWNER}


def test_nodes_log_in_to_registries(policies, allowed):
    any_registry = Policies(policies.roles, {"*": None})
    roles = allowed(any_registry, "ecr:GetAuthorizationToken")["ecr:GetAuthorizationToken"]
    assert roles >= {*NODES, PUSHER}


# what shows that the evaluator looks


def changed(policies: Policies, **changes: Any) -> Policies:
    """Return policies where the one statement of each repository says something else."""
    repositories = {
        arn: {**policy, "Statement": [{name: text for name, text in {**one, **changes}.items() if text}]}
        for arn, policy in policies.repositories.items()
        for one in policy["Statement"]
    }
    return Policies(policies.roles, repositories)


def test_without_its_condition_everybody_of_those_accounts_would_pull(policies, allowed):
    roles = allowed(changed(policies, Condition=None), PULL[0])[PULL[0]]
    assert f"arn:aws:iam::{PRODUCTION}:role/not-kubernetes-production-nodes" in roles
    assert f"arn:aws:iam::{STAGING}:role/administrator" in roles
    assert NODES_BY_NAME not in roles


def test_with_a_pattern_for_its_condition_roles_called_like_nodes_would_pull(policies, allowed):
    pattern = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*-nodes"}}
    roles = allowed(changed(policies, Condition=pattern), PULL[0])[PULL[0]]
    assert f"arn:aws:iam::{PRODUCTION}:role/not-kubernetes-production-nodes" in roles
    assert NODES_BY_NAME in allowed(changed(policies, Condition=pattern, Principal={"AWS": "*"}), PULL[0])[PULL[0]]


def test_without_a_policy_of_its_own_a_repository_serves_its_account_alone(policies, allowed):
    alone = Policies(policies.roles, dict.fromkeys(policies.repositories))
    assert allowed(alone, PULL[0])[PULL[0]] == {PUSHER, OWNER}


def test_nodes_without_awss_policy_would_pull_nothing(policies, allowed):
    stripped = Policies({one: [] for one in NODES}, policies.repositories)
    assert allowed(stripped, PULL[0])[PULL[0]] == set()
