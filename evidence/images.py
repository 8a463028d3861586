"""Ask whether the nodes of a cluster get an image: its registry, with what they would show it, and the cluster."""

from __future__ import annotations

from delivery.pulls import Pull
from delivery.unknown import Unknown
from evidence import access, registry
from evidence.registry import Denied, Repository


class NotYet(Unknown, frozen=True):
    """What cannot be known yet; there is nothing to mend."""


def may_pull(runtime: str, kubeconfig: str | None, pull: Pull, *, by_secret: bool) -> str | Unknown:
    """Return why nodes get an image: anybody does, a Secret lets them, or one of them has it already.

    `by_secret` says that nodes have no identity of their own at its registry, so that without a Secret there is no way in.
    """
    host = Repository.of(pull.address).host
    answer = registry.digest(pull.address, pull.reference, who=lambda _: None)
    if not isinstance(answer, Unknown):
        return "anybody may pull it"
    if not isinstance(answer, Denied):
        return answer
    if kubeconfig is None:
        fact = "its runtime is not known yet, and the registry does not let everybody in"
        return NotYet(fact, "run `pulumi up` for the stack, and ask again")
    known = access.pullers(runtime, kubeconfig, pull, host)
    if isinstance(known, Unknown):
        return known
    for secret, who in known.items():
        answer = registry.digest(pull.address, pull.reference, who=dict.fromkeys([host], who).get)
        if not isinstance(answer, Unknown):
            return f"the Secret {secret!r} lets nodes pull it"
    if by_secret:
        fix = f"name a Secret with credentials for {host} in imagePullSecrets, and make it in {pull.namespace}"
        return Unknown(answer.why, fix)
    return _told_by_pods(runtime, kubeconfig, pull)


def _told_by_pods(runtime: str, kubeconfig: str, pull: Pull) -> str | Unknown:
    """Return what is known of an image that nodes pull as themselves: nobody else can try it for them."""
    said = access.pulled(runtime, kubeconfig, pull)
    if isinstance(said, Unknown):
        return said
    if said == access.RUNNING:
        return "a node has pulled it"
    if said:
        return Unknown(said, "run `pulumi up` for the stacks of the registry and of this runtime: the grant is theirs")
    return NotYet("nodes pull it as themselves, and none has tried yet", "see what becomes of it: kubectl get pods")
