"""Attacks that want to write the results, or the programs that write them."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from arena import Arena
from attack import Attack
from native import native, program

GUARDS = "Landlock; no-open; another user; namespaces"


def replace_the_script(arena: Arena) -> str:
    """A container's start script that everybody may write to, with the harness beside it."""
    with contextlib.ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="autograder-")))
        folder.chmod(0o777)
        script, harness = folder / "run_autograder", folder / "harness.py"
        for path in (script, harness):
            path.write_text("honest", "ascii")
            path.chmod(0o666)
        achieved = arena.attack(program(_REPLACE, FOLDER=str(folder)))
        texts = [path.read_text("utf-8") if path.exists() else "" for path in (script, harness)]
        left = sorted(path.name for path in folder.iterdir())
        changed = [] if texts == ["honest", "honest"] else ["the harness was changed"]
        return "; ".join(filter(None, [achieved, *changed, *([] if len(left) == len(texts) else [f"it has {left}"])]))


_REPLACE = """
def rewritten(path, flags):
    def way():
        fd = os.open(path, flags, 0o755)
        try:
            return os.write(fd, b"#!/bin/sh\\necho 100")
        finally:
            os.close(fd)
    return way
package = os.path.dirname(sys.modules["grader.sandbox.child"].__file__)
def may_change(path):
    return lambda: os.close(os.open(path, os.O_RDWR)) is None
ways = {name: may_change(f"{package}/{name}") for name in ("child.py", "template.py", "../judging.py", "../cli.py")}
ways |= {name: may_change(name) for name in (sys.executable + "/../grader", os.path.dirname(os.__file__) + "/site.py")}
def moved():
    os.rename(FOLDER + "/harness.py", FOLDER + "/old.py")
return tried(ways | {
    "script": rewritten(FOLDER + "/run_autograder", os.O_WRONLY | os.O_TRUNC),
    "append": rewritten(FOLDER + "/run_autograder", os.O_WRONLY | os.O_APPEND),
    "harness": rewritten(FOLDER + "/harness.py", os.O_RDWR),
    "startup": rewritten(FOLDER + "/sitecustomize.py", os.O_WRONLY | os.O_CREAT),
    "move": moved,
    "executable": lambda: os.chmod(FOLDER + "/run_autograder", 0o777),
})
"""
ATTACKS: tuple[Attack, ...] = (
    native(
        (1,),
        "write-the-results",
        GUARDS,
        """
        results, score = facts["results"], b'{"score": 100}'
        def written(fd):
            try:
                return os.write(fd, score)
            finally:
                os.close(fd)
        def by_library():
            LIBC.fopen.restype = ctypes.c_void_p
            file = ctypes.c_void_p(LIBC.fopen(results.encode(), b"w"))
            return bool(file) and LIBC.fputs(score, file) >= 0 and LIBC.fclose(file) == 0
        def mapped():
            import mmap
            fd = os.open(results, os.O_RDWR)
            memory = mmap.mmap(fd, 0)
            memory[:3] = b"100"
        def reopened():
            fd = os.open(results, os.O_PATH)
            return written(os.open(f"/proc/self/fd/{fd}", os.O_WRONLY))
        def saved():
            import numpy as np
            np.array([100]).tofile(results)
        path = results.encode()
        return tried({
            "open": lambda: written(os.open(results, os.O_WRONLY)),
            "truncate": lambda: written(os.open(results, os.O_WRONLY | os.O_TRUNC)),
            "append": lambda: written(os.open(results, os.O_APPEND | os.O_RDWR)),
            "create": lambda: open(results, "w").write("100"),
            "openat": lambda: written(syscall("openat", -100, path, 1)),
            "openat, more bits": lambda: written(syscall("openat", -100, path, 1 | 1 << 32)),
            "open": lambda: written(syscall("open", path, 1)),
            "creat": lambda: written(syscall("creat", path, 0o666)),
            "openat2": lambda: written(syscall("openat2", -100, path, struct.pack("QQQ", 1, 0, 0), 24)),
            "from the root": lambda: open("/proc/self/root" + results, "w").write("100"),
            "from the root of the grader": lambda: open(f"/proc/{facts['grader']}/root" + results, "w").write("100"),
            "C library": by_library,
            "memory": mapped,
            "reopened": reopened,
            "numpy": saved,
        })
        """,
    ),
    native(
        (2,),
        "replace-the-results",
        GUARDS,
        """
        results = facts["results"]
        folder = os.path.dirname(results)
        path, other = results.encode(), results.encode() + b".new"
        def away_and_back():
            os.rename(results, results + ".old")
            os.rename(results + ".old", results)
        def exchanged():
            os.close(os.open(other, os.O_CREAT | os.O_WRONLY))
            syscall("renameat2", -100, other, -100, path, 2)
        def emptied():
            syscall("ftruncate", os.open(results, os.O_RDONLY), 0)
        def removed():
            os.unlink(results)
            open(results, "w").write('{"score": 100}')
        def made():
            os.mkdir(folder + "/made")
            os.rmdir(folder + "/made")
        def mode_changed():
            os.fchmod(os.open(results, os.O_RDONLY), 0o666)
        def in_the_folder():
            fd = os.open("x", os.O_CREAT | os.O_WRONLY, 0o600, dir_fd=os.open(folder, os.O_PATH))
            os.close(fd)
        return tried({
            "mode": lambda: os.chmod(results, 0o666),
            "mode by number": lambda: syscall("chmod", path, 0o666),
            "mode by fchmodat2": lambda: syscall(452, -100, path, 0o666, 0),
            "mode of a descriptor": mode_changed,
            "owner": lambda: os.chown(results, os.getuid(), os.getgid()),
            "time": lambda: os.utime(results, (1, 1)),
            "attribute": lambda: os.setxattr(results, "user.score", b"100"),
            "attribute by number": lambda: syscall(463, -100, path, 0, b"user.score", struct.pack("QII", 0, 0, 0), 16),
            "truncate": lambda: os.truncate(results, 0),
            "truncate a descriptor": emptied,
            "rename": away_and_back,
            "exchange": exchanged,
            "link": lambda: os.link(results, results + ".link"),
            "symbolic link": lambda: os.symlink("/nowhere", results + ".symlink"),
            "folder": made,
            "from the folder": in_the_folder,
            "folder's mode": lambda: os.chmod(folder, 0o777),
            "unlink": removed,
        })
        """,
    ),
    Attack((3,), "replace-the-harness", GUARDS, replace_the_script),
)
