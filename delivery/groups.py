"""Channel groups become plain channels, one for each runtime that a group selects. Nothing after this knows of groups.

The new channels stand behind those that were written out. Each of their values keeps its place in the group's template, so
that whatever is wrong later is said where it was typed.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from delivery import gotemplate, labels, runtimes, walker
from delivery.document import Node
from delivery.instances import Runtime
from delivery.problems import Problem, Refused, Spot
from delivery.shapes.application import ApplicationConfig, ReleaseChannelGroup
from delivery.shapes.channel import ReleaseChannelConfig
from delivery.structs import replace
from delivery.tree import Tree


def expand(tree: Tree) -> Tree:
    """Return the tree with the channels of every group beside the plain ones.

    Only groups that select nothing, and may, are left as groups. Raises Refused with everything that is wrong with the
    groups, at once; later checks would say little of use about channels that could not be made.
    """
    problems: list[Problem] = []
    applications = {name: _expanded(tree, one, problems) for name, one in tree.applications.items()}
    if problems:
        raise Refused(problems)
    return replace(tree, applications=applications)


def _expanded(tree: Tree, application: ApplicationConfig, problems: list[Problem]) -> ApplicationConfig:
    if not application.release_channel_groups:
        return application
    empty: list[ReleaseChannelGroup] = []
    channels = list(application.release_channels)
    for group in application.release_channel_groups:
        filling = _Filling(group)
        chosen = list(_chosen(tree, group, problems))
        channels += [channel for one in chosen if (channel := filling.channel(one))]
        problems += filling.problems.values()
        if not chosen:
            empty.append(group)
    update = {"release_channels": tuple(channels), "release_channel_groups": tuple(empty)}
    return application.model_copy(update=update)


def _chosen(tree: Tree, group: ReleaseChannelGroup, problems: list[Problem]) -> Iterator[Runtime]:
    at = group.spot("runtime_selector")
    try:
        query = labels.parse(group.runtime_selector, labels.OF_RUNTIMES)
    except labels.QueryError as wrong:
        problems.append(Problem(at, wrong.what, wrong.fix))
        return
    known = [one.runtime for one in runtimes.declared(tree).values()]
    chosen = [one for one in known if query.matches(_labels(one))]
    if not chosen and not group.allow_empty:
        fix = labels.hint(group.runtime_selector, map(_labels, known))
        problems.append(Problem(at, f"no runtime matches {group.runtime_selector!r}", fix))
    yield from chosen


def _labels(runtime: Runtime) -> dict[str, str]:
    return {**runtime.labels, "@type": "runtime", "@name": runtime.name}


class _Filling(Struct):
    """Fills in one group's template, runtime by runtime."""

    group: ReleaseChannelGroup
    problems: dict[tuple[Spot, str], Problem] = field(default_factory=dict)
    """By place and reason: what is wrong for every runtime is said for the first."""
    is_spoilt: bool = False
    """Whether something is wrong with the channel that is being made."""

    def channel(self, runtime: Runtime) -> ReleaseChannelConfig | None:
        """Return the channel for one runtime, None where something is wrong with it."""
        self.is_spoilt = False
        group, name = self.group, f"{self.group.name}-{runtime.name}"
        node = self._filled(self._template(), runtime)
        given = {"name": self._text("name", name), "group": self._text("name", group.name)}
        data: dict[str, Node] = dict(node.data) if isinstance(node.data, dict) else {}
        for key, value in given.items():
            own = data.get(key)
            if own is not None and own.data not in (None, value.data):
                self._say(own, f"`{key}` comes from the group, and is {value.data!r}", "take the line out")
        data |= given
        data["runtimes"] = self._with(data.get("runtimes"), runtime)
        at = {key: (value.line, value.column) for key, value in data.items()}
        merged = Node(data, node.line, node.column, "", at | (node.keys or {}))
        if self.is_spoilt:
            return None
        channel, wrong = walker.walk(merged, ReleaseChannelConfig, group.at.file)
        self.problems |= {(one.at, one.what): one for one in wrong}
        return channel

    def _template(self) -> Node:
        return (
            self.group.template.node if self.group.template else Node({}, self.group.at.line, self.group.at.column, "", {})
        )

    def _text(self, of: str, text: str) -> Node:
        """Return a text that stands where a field of the group does."""
        at = self.group.spot(of)
        return Node(text, at.line, at.column, text)

    def _with(self, own: Node | None, runtime: Runtime) -> Node:
        """Return the template's runtimes and the selected one, unless the template says itself how that one is used."""
        listed = own.data if own is not None and isinstance(own.data, list) else []
        name = self._text("runtime_selector", runtime.name)
        place = name.line, name.column
        used = [one.data["runtime"].data for one in listed if isinstance(one.data, dict) and "runtime" in one.data]
        if runtime.name not in used:
            listed = [*listed, Node({"runtime": name}, *place, "", {"runtime": place})]
        return Node(listed, *((own.line, own.column) if own is not None else place))

    def _filled(self, node: Node, runtime: Runtime) -> Node:
        data = node.data
        if isinstance(data, dict):
            return self._filled_mapping(node, data, runtime)
        if isinstance(data, list):
            return replace(node, data=[self._filled(one, runtime) for one in data])
        if isinstance(data, str):
            text = self._rendered(data, node, runtime)
            return replace(node, data=text, text=text)
        return node

    def _filled_mapping(self, node: Node, data: dict[str, Node], runtime: Runtime) -> Node:
        filled: dict[str, Node] = {}
        keys: dict[str, tuple[int, int]] = {}
        for key, value in data.items():
            place = (node.keys or {}).get(key, (node.line, node.column))
            # names of environment variables and the like may be templates, too
            name = self._rendered(key, Node(key, *place), runtime)
            if name in filled:
                self._say(Node(key, *place), f"the key `{name}` is there twice once it is filled in", "keep one of the two")
            filled[name], keys[name] = self._filled(value, runtime), place
        return replace(node, data=filled, keys=keys)

    def _rendered(self, text: str, node: Node, runtime: Runtime) -> str:
        of_runtime = {"Name": runtime.name, "Labels": dict(runtime.labels)}
        try:
            given = {"Builtins": {"Group": self.group.name, "Runtime": of_runtime}}
            return gotemplate.render(text, given, complaints=False)
        except gotemplate.TemplateError as wrong:
            self._say(node, wrong.what, wrong.fix, f" (for runtime {runtime.name!r})")
            return text

    def _say(self, node: Node, what: str, fix: str, where: str = "") -> None:
        self.is_spoilt = True
        at = Spot(self.group.at.file, node.line, node.column)
        self.problems.setdefault((at, what), Problem(at, what + where, fix))
