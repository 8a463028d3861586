"""A template, parsed once and rendered often."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias

from delivery.gotemplate.compiler import Routine, compiled
from delivery.gotemplate.errors import Failure, TemplateError
from delivery.gotemplate.functions import BUILTINS
from delivery.gotemplate.helpers import HELPERS
from delivery.gotemplate.limits import LONGEST_OUTPUT, Run, too_long
from delivery.gotemplate.parser import parse
from delivery.gotemplate.values import NOTHING, Value, legible

MissingKey: TypeAlias = Literal["error", "default", "zero"]

KEPT_TEMPLATES = 256
"""Compiled sources remembered by `render`; the files of a large project, several times over."""

_MISSING: dict[str, tuple[Value, bool]] = {"error": (NOTHING, True), "default": (NOTHING, False), "zero": (None, False)}


class Template:
    """A compiled template; its source's mistakes show when it is made, all others when it is rendered."""

    def __init__(self, source: str, *, name: str = "template", helpers: bool = True) -> None:
        """Compile a source.

        Args:
            source: the text, with actions between `{{` and `}}`.
            name: the file, for error messages.
            helpers: whether the functions of Kubernetes templates (`default`, `quote`, `toYaml` …) are there too,
                beside those that Go itself has.

        Raises:
            TemplateError: the source is no template.

        """
        self.source, self.name = source, name
        try:
            self._routine = _compiled(source, helpers)
        except Failure as wrong:
            raise _placed(wrong, source, name) from None
        except RecursionError:
            raise _too_deep(name) from None

    def render(self, data: object, *, missing_key: MissingKey = "error", complaints: bool = True) -> str:
        """Return the text for some data.

        Args:
            data: dict, list, str, int, float, bool, None and `Image`, within one another.
            missing_key: what a key means that a map does not have. "error", the default, refuses it, and refuses to
                print what is not there, so that `<no value>` never reaches a manifest. "default" and "zero" are Go's
                options of these names, which print it.
            complaints: whether `printf` may print that it cannot, as Go does: `%!d(string=x)`, `%!s(MISSING)`; and the
                functions that print, `<nil>`. Where not, that is an error.

        Raises:
            TemplateError: the template cannot be rendered for this data.

        """
        missing, is_strict = _MISSING[missing_key]
        run = Run(missing, is_strict=is_strict, allows_complaints=complaints)
        out: list[str] = []
        try:
            self._routine.run(out.append, NOTHING if data is None else data, run)
            if sum(map(len, out)) > LONGEST_OUTPUT:
                raise too_long()
        except Failure as wrong:
            raise _placed(wrong, self.source, self.name) from None
        except RecursionError:
            raise _too_deep(self.name) from None
        return legible("".join(out))


@lru_cache(maxsize=KEPT_TEMPLATES)
def _compiled(source: str, helpers: bool) -> Routine:
    functions = BUILTINS | HELPERS if helpers else BUILTINS
    return compiled(parse(source, functions), functions)


def _placed(wrong: Failure, source: str, name: str) -> TemplateError:
    offset = max(wrong.offset, 0)
    line = source.count("\n", 0, offset) + 1
    column = offset - source.rfind("\n", 0, offset)
    return TemplateError(name, line, column, wrong.what, wrong.fix)


def _too_deep(name: str) -> TemplateError:
    return TemplateError(name, 1, 1, "exceeded maximum template depth", "nest blocks and templates less deeply")
