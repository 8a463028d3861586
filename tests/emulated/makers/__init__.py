"""What makes each type of the program's resources on an emulator of AWS: the calls that its provider would make."""

from __future__ import annotations

from collections.abc import Mapping

from tests.emulated.makers import identities, network, registry, runtime
from tests.emulated.makers.account import Maker

MAKERS: Mapping[str, Maker] = {**identities.MAKERS, **network.MAKERS, **registry.MAKERS, **runtime.MAKERS}
