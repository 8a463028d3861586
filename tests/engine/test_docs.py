"""Every command in README.md and docs/ is run, in a scratch copy of the shipped tree, and says what the page says it says.

In a block of kind `console`, a line that begins with `$ ` is typed; each line below it has to come back, in order, where
`…` stands for anything; `(exit 3)` is how it ends, where that is not 0. A block of kind `yaml` that begins with
`# file: NAME` is written to that file first. A page is one session, and begins with both stacks made and nothing in them.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.local.kwok.cluster import Cluster
from tests.console import Terminal
from tests.engine import keystore, pool
from tests.engine.conftest import CHECKOUT
from tests.engine.registry import Registry
from tools import home
from tools.home import TOOLS

PAGES = [
    CHECKOUT / "README.md",
    CHECKOUT / "CONTRIBUTING.md",
    CHECKOUT / "SECURITY.md",
    *sorted((CHECKOUT / "docs").rglob("*.md")),
]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
STACKS = ("staging", "production")


@dataclass(frozen=True)
class Step:
    """One thing that a page tells its reader to do."""

    what: str
    """A command, or the name of a file."""
    text: str
    """What it says, or what to write."""
    is_file: bool = False


def steps(page: Path) -> Iterator[Step]:
    for kind, body in BLOCK.findall(page.read_text()):
        if kind == "console":
            yield from (Step(command, said) for command, said in COMMAND.findall(body))
        elif named := re.match(r"# file: (\S+)\n", body):
            yield Step(named[1], body[named.end() :], is_file=True)


WITH_COMMANDS = [page for page in PAGES if any(not step.is_file for step in steps(page))]


@pytest.fixture
def terminal(toolchain: Path, tmp_path: Path, registry: Registry, keys: None) -> Iterator[Terminal]:
    """A shell of Jane's, who may approve, in a copy of the shipped tree; its images are in the registry of the tests."""
    project, own = tmp_path / "project", tmp_path / "home"
    for name in ("applications", "releases", "ci", "docs/schemas", ".github"):
        shutil.copytree(CHECKOUT / name, project / name)
    for stack in STACKS:
        shutil.copy(CHECKOUT / f"Pulumi.{stack}.yaml", project)
    (project / "Pulumi.yaml").write_text(
        f"name: pvn\nmain: {CHECKOUT}\nruntime: {{name: python, options: {{toolchain: pip, virtualenv: {sys.prefix}}}}}\n"
        f"plugins: {{providers: [{{name: kwok, path: {CHECKOUT / 'components/local/kwok'}}}]}}\n"
    )
    (project / "policy").symlink_to(CHECKOUT / "policy")
    (project / ".venv").symlink_to(sys.prefix)
    (project / ".gitignore").write_text(".pvn/\n.venv\n")
    settings = home.settings(own, TOOLS) | {"PULUMI_SKIP_CONFIRMATIONS": "true", "KUBECONFIG": "/nonexistent"}
    made = Terminal(project, own, {**settings, "PATH": home.path("/usr/bin:/bin:/usr/local/bin"), "DOCKER_CONFIG": str(own)})
    made.must("mkdir -p ~/.ssh approvals && ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519")
    made.must(
        """echo "jane@example.com namespaces=\\"pvn-approval\\" $(cat ~/.ssh/id_ed25519.pub)" > approvals/allowed_signers"""
    )
    made.must(f"sed -i 's|docker.io|{registry.url}|' Pulumi.*.yaml")
    for stack in STACKS:
        made.must(f"pulumi stack init {stack} --non-interactive {keystore.FLAG}")
    made.commit()
    made.must("git clone --quiet --bare . ../remote && git remote add origin ../remote && git fetch --quiet origin")
    yield made
    pool.take_back(*(Cluster(folder.name, project / ".pvn") for folder in (project / ".pvn/clusters").glob("*")))


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda path: path.stem)
def test_every_command_of_a_page_does_what_the_page_says(page, terminal, registry):
    for repository in ("my-backend", "my-frontend", "my-worker", "my-cron"):
        registry.push(f"my-company/{repository}", "1.4.2")
    if "pulumi up" in page.read_text():
        for stack in STACKS:  # a cluster each: pages count their nodes, and take one down
            pool.lend(Cluster(f"kubernetes-{stack}", terminal.project / ".pvn"))
    for step in steps(page):
        if step.is_file:
            path = terminal.project / step.what
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text.replace("docker.io", registry.url))
        else:
            _run(terminal, step, registry)


def _run(terminal: Terminal, step: Step, registry: Registry) -> None:
    if step.what.startswith("make "):  # the program's own, in its own folder
        terminal = Terminal(CHECKOUT, terminal.home, {**terminal.more, "PVN_DEMO": str(terminal.home / "demo")})
    answers = "y\n" if re.match(r"pvn (approve|reject)", step.what) else ""
    code, said = terminal.run(step.what.replace("docker.io", registry.url), answers)
    said = said.replace(registry.url, "docker.io").replace(str(terminal.project), "…")
    ends = re.search(r"^\(exit (\d+)\)$", step.text, re.MULTILINE)
    assert code == (int(ends[1]) if ends else 0), f"$ {step.what}\n{said}(exit {code})"
    at = 0
    for line in step.text.splitlines():
        if line.strip(" …") and not line.startswith("(exit "):
            found = re.compile(".*?".join(map(re.escape, line.strip().split("…")))).search(said, at)
            assert found, f"$ {step.what}\n{said}\n--- does not say, after the lines before it:\n{line}"
            at = found.end()


def test_no_page_shows_a_command_in_a_block_that_is_not_run():
    for page in PAGES:
        for kind, body in BLOCK.findall(page.read_text()):
            if kind in ("sh", "bash", "shell"):
                assert body.startswith("# needs an account\n"), f"{page.name}: {body}"
            else:
                assert kind == "console" or not re.search(r"^(\$ )?(pvn|pulumi|kubectl) ", body, re.MULTILINE), (
                    f"{page.name}: {body}"
                )


def test_every_link_of_a_page_leads_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            assert target.startswith("https://") or (page.parent / target).exists(), f"{page}: {target}"
