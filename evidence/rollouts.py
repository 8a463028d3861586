"""Wait on a cluster until its controllers have brought about what was applied."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from delivery import health
from delivery.objects import ObjectKey
from delivery.unknown import Unknown
from evidence import cluster

if TYPE_CHECKING:
    import httpx2

SHORTEST, LONGEST = 0.1, 2.0
"""Seconds between two looks at an object: each wait is twice the one before. A controller mostly needs less than one."""


class Rollouts(Struct, frozen=True, dict=True):
    """What becomes of single objects in one cluster. One connection serves all, from as many threads as there are."""

    runtime: str
    kubeconfig: str
    _names: dict[str, Mapping[tuple[str, str], str]] = field(default_factory=dict)
    """The URL name of every kind, by API version, of those that were asked for."""

    def settle(self, key: ObjectKey, seconds: float) -> str | None:
        """Wait until an object is what was asked of it; return why it is not, where it takes longer than that.

        A cluster that does not answer is asked again until the time is over, and has then not answered: nothing is
        settled because nobody could be asked.
        """
        end, pause = time.monotonic() + seconds, SHORTEST
        while True:
            found = cluster.known(self.runtime, lambda: self._read(key))
            why = found.why if isinstance(found, Unknown) else health.unsettled(found)
            if why is None or time.monotonic() + pause > end:
                return why
            time.sleep(pause)
            pause = min(2 * pause, LONGEST)

    @cached_property
    def _client(self) -> httpx2.Client:
        return cluster.connect(self.kubeconfig)

    def _read(self, key: ObjectKey) -> Mapping[str, Any]:
        version = key.api_version
        names = self._names.get(version) or self._names.setdefault(version, cluster.plurals(self._client, version))
        place = f"/namespaces/{key.namespace}" if key.namespace else ""
        return cluster.get(self._client, f"{cluster.prefix(version)}{place}/{names[version, key.kind]}/{key.name}")
