"""What a run costs while it lasts, by the clouds' list prices: said before anything is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MINUTES = 60
"""How long a run takes, at most: a quarter of an hour to make a cluster, as long to delete it, and some to spare."""


@dataclass(frozen=True)
class Costs:
    """What one cloud asks for the examples' staging and shared stacks."""

    hourly: Mapping[str, float]
    """US dollars an hour, by what they are for."""
    stays: str
    """What is left when everything is destroyed, and what it costs."""


COSTS: Mapping[str, Costs] = {
    "aws": Costs(
        {"the cluster": 0.10, "1 to 3 t4g.large": 0.20, "the NAT gateway and its address": 0.05, "keys, logs": 0.02},
        "keys that wait for their deletion (7 to 30 days; AWS asks nothing for them)",
    ),
    "azure": Costs(
        {"3 Standard_D2ds_v5": 0.34, "the registry, premium": 0.07, "the load balancer and its address": 0.03, "logs": 0.02},
        "a log workspace in its soft deletion, for 14 days (Azure asks nothing for it)",
    ),
    "gcp": Costs(
        {"the cluster": 0.10, "pods of Autopilot": 0.10, "the NAT and its address": 0.05, "keys, logs": 0.02},
        "key rings, and the APIs that were enabled: Google deletes neither, and asks nothing for them",
    ),
}


def costs(cloud: str) -> str:
    """Return what a person agrees to, in a few lines."""
    found = COSTS[cloud]
    items = "\n".join(f"  {price:5.2f}  {what}" for what, price in found.hourly.items())
    total = sum(found.hourly.values())
    return (
        f"This makes a cluster and a registry on {cloud}, for up to {MINUTES} minutes, and deletes them again.\n"
        f"By list prices, in US dollars an hour, about:\n{items}\n  {total:5.2f}  together; traffic comes on top\n"
        f"What stays: {found.stays}."
    )
