"""Values that many tests need, made with as few words as possible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from delivery import objects
from delivery.bundles import Bundle
from delivery.facts import Approval, Evidence, LiveObject
from delivery.instances import ApprovalBy, ManifestFile, Runtime, ServiceInstance, StableIn
from delivery.problems import Spot
from delivery.records import History, Ledger, Record
from delivery.versions import Candidate

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HERE = Spot("applications/shop/shop.pvn.yaml", 3, 5)
STABLE = StableIn("staging", HERE)
APPROVED = ApprovalBy("manual", 1, HERE)


def candidate(
    channel="production", *, image="one", version="v1", service="web", gates=(STABLE, APPROVED), runtime=None, **more
):
    """A candidate of shop/web: production waits for staging and for a person. `more` are other fields of the instance."""
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": service, "namespace": f"shop-{channel}"},
        "spec": {"image": image},
    }
    instance = ServiceInstance(
        application="shop",
        service=service,
        channel=channel,
        at=HERE,
        runtime=Runtime(runtime or f"k-{channel}"),
        stack=channel,
        namespace=f"shop-{channel}",
        owns_namespace=True,
        manifests=(ManifestFile("deployment.yaml", "…"),),
        constants={},
        env={},
        injects_env=True,
        patches=(),
        preconditions=gates if channel == "production" else (),
        keeps_objects=False,
        definition=version,
        **{"progress_deadline": None, "parameters": {}, **more},
    )
    return Candidate(instance, version, Bundle(instance.runtime.name, instance.namespace, (deployment,)))


def record(of: Candidate) -> Record:
    """What is written when a candidate has been applied."""
    return Record(of.version, of.bundle.digest)


def ledger(**histories: tuple[Candidate | None, ...]) -> Ledger:
    """A ledger of shop/<channel>/web by channel: (current, last, previous)."""
    entries = {f"shop/{channel}/web": history(*found) for channel, found in histories.items()}
    texts = {c.bundle.digest: c.bundle.text for found in histories.values() for c in found if c}
    return Ledger(entries, texts)


def history(*found: Candidate | None, interrupted: bool = False) -> History:
    """A history of (current, last, previous)."""
    current, last, previous = (*(record(one) if one else None for one in found), None, None, None)[:3]
    return History(current, last, previous, is_interrupted=interrupted)


def approval(
    of: Candidate, signer="jane", *, key=None, topic="manual", rejects=False, age=1, lasts=7, channel=None
) -> Approval:
    """Somebody's signed word for a candidate, `age` days ago, good for `lasts` days."""
    signed = NOW - timedelta(days=age)
    return Approval(
        signer=signer,
        key=key or f"key of {signer}",
        application="shop",
        channel=channel or of.instance.channel,
        topic=topic,
        is_rejection=rejects,
        services={of.instance.service: (of.version, of.bundle.digest)},
        signed=signed,
        expires=signed + timedelta(days=lasts),
        file=f"approvals/{signer}.yaml",
    )


def live(of: Candidate, *, version="same", ailment=None, **more):
    """The candidate's objects as its cluster shows them; `more` are other fields of LiveObject."""
    found = LiveObject(of.version if version == "same" else version, ailment, of.bundle.digest, **{"drift": None, **more})
    return dict.fromkeys(objects.keys(of.bundle.objects), found)


def evidence(upstream: Candidate, *approvals: Approval, found="healthy", remembers="released", now=NOW, **more) -> Evidence:
    """Evidence in which staging has released `upstream` and is healthy, unless said otherwise; `more` are other facts."""
    ledgers = ledger(staging=(upstream,)) if remembers == "released" else remembers
    objects_found = live(upstream) if found == "healthy" else found
    return Evidence(now, {"staging": ledgers}, {"k-staging": objects_found}, tuple(approvals), **more)
