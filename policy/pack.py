"""The rules as the engine wants them, and what they all have in common: doubt refuses, and nothing is examined unseen."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct, field
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from delivery.problems import Trouble
from delivery.records import Record
from policy import confidential, coverage, found, instances, kept, pods, providers, signed
from policy.coverage import Coverage
from policy.decision import Decision
from policy.found import INSTANCE, Found
from policy.rule import Rule

RULES = (
    instances.GATES,
    instances.OBJECTS,
    signed.APPROVALS,
    pods.DIGESTS,
    providers.PROVIDERS,
    confidential.SECRETS,
    kept.PROTECTION,
    pods.REQUESTS,
    pods.NON_ROOT,
)
REPORT = "PVN_POLICY_REPORT"
"""The variable with the path of the coverage report. Where it is not set, one line says what was examined."""
_STACK = "pulumi:pulumi:Stack"


class _Run(Struct):
    """One run of the pack: the decision, what the instances claimed, and what was examined."""

    decide: Callable[[], Decision]
    claims: dict[str, Record] = field(default_factory=dict)
    """By URN of the instance: it is shown before its objects."""
    coverage: Coverage = field(default_factory=Coverage)


def policies(decide: Callable[[], Decision]) -> list[Policy]:
    """Return the policies of the pack. `decide` gives the one decision of this process, or raises Trouble each time."""
    run = _Run(decide)
    every: list[Policy] = [_decided(run), *(_policy(rule, run) for rule in RULES)]
    return [*every, _kept(run), _covered(run)]


def _decided(run: _Run) -> Policy:
    """Refuse the stack itself, which is shown before anything of it exists: without a decision nothing follows."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type == _STACK:
            try:
                run.decide()
            except Trouble as trouble:
                report(str(trouble), None)

    what = "What may reach the stack can be decided from evidence."
    return ResourceValidationPolicy("evidence", what, validate, EnforcementLevel.MANDATORY)


def _policy(rule: Rule, run: _Run) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = found.of(args, run.claims.get(args.opts.parent or ""))
        if not rule.concerns(resource):
            return
        for said in _examine(rule, resource, run):
            report(said, None)

    level = EnforcementLevel.ADVISORY if rule.is_advice else EnforcementLevel.MANDATORY
    return ResourceValidationPolicy(rule.name, rule.what, validate, level)


def _examine(rule: Rule, resource: Found, run: _Run) -> list[str]:
    """Return what a rule says of a resource; where it cannot tell, that, if anything is guarded here."""
    try:
        decision = run.decide()
    except Trouble as trouble:
        run.coverage.note_unknown(resource.urn, rule.name, str(trouble))
        return [] if rule.is_advice else [f"{resource.name} cannot be judged: {trouble}"]
    try:
        if resource.type == INSTANCE:
            run.claims[resource.urn] = instances.claim(resource)
        said = list(rule.objections(resource, decision))
    except UnknownValueError as unknown:
        run.coverage.note_unknown(resource.urn, rule.name, unknown.message)
        return [f"{resource.name} cannot be judged: {unknown.message}"] if decision.is_guarded else []
    except (AttributeError, KeyError, TypeError):
        said = [f"{resource.name} does not have the shape of a {resource.type}"]
    run.coverage.note(resource.urn, rule.name, said)
    if said and not rule.is_advice:
        _write(run, decision)  # an update ends here, and nobody asks for the whole stack any more
    return said


def _kept(run: _Run) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        if decision := _of(run):
            for said in kept.lost([found.of(one) for one in args.resources], decision):
                report(said, None)

    what = "Nothing that runs goes without a tombstone: no cluster, no registry, no namespace, no object of a release."
    return StackValidationPolicy("kept", what, validate, EnforcementLevel.MANDATORY)


def _covered(run: _Run) -> Policy:
    """Write down what was examined. A resource that the engine did not register, as with --target, is listed unexamined."""

    def validate(args: StackValidationArgs, _: ReportViolation) -> None:
        if decision := _of(run):
            said = _write(run, decision, [one.urn for one in args.resources])
            print(said, flush=True)  # noqa: T201 - the engine shows it to whoever runs the update

    what = "Says which rules examined which resource."
    return StackValidationPolicy("coverage", what, validate, EnforcementLevel.MANDATORY)


def _of(run: _Run) -> Decision | None:
    """Return the decision; None where there is none, which has been refused before."""
    try:
        return run.decide()
    except Trouble:
        return None


def _write(run: _Run, decision: Decision, urns: Sequence[str] = ()) -> str:
    """Write the report where one is wanted, and return its summary."""
    report = run.coverage.report(decision.stack, urns, is_guarded=decision.is_guarded)
    place = os.environ.get(REPORT)
    file = Path(place).absolute() if place else None
    if file:
        coverage.write(report, file)
    return coverage.summary(report, file)
