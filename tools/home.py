"""A home for the engine that is nobody's: state, plugins and settings in one folder, nothing of the user's in it."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
TOOLS = CHECKOUT / ".venv/toolchain/bin"
_PLUGIN = "pulumi-resource-kubernetes"
_PLUGIN_VERSION = "4.25.0"


def settings(folder: Path, tools: Path = TOOLS) -> dict[str, str]:
    """Return the variables that make `pulumi` use a home in that folder, made where it is not there yet.

    The Kubernetes provider of `tools` is put where plugins belong, because one that is found on PATH gets a warning on
    every update. Where `tools` has none, `pulumi` fetches its own. The passphrase is empty: for demos and tests only.
    """
    (folder / "state").mkdir(parents=True, exist_ok=True)
    plugin = folder / "plugins" / f"resource-kubernetes-v{_PLUGIN_VERSION}" / _PLUGIN
    has_plugin = (tools / _PLUGIN).exists()
    if has_plugin and not plugin.exists():
        plugin.parent.mkdir(parents=True, exist_ok=True)
        plugin.unlink(missing_ok=True)
        plugin.symlink_to((tools / _PLUGIN).resolve())
    fetching = {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"} if has_plugin else {}
    return fetching | {
        "PULUMI_HOME": str(folder),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_CONTINUE_ON_ERROR": "true",
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def path(before: str, tools: Path = TOOLS) -> str:
    """Return a PATH on which this checkout's tools and commands come first."""
    return f"{tools}:{CHECKOUT / '.venv/bin'}:{before}"
