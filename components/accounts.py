"""The accounts of a stack, entered before anything is made in them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from components import clouds
from components.interfaces import Account
from delivery.foundations import Foundation

_MOMENT = 0.02
"""Seconds for a request to leave, once the one before it was answered."""


async def enter(foundation: Foundation) -> Mapping[str, Account]:
    """Return the account of each runtime and registry that is made in one, by the name of its change.

    The engine hears of them before the clouds' SDKs are loaded, which takes a second: it starts their providers meanwhile.
    """
    found: dict[str, Account] = {}
    for part in foundation.parts:
        if part.blueprint and (account := clouds.account(part.blueprint.settings)):
            found[part.change.name] = account
    for account in found.values():
        await account.urn.future()
    if found:
        await asyncio.sleep(_MOMENT)
    return found
