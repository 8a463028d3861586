"""Files of the project, by their names below its root; nothing outside it is ever opened."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from functools import cached_property
from pathlib import Path

from delivery.problems import Problem, Refused, Spot, nearest


class Folder:
    """A project's root. Names are relative to it, with forward slashes."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        self._inside: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._checked: set[str] = set()
        """Folders that a search has reached: it follows no link out of the project."""

    @cached_property
    def _real(self) -> str:
        return os.path.realpath(self.root)

    def path(self, name: str) -> str:
        """Return the path of a name, for the operating system."""
        return f"{self.root}/{name}"

    def text(self, name: str) -> str:
        """Return a file's text. Raises Refused where it cannot be read or is not UTF-8."""
        try:
            if not stat.S_ISREG(os.stat(self.path(name)).st_mode):  # noqa: PTH116  # as below
                raise Refused([Problem(Spot(name), "this is not a file", "delete it, or put a file in its place")])
            with open(self.path(name), "rb") as file:  # noqa: PTH123  # Path costs as much as the reading itself
                data = file.read()
        except OSError as wrong:
            raise Refused([_unreadable(name, wrong)]) from None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as wrong:
            line = data.count(b"\n", 0, wrong.start) + 1
            column = wrong.start - data.rfind(b"\n", 0, wrong.start)
            what = f"the file is not UTF-8: byte 0x{data[wrong.start]:02x}"
            raise Refused([Problem(Spot(name, line, column), what, "save it as UTF-8")]) from None

    def inside(self, name: str) -> tuple[str, ...]:
        """Return the files right inside a folder, sorted; none where the folder is not there."""
        if name != "." and not os.path.lexists(self.path(name)):
            return ()
        return self.listing(name)[0]

    def is_file(self, name: str) -> bool:
        """Return whether a name is that of a file."""
        if name in self._inside:
            return False
        return Path(self.path(name)).is_file()

    def is_folder(self, name: str) -> bool:
        """Return whether a name is that of a folder."""
        return name in self._inside or Path(self.path(name)).is_dir()

    def is_inside(self, name: str) -> bool:
        """Return whether a name, links and all, stays inside the project."""
        if name in self._checked:
            return True
        return os.path.commonpath([os.path.realpath(self.path(name)), self._real]) == self._real

    def neighbours(self, name: str) -> str | None:
        """Return the name beside a missing one that looks most like it."""
        above = posixpath.dirname(name) or "."
        if not self.is_folder(above):
            return None
        found = nearest(posixpath.basename(name), (one.name for one in os.scandir(self.path(above))))
        return found and posixpath.join(above, found)

    def listing(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the files and the folders right inside a folder, sorted. Raises Refused where it cannot be looked at."""
        if name not in self._inside:
            self._inside[name] = self._look(name)
        return self._inside[name]

    def _look(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        files, folders, problems = [], [], []
        try:
            with os.scandir(self.path(name)) as entries:
                for entry in entries:
                    own = entry.name if name == "." else f"{name}/{entry.name}"
                    if entry.is_symlink() and (problem := self._stray(own)):
                        # beside the project's own folders, only stack files are this reader's business
                        problems += [problem] if name != "." or entry.name.startswith("Pulumi.") else []
                    elif entry.is_dir():
                        folders.append(own)
                    else:
                        files.append(own)
        except OSError as wrong:
            raise Refused([_unreadable(name, wrong)]) from None
        if problems:
            raise Refused(problems)
        return tuple(sorted(files)), tuple(sorted(folders))

    def _stray(self, name: str) -> Problem | None:
        """Return what is wrong with a symbolic link: it leads in circles, to nothing, or out of the project."""
        try:
            real = os.path.realpath(self.path(name), strict=True)
        except OSError as wrong:
            return _unreadable(name, wrong)
        if os.path.commonpath([real, self._real]) != self._real:
            return Problem(Spot(name), "the link leads out of the project", "copy what it points to into the project")
        own = posixpath.join(self._real, posixpath.dirname(name))
        if Path(real).is_dir() and (own + "/").startswith(real.rstrip("/") + "/"):
            return Problem(Spot(name), "the link leads back to a folder above it", "delete the link")
        return None

    def search(self, name: str, suffixes: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the files in a folder and all folders below it that end with a suffix, sorted.

        Raises Refused where the folder is missing, or any folder below it cannot be looked at.
        """
        if not self.is_folder(name):
            what = "the folder is missing" if not os.path.lexists(self.path(name)) else "this is not a folder"
            raise Refused([Problem(Spot(name), what, f"make a folder {name}/ and put the .pvn.yaml files there")])
        found: list[str] = []
        problems: list[Problem] = []
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            folder = waiting.pop()
            real = os.path.realpath(self.path(folder))
            if real in seen:
                continue
            seen.add(real)
            try:
                files, folders = self.listing(folder)
                self._checked.add(folder)
            except Refused as refused:
                problems += refused.problems
                continue
            found += [file for file in files if file.endswith(suffixes)] if suffixes else files
            waiting += folders
        if problems:
            raise Refused(problems)
        return tuple(sorted(found))


def _unreadable(name: str, wrong: OSError) -> Problem:
    if wrong.errno == errno.ELOOP:
        return Problem(Spot(name), "the link leads in circles", "delete the link, or point it to a file")
    if wrong.errno == errno.ENOENT:
        return Problem(Spot(name), "the link leads to nothing", "delete the link, or point it to a file")
    reason = (wrong.strerror or str(wrong)).lower()
    return Problem(Spot(name), f"cannot be read: {reason}", "make it readable for the user who runs this")
