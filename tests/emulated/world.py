"""The accounts of examples/aws on an emulator: what people do there once, and then an update of each stack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.components.examples import made
from tests.components.recording import Recording
from tests.emulated.accounts import Caller
from tests.emulated.cloud import Emulated
from tests.emulated.emulators import Emulator
from tests.emulated.makers.account import Call

POLICIES = Path(__file__).parents[2] / "examples/aws/policies"
SHARED, STAGING, PRODUCTION = "333333333333", "111111111111", "222222222222"
ACCOUNTS = {"shared": SHARED, "staging": STAGING, "production": PRODUCTION}
CI = "444444444444"
"""The account of whoever runs updates."""
STRANGER = "555555555555"
"""An account that has nothing to do with any of them."""
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True, kw_only=True)
class World:
    """What there is after the first update of each stack."""

    emulator: Emulator
    runner: Caller
    registered: Mapping[str, Recording]
    """What the program registered, by stack."""
    asked: Mapping[str, list[Call]]
    """What was asked of AWS for it, by stack."""

    def deploy(self, stack: str) -> Caller:
        """Return who deploys a stack."""
        return self.runner.become(f"arn:aws:iam::{ACCOUNTS[stack]}:role/pvn-deploy")


def prepare(emulator: Emulator) -> Caller:
    """Do what examples/aws asks people to do before the first update, and return who runs updates from then on."""
    for account in ACCOUNTS.values():
        role(emulator, account, "pvn-deploy", policy("trust"), deploying(account))
    role(emulator, CI, "pvn-runner", trusted(CI), policy("runner"))
    return emulator.root(CI).become(f"arn:aws:iam::{CI}:role/pvn-runner")


def make(emulator: Emulator, aws_policies: Mapping[str, str], folder: Path) -> World:
    """Bring up all stacks of examples/aws, with the shipped applications, on an emulator where nothing is yet."""
    runner = prepare(emulator)
    clouds = {stack: Emulated(emulator, runner, aws_policies) for stack in ACCOUNTS}
    registered = {stack: made(folder / stack, "aws", stack, cloud) for stack, cloud in clouds.items()}
    asked = {stack: cloud.asked for stack, cloud in clouds.items()}
    return World(emulator=emulator, runner=runner, registered=registered, asked=asked)


def role(emulator: Emulator, account: str, name: str, trust: Mapping[str, Any], may: Mapping[str, Any]) -> str:
    """Make a role by hand and return its ARN."""
    root = emulator.root(account)
    made_role = root.ask("iam", "create_role", RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    root.ask("iam", "update_assume_role_policy", RoleName=name, PolicyDocument=json.dumps(trust))
    root.ask("iam", "put_role_policy", RoleName=name, PolicyName="may", PolicyDocument=json.dumps(may))
    return str(made_role["Role"]["Arn"])


def trusted(account: str) -> dict[str, Any]:
    """Return a trust in everybody of an account who may take on roles."""
    who = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [who]}


def deploying(account: str) -> dict[str, Any]:
    """Return what a deploy role may do."""
    return policy("registry" if account == SHARED else "cluster")


def policy(name: str) -> dict[str, Any]:
    """Return a policy of examples/aws."""
    found: dict[str, Any] = json.loads((POLICIES / f"{name}.json").read_text())
    return found
