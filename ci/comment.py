#!/usr/bin/env python3
"""Put a text into the one comment of a pull request that is ours: the one that begins with the text's first line.

usage: GITHUB_TOKEN=… ci/comment.py OWNER/REPOSITORY NUMBER FILE

The token may write comments of pull requests, and nothing else. Only a robot's comment is ever replaced.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

API = os.environ.get("GITHUB_API_URL", "https://api.github.com")
LIMIT = 65_000
"""Characters that are sent; GitHub takes 65,536."""
PAGES = 30


def ask(method: str, path: str, body: str | None = None) -> Any:
    """Return what GitHub answers."""
    headers = {"Accept": "application/vnd.github+json", "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}"}
    data = None if body is None else json.dumps({"body": body}).encode()
    request = urllib.request.Request(f"{API}{path}", data, headers, method=method)  # noqa: S310 - the runner says where
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def ours(comments: str, mark: str) -> int | None:
    """Return the number of our comment, None where there is none yet."""
    for page in range(1, PAGES + 1):
        found = ask("GET", f"{comments}?per_page=100&page={page}")
        for one in found:
            if one["body"].startswith(mark) and one["user"]["type"] == "Bot":
                return int(one["id"])
        if len(found) < 100:
            break
    return None


def main(repository: str, number: str, file: str) -> None:
    """Write the comment, anew or for the first time, and print where it is."""
    body = Path(file).read_text("utf-8")[:LIMIT]
    mark = body.partition("\n")[0]
    if not mark.startswith("<!-- "):
        sys.exit(f"{file}: the first line is no mark\n  fix: begin it with <!-- a comment -->, to find it again")
    comments = f"/repos/{repository}/issues/{int(number)}/comments"
    try:
        known = ours(comments, mark)
        where = comments if known is None else f"/repos/{repository}/issues/comments/{known}"
        print(ask("POST" if known is None else "PATCH", where, body)["html_url"])
    except urllib.error.URLError as wrong:
        sys.exit(f"{API}: {wrong}\n  fix: see that the token may write comments of {repository}")


if __name__ == "__main__":
    main(*sys.argv[1:])
