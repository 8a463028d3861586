"""Where the demo lives: a copy of the shipped tree with its own state, keys and clusters, all in one folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tools import home
from tools.home import CHECKOUT

STACKS = ("staging", "production")


@dataclass(frozen=True)
class Place:
    """The folder of the demo. Nothing outside of it is written, nothing in it is kept by `make demo-down`."""

    folder: Path = field(default_factory=lambda: Path(os.environ.get("PVN_DEMO") or CHECKOUT / ".demo").resolve())

    @property
    def project(self) -> Path:
        """The project that the story changes: what a user's own repository would be."""
        return self.folder / "project"

    @property
    def key(self) -> Path:
        """A throw-away SSH key: the approver of this story."""
        return self.folder / "key"

    @property
    def settings(self) -> dict[str, str]:
        """What `pulumi` needs to know to use the demo's own state and nothing of the user's."""
        return home.settings(self.folder / "home") | {"PATH": home.path("$PATH")}

    @property
    def environment(self) -> dict[str, str]:
        """The settings in the environment of this process."""
        return os.environ | {name: value.replace("$PATH", os.environ["PATH"]) for name, value in self.settings.items()}

    def kubeconfig(self, stack: str) -> Path:
        """Return the kubeconfig of a stack's cluster."""
        return self.project / ".pvn" / f"kubernetes-{stack}.kubeconfig"

    def prepare(self) -> None:
        """Make what is not there yet. A second call changes nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.key.exists():
            self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "demo", "-f", str(self.key))
        if not self.project.exists():
            unfinished = self.folder / "project.new"
            shutil.rmtree(unfinished, ignore_errors=True)
            self._copy(unfinished)
            # a demo that was interrupted half-way through copying starts with a whole project or with none
            unfinished.rename(self.project)
        if not (self.project / ".git").exists():
            self._begin()
        exports = "\n".join(f'export {name}="{value}"' for name, value in self.settings.items())
        (self.folder / "env").write_text(f"{exports}\n")

    def _copy(self, project: Path) -> None:
        for folder in ("applications", "releases"):
            shutil.copytree(CHECKOUT / folder, project / folder)
        for stack in STACKS:
            shutil.copy(CHECKOUT / f"Pulumi.{stack}.yaml", project)
        (project / "approvals").mkdir()
        public = self.key.with_suffix(".pub").read_text()
        (project / "approvals" / "allowed_signers").write_text(f'demo@example.com namespaces="pvn-approval" {public}')
        (project / "Pulumi.yaml").write_text(
            f"name: pvn\ndescription: A copy of the shipped tree, for the demo\nmain: {CHECKOUT}\n"
            f"runtime: {{name: python, options: {{toolchain: pip, virtualenv: {sys.prefix}}}}}\n"
            f"plugins: {{providers: [{{name: kwok, path: {CHECKOUT / 'components/local/kwok'}}}]}}\n"
        )

    def _begin(self) -> None:
        """Make the project a repository of its own, in which commits need no name, key or hook of the user."""
        (self.project / ".gitignore").write_text(".pvn/\n")
        own = {
            "user.name": "demo",
            "user.email": "demo@example.com",
            "commit.gpgsign": "false",
            "core.hooksPath": "/dev/null",
        }
        for command in (
            ("init", "--quiet", "--initial-branch", "main"),
            *(("config", name, value) for name, value in own.items()),
            ("add", "--all"),
            ("commit", "--quiet", "--message", "Begin with the shipped tree"),
        ):
            self.run("git", *command)

    def commit(self, message: str) -> None:
        """Commit what the story wrote; nothing where it wrote nothing."""
        self.run("git", "add", "--all")
        if self.run("git", "status", "--porcelain"):
            self.run("git", "commit", "--quiet", "--message", message)

    def run(self, *command: str) -> str:
        """Run a command in the project and return what it prints. Ends the story where it fails."""
        where = self.project if self.project.exists() else self.folder
        done = subprocess.run(command, cwd=where, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 3):
            sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}\nfix the above, then run it again: make demo")
        return done.stdout

    def remove(self) -> None:
        """Remove the clusters, the state and the folder."""
        if self.project.exists():
            for stack in reversed(STACKS):
                if (self.folder / "home" / "state" / ".pulumi" / "stacks" / "pvn" / f"{stack}.json").exists():
                    # production is protected: the way out that docs/protect.md names
                    self.run("pulumi", "state", "unprotect", "--all", "--yes", "--non-interactive", "--stack", stack)
                    self.run("pulumi", "destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", stack)
        shutil.rmtree(self.folder, ignore_errors=True)
