"""Tell the story, or take everything down again: `python -m tools.demo [down]`."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time

from tools.demo.place import STACKS, Place
from tools.home import CHECKOUT

_BEGAN = time.monotonic()
_IMAGE = "my-company/my-backend"


def tell(text: str) -> None:
    """Print the next heading of the story, with the time it has taken so far."""
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n{bold}[{time.monotonic() - _BEGAN:4.0f} s] {text}{plain}", flush=True)


def show(text: str) -> None:
    """Print what a command said, indented."""
    print("\n".join(f"    {line}" for line in text.rstrip().splitlines()), flush=True)


def up(place: Place, stack: str) -> None:
    """Run plain `pulumi up` and show it live."""
    command = ["pulumi", "up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs", "--non-interactive"]
    show(f"$ pulumi up -s {stack}")
    done = subprocess.run(command, cwd=place.project, env=place.environment, capture_output=True, text=True, check=False)
    kept = [line for line in done.stdout.splitlines() if line.startswith("    ") and " pulumi:pulumi:" not in line]
    show("\n".join([*(line for line in kept if line.strip())][-14:]))
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\nthe update failed; mend the above and run `make demo` again")


def running(place: Place, stack: str) -> str:
    """Return the image that the backend runs on a stack's cluster: what the cluster says, not what we think."""
    template = "{.spec.template.spec.containers[0].image}"
    namespace = f"pvn-my-app-rc-{stack}"
    found = place.run(
        *("kubectl", "--kubeconfig", str(place.kubeconfig(stack)), "--namespace", namespace),
        *("get", "deployment", "my-backend", "--output", f"jsonpath={template}"),
    )
    return found.strip()


def story(place: Place) -> None:
    """Tell the main job, from nothing to a held production; told again, it goes on from where it stands."""
    place.prepare()
    for stack in STACKS:
        place.run("pulumi", "stack", "select", "--create", "--stack", stack, "--non-interactive")
    tell("Staging comes up: a real Kubernetes control plane and every service of applications/")
    up(place, "staging")
    show(place.run("kubectl", "--kubeconfig", str(place.kubeconfig("staging")), "get", "deployments", "--all-namespaces"))
    tell("Production comes up, and its services wait: for staging, which is stable, and for a person")
    up(place, "production")
    tell("A person reads what production would get, and signs for exactly that")
    for application in ("my-app", "my-other-app"):
        show(f"$ pvn approve {application} --channel production")
        show(place.run("pvn", "approve", application, "--channel", "production", "--key", str(place.key), "--yes"))
    place.commit("Approve what production is to get")
    tell("Production moves")
    up(place, "production")
    before = running(place, "production")
    tell("A new image of my-backend is released: CI writes its digest, git keeps the history")
    digest = "sha256:" + hashlib.sha256(before.encode()).hexdigest()
    show(f"$ pvn release my-app --service my-backend --param image={digest}")
    show(place.run("pvn", "release", "my-app", "--service", "my-backend", "--param", f"image={digest}"))
    place.commit("Release a new image of my-backend")
    up(place, "staging")
    tell("Staging has it; production keeps the old objects until somebody signs again")
    up(place, "production")
    show(f"staging runs    {running(place, 'staging')}\nproduction runs {running(place, 'production')}")
    if running(place, "production") != before:
        sys.exit("production moved without an approval: this is a bug, please report it")
    tell("Where everything stands: pvn status")
    show(place.run("pvn", "status"))
    tell("Go on by hand")
    show(
        f"source {os.path.relpath(place.folder)}/env && cd {os.path.relpath(place.project)}\n"
        f"git log --oneline                 # what the story wrote is committed, as it would be in yours\n"
        f"pvn diff --base HEAD~1            # what the new image changes\n"
        f"pvn approve my-app --channel production --key ../key\n"
        f"git add approvals && git commit -m 'Approve the new image'\n"
        f"pulumi up -s production\n"
        f"kubectl --kubeconfig {place.kubeconfig('staging')} get all -A\n"
        f"kubectl --kubeconfig {place.kubeconfig('production')} get all -A\n"
        f"make -C {CHECKOUT} demo-down        # removes all of it"
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["down"]:
        Place().remove()
        print("the demo, its clusters and its state are gone")
    else:
        story(Place())
