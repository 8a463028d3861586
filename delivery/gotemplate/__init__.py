"""Go's `text/template` for JSON-like data, in plain Python.

    render('image: "{{.Params.image}}"', {"Params": {"image": Image("registry.example/web:v1", "v1")}})

A template means here what it means to Go 1.26, and is refused here where Go refuses it; `tests/programs/gotemplate` asks Go.
Three things are ours:

- `missing_key="error"`, the default, also refuses to print what is not there. Go prints `<no value>` for a null, and for a
  key that `index` does not find.
- `.Labels["a-b"]` is `index .Labels "a-b"`. Go's syntax has no brackets.
- The helpers of Kubernetes templates are there, unless `helpers=False` (see `helpers`).

And four things end earlier than in Go: templates that include one another, blocks within one another, loops, and the
length of what is made (see `limits`). `%p` is refused, since it prints addresses.

    lexer → parser → nodes → compiler → template → origins
                       compiler: control flow; evaluation, calls: pipelines; functions, helpers: what they call
                       formatting, verbs, floats: Go's fmt; escapes, literals, documents, comparison, values
"""

from __future__ import annotations

from delivery.gotemplate.errors import TemplateError
from delivery.gotemplate.origins import origins
from delivery.gotemplate.template import MissingKey, Template
from delivery.gotemplate.values import Image

__all__ = ["Image", "MissingKey", "Template", "TemplateError", "origins", "render"]


def render(
    source: str,
    data: object,
    *,
    missing_key: MissingKey = "error",
    name: str = "template",
    helpers: bool = True,
    complaints: bool = True,
) -> str:
    """Render a template; its compiled form is kept for the next time.

    Args:
        source: the text, with actions between `{{` and `}}`.
        data: dict, list, str, int, float, bool, None and `Image`, within one another.
        missing_key: what a key means that a map does not have, as `Template.render` explains.
        name: the file, for error messages.
        helpers: whether the functions of Kubernetes templates (`default`, `quote`, `toYaml` …) are there too.
        complaints: whether `printf` may print that it cannot, as Go does, and `<nil>`.

    Raises:
        TemplateError: the template cannot be parsed, or not rendered for this data.

    """
    return Template(source, name=name, helpers=helpers).render(data, missing_key=missing_key, complaints=complaints)
