"""AWS as the program meets it: what it registers becomes calls to an emulator, as the identity of its own provider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi.runtime.mocks import MockResourceArgs

from tests.components.recording import Imagined
from tests.emulated.accounts import Caller
from tests.emulated.emulators import Emulator
from tests.emulated.makers import MAKERS, removal
from tests.emulated.makers.account import Account, Call, Inputs


class WrongAccount(Exception):
    """The credentials lead to an account that the provider was not allowed."""


class Emulated(Imagined):
    """An emulator of AWS as the cloud of a recording. What there is no call for here stays imagined."""

    def __init__(self, emulator: Emulator, runner: Caller, aws_policies: Mapping[str, str]) -> None:
        super().__init__(is_preview=False)
        self._emulator, self._runner, self._aws_policies = emulator, runner, aws_policies
        self._accounts: dict[str, Account] = {}
        self._made: list[tuple[Account, str, str, Inputs]] = []

    @property
    def asked(self) -> list[Call]:
        """Return every call that was made as the identity of a provider."""
        return [call for account in self._accounts.values() for call in account.asked]

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        id_, imagined = super().new_resource(args)
        if args.typ == "pulumi:providers:aws":
            self._accounts[args.name] = enter(self._runner, args.inputs, self._aws_policies)
        elif (make := MAKERS.get(args.typ)) and args.typ not in self._emulator.unknown:
            # its URN, which ends in its name, and its id
            provider = str(args.provider).rpartition("::")[0].rpartition("::")[2]
            account = self._accounts[provider]
            if args.typ in self._emulator.unjudged:
                account = replace(account, caller=self._emulator.root(account.caller.account), asked=[])
            said = make(account, args.inputs)
            id_ = said.get("id", id_)
            self._made.append((account, args.typ, str(id_), args.inputs))
            return id_, {**imagined, **said}
        return id_, imagined

    def destroy(self) -> None:
        """Take away what was made, the last first. Raises ClientError."""
        while self._made:
            account, kind, id_, inputs = self._made.pop()
            for service, operation, arguments in removal.calls(account, kind, id_, inputs):
                account.ask(service, operation, **arguments)


def enter(runner: Caller, settings: Inputs, aws_policies: Mapping[str, str] | None = None) -> Account:
    """Return the account that a provider's settings lead to, found out as providers do. Raises ClientError, WrongAccount."""
    (role,) = json.loads(settings["assumeRoles"])
    caller = runner.become(role["roleArn"], role["sessionName"])
    allowed, account = json.loads(settings["allowedAccountIds"]), caller.account
    if account not in allowed:
        raise WrongAccount(f"AWS account ID not allowed: {account}")
    return Account(caller=caller, tags=json.loads(settings["defaultTags"])["tags"], aws_policies=aws_policies or {})
