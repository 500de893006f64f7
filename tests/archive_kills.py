"""Builds of the archive that are killed: at each moment at which something is about to happen to a file, once.

    python -m tests.archive_kills FOLDER EVERY

FOLDER is a publication whose archive was built and whose files have changed since. Prints each trouble on a line, and
last how many kills there were. A process of its own, as it forks: nothing else may run in it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from newsletter.actions.publish_archive import publish_archive
from tests.archiving import built_anew, opened, public

_TOUCHING = ("os.rename", "os.remove", "os.mkdir", "os.rmdir")


def build_and_die(root: Path, at: int) -> bool:
    """Builds in a child that is killed before its file operation number `at`; whether it came to its end before."""
    child = os.fork()
    if child == 0:
        seen = 0

        def watch(event: str, args: tuple[object, ...]) -> None:
            nonlocal seen
            writing = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
            if (writing or event in _TOUCHING) and str(root) in str(args[0]):
                seen += 1
                if seen == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        publish_archive(opened(root))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def troubles(before: dict[str, bytes], after: dict[str, bytes], found: dict[str, bytes]) -> list[str]:
    """What is wrong with the files that a killed build has left."""
    whole = {path: data for path, data in found.items() if not path.endswith(".new")}
    all_new = all(whole.get(path) == data for path, data in after.items())
    told = [
        f"{path} is neither as it was nor as it is to be"
        for path, data in whole.items()
        if data not in (before.get(path), after.get(path))
    ]
    return told + [f"{path} is gone" for path in before if path not in whole and (path in after or not all_new)]


def main(folder: Path, every: int) -> None:
    before, after = public(folder), built_anew(folder, folder.parent)
    at = 1
    while True:
        copy = folder.parent / f"killed-{at}"
        shutil.copytree(folder, copy)
        ended = build_and_die(copy, at)
        for trouble in troubles(before, after, public(copy)):
            print(f"killed at {at}: {trouble}")
        publish_archive(opened(copy))
        if public(copy) != after:
            odd = sorted(set(public(copy)) ^ set(after))
            print(f"killed at {at}: the next build comes to something else, {odd}")
        if publish_archive(opened(copy)).changed or (copy / "var" / "archive.writing").exists():
            print(f"killed at {at}: the build after that finds something to do")
        shutil.rmtree(copy)
        if ended:
            break
        at += every
    print(at)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
