"""Attacks by what is handed in: archives. What they do to the grader is the same question for notebooks."""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import reports
from archives import AS_IT_IS, Member, quoting_zip, raw_zip, zeros
from arena import RESULT, SUCCESS, Arena
from attack import Attack
from builders import SQUARE, notebook, plan, zip_bundle
from memory import Growth

from grader.errors import GraderError
from grader.reading import read_in_child
from grader.records import Bundle, File, Limits, Reading
from grader.report import Report

LIMITS = Limits(call_seconds=1.0, define_seconds=2.0, total_seconds=20, memory_megabytes=90)
AMPLE = Limits(memory_megabytes=600)
MAX_GROWTH = 120  # MB of the grader's own memory
MAX_REPORT = 200_000  # characters
HONEST = notebook("def square(x):\n    return x * x")
FORGER = b"def square(x):\n    return x * x  # evil"
MEGABYTES = 100  # of zeros; more than the reader may have
UNTESTED: dict[int, str] = {}


class Handed(NamedTuple):
    """A submission. `keeps_honest`: it has an honest notebook, whose points must not be lost."""

    label: str
    bundle: Bundle
    keeps_honest: bool = True
    points: bool = False  # whether points may be had for what else is in it


Make = Callable[[Arena], Iterable[Handed]]


def hand_in(arena: Arena, make: Make) -> str:
    """What the submissions do to the grader, one after the other."""
    Path(arena.facts.results).write_text(RESULT, "ascii")
    before = _strays()
    done = [f"{handed.label}: {harm}" for handed in make(arena) for harm in _harm(arena, handed)]
    done += [f"{name} was made" for name in _strays() - before]
    return "; ".join([*done, *arena.damage()])


def _harm(arena: Arena, handed: Handed) -> Iterator[str]:
    try:
        with Growth() as growth:
            report = arena.grade(handed.bundle, the_plan=plan(SQUARE, limits=LIMITS))
    except GraderError as error:
        yield f"{SUCCESS}the grader ended: {error}"
        return
    if growth.megabytes > MAX_GROWTH:
        yield f"{SUCCESS}the grader's memory grew by {growth.megabytes} MB"
    if handed.keeps_honest and not report.score:
        yield f"{SUCCESS}honest points were lost: {report.fault or report.notes}"
    if not handed.keeps_honest and not handed.points and report.score:
        yield f"{SUCCESS}points"
    yield from shown(arena, report)


def shown(arena: Arena, report: Report) -> Iterator[str]:
    text = reports.all_of(report)
    if arena.token in text:
        yield f"{SUCCESS}{arena.token}"
    if len(text) > MAX_REPORT:
        yield f"{SUCCESS}a report of {len(text)} characters"
    yield from reports.unsafe(report)


def _strays() -> set[str]:
    """Files that a name inside an archive could have led to."""
    folders = (Path(tempfile.gettempdir()), Path.cwd(), Path("/"), Path.home())
    readable = [folder for folder in folders if os.access(folder, os.R_OK)]
    return {str(path) for folder in readable for path in folder.glob("*evil*")}


def zip_of(
    label: str,
    *members: Member,
    keeps_honest: bool = True,
    points: bool = False,
    count: int = AS_IT_IS,
    comment: bytes = b"",
) -> Handed:
    """The members behind an honest notebook."""
    honest = (Member(b"hw.ipynb", HONEST),) if keeps_honest else ()
    data = raw_zip((*honest, *members), count=count, comment=comment)
    return Handed(label, zip_bundle(data), keeps_honest, points)


def alone(label: str, data: bytes, name: str = "hw.ipynb") -> Handed:
    return Handed(label, Bundle(name=name, files=(File(name=name, data=data),)), keeps_honest=False, points=True)


# --- archives --------------------------------------------------------------------------------------------------------


def ratio_bombs(_arena: Arena) -> Iterator[Handed]:
    bomb = zeros(b"zeros.py", MEGABYTES)
    yield zip_of("zeros", bomb)
    yield zip_of("zeros that claim to be few", bomb._replace(size=100))
    yield zip_of("zeros in a notebook", bomb._replace(name=b"a.ipynb", size=2**32 - 2))
    yield zip_of("many halves", *(zeros(b"0.py", 19)._replace(name=b"%d.py" % number) for number in range(9)))


def overlapping(arena: Arena) -> str:
    """Files of together 120 MB in an archive of 20 kB."""
    reading = _read(arena, quoting_zip(400, b"#" * 300_000))
    unpacked = sum(len(module.source) for module in reading.modules)
    return f"{SUCCESS}{unpacked} bytes, {reading.fault}" if unpacked or "could not be read" in reading.fault else ""


def _read(arena: Arena, archive: bytes) -> Reading:
    """With plenty of memory, so that nothing but the reader's own caps can stop it."""
    arena.sandbox.limits = AMPLE
    return read_in_child(zip_bundle(archive), plan(SQUARE), arena.sandbox)


def nested(_arena: Arena) -> Iterator[Handed]:
    bomb = raw_zip([zeros(b"zeros.py", MEGABYTES)])
    inner = raw_zip([Member(b"bomb.zip", bomb), Member(b"hw.py", FORGER)])
    yield zip_of("zip in zip", Member(b"inner.zip", inner), Member(b"bomb.zip", bomb, method=0))
    yield zip_of("zip that is called a notebook", Member(b"inner.ipynb", inner), Member(b"inner.py", inner))
    yield zip_of("only a zip", Member(b"inner.zip", inner), keeps_honest=False)


def lying_sizes(_arena: Arena) -> Iterator[Handed]:
    liars: dict[str, dict[str, Any]] = {
        "too small": {"size": 3},
        "nothing": {"size": 0},
        "4 GB": {"size": 2**32 - 2},
        "zip64 without its record": {"size": 2**32 - 1},
        "packed too small": {"packed_size": 1},
        "packed 4 GB": {"packed_size": 2**32 - 2},
        "wrong checksum": {"checksum": 1},
    }
    for label, fields in liars.items():
        yield zip_of(
            label, Member(b"liar.py", b"# " * 100_000)._replace(**fields), keeps_honest="packed 4" not in label
        )


def many_entries(arena: Arena) -> str:
    """More files than anybody hands in."""
    data = raw_zip(Member(b"%d.py" % number, b"", method=0) for number in range(20_000))
    reading = _read(arena, data)
    return f"{SUCCESS}{len(reading.modules)} files were read" if len(reading.modules) > 10_000 else ""


def roaming_names(arena: Arena) -> Iterator[Handed]:
    folder = arena.facts.folder.encode()
    for name in (
        b"../evil.py", b"a/../../../../../../../../tmp/evil.py", folder + b"/evil.py", b"/tmp/evil.py", b"C:\\evil.py",
        b"..\\..\\evil.py", b"\\\\host\\evil.py", b"~/evil.py", b"./evil.py", b"a//evil.py", b"evil.py\x00.ipynb", b"evil\x00.py",
        b"con.py", b"aux.ipynb", b"nul", b"evil.py ", b"evil.py.", b"evil.py:stream", b"-evil.py", b"$(touch evil).py", b"file:///evil.py",
    ):  # fmt: skip
        yield zip_of(repr(name), Member(name, b"evil = 1"))
        yield zip_of(f"{name!r} only in the directory", Member(b"a.py", b"evil = 1", name_in_directory=name))


def odd_entries(arena: Arena) -> Iterator[Handed]:
    secret = arena.facts.secret.encode()
    for mode in (0o120777, 0o020666, 0o060666, 0o010666, 0o140777, 0o104755, 0o102755, 0o100000, 0o040755, 0o177777):
        yield zip_of(f"mode {mode:o}", Member(b"evil.ipynb", secret, mode=mode), Member(b"hw.py", secret, mode=mode))
        yield zip_of(f"only mode {mode:o}", Member(b"hw.ipynb", secret, mode=mode), keeps_honest=False)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            entry = tarfile.TarInfo("../evil.py" if kind == tarfile.LNKTYPE else "hw.ipynb")
            entry.type, entry.linkname = kind, arena.facts.secret
            tar.addfile(entry)
    yield Handed("a tar", zip_bundle(buffer.getvalue()), keeps_honest=False)


def broken_archives(_arena: Arena) -> Iterator[Handed]:
    good = raw_zip([Member(b"hw.ipynb", HONEST)])
    damages: dict[str, dict[str, Any]] = {
        "encrypted": {"flags": 0x801}, "strongly encrypted": {"flags": 0x841}, "patch": {"flags": 0x820}, "method 99": {"method": 99},
        "method 97": {"method": 97}, "lzma": {"method": 14}, "bzip2": {"method": 12}, "masked headers": {"flags": 0x2800},
    }  # fmt: skip
    for label, fields in damages.items():
        yield zip_of(label, Member(b"odd.py", b"x = 1" * 100)._replace(**fields))
    yield zip_of("wrong zip64 field", Member(b"odd.py", b"x", extra=b"\x01\x00\x04\x00abcd"))
    yield Handed("a program that is a zip", zip_bundle(b"#!/bin/sh\ntouch /tmp/evil\n" + good))
    yield Handed("a page that is a zip", zip_bundle(b"<script>alert(1)</script>" * 100 + good))
    yield zip_of("something behind it", comment=b"PK\x05\x06" + bytes(200), keeps_honest=False, points=True)
    zip64 = b"PK\x06\x06" + b"\xff" * 52 + b"PK\x06\x07" + b"\xff" * 16
    for label, data in {
        "two archives": good + good, "cut": good[: len(good) // 2], "only its end": good[-22:], "nothing": b"",
        "several disks": raw_zip([Member(b"hw.ipynb", HONEST)], disk=3), "no zip64": good[:-22] + zip64 + good[-22:],
        "offsets behind the end": good[:-6] + b"\xff\xff\xff\x7f\x00\x00",
    }.items():  # fmt: skip
        yield Handed(label, zip_bundle(data), keeps_honest=False, points=True)


def colliding_names(_arena: Arena) -> Iterator[Handed]:
    evil = notebook("def square(x):\n    return 0  # evil")
    for label, names in {
        "case": (b"HW.ipynb", b"Hw.IPYNB"), "composed": (b"h\xc3\xa4.ipynb", b"ha\xcc\x88.ipynb"),
        "steering": (b"\x1b[2J\xe2\x80\xaebpyni.ipynb", b"a\rb\n.ipynb", b"\xc2\x9b31m.py"),
        "long": (b"n" * 4_000 + b".ipynb", b"m" * 65_000 + b".ipynb"), "dots": (b".ipynb", b"..ipynb", b".py"),
        "html": (b"<img src=x onerror=alert(1)>.ipynb",), "formula": (b"=HYPERLINK(1).ipynb", b"@SUM(1).py"),
    }.items():  # fmt: skip
        yield zip_of(label, *(Member(name, evil) for name in names))
        yield zip_of(f"{label} in cp437", *(Member(name, evil, flags=0) for name in names))
    for name in (
        b"\xff\xfe.ipynb",
        b"\xed\xa0\x80.py",
    ):  # no UTF-8, though they say so: the whole archive may be refused
        yield zip_of(repr(name), Member(name, evil), Member(b"hw.ipynb", HONEST), keeps_honest=False, points=True)
        yield zip_of(f"{name!r} in cp437", Member(name, evil, flags=0))
    junk = (b"__MACOSX/._hw.ipynb", b"__MACOSX/hw.ipynb", b".ipynb_checkpoints/hw.ipynb", b"a/__pycache__/hw.py")
    yield zip_of(
        "junk", *(Member(name, FORGER if name.endswith(b".py") else HONEST) for name in junk), keeps_honest=False
    )


def duplicates(arena: Arena) -> str:
    """Two files of one name: the report must say so, and which one counts."""
    shown = notebook("def square(x):\n    return 0")
    report = arena.grade(zip_bundle(raw_zip([Member(b"hw.ipynb", shown), Member(b"hw.ipynb", HONEST)])), SQUARE)
    return "" if any("twice" in note for note in report.notes) else f"{SUCCESS}{report.score} points, without a note"


def large_archive(_arena: Arena) -> Iterator[Handed]:
    """As large as may be, and more than a child with little memory can even receive."""
    yield zip_of("60 MB", Member(b"data.bin", bytes(60 * 2**20), method=0), keeps_honest=False, points=True)


def attack(numbers: tuple[int, ...], name: str, stopped_by: str, make: Make) -> Attack:
    return Attack(numbers, name, stopped_by, partial(hand_in, make=make))


READER, CAPS = "reading in a child", "members are counted while they are unpacked, into memory"
ATTACKS: tuple[Attack, ...] = (
    attack((100,), "ratio-bomb", f"{CAPS}; {READER} with little memory", ratio_bombs),
    Attack((101,), "overlapping-entries", "overlaps are refused; caps", overlapping),
    attack((102,), "nested-archives", "archives inside archives are not opened", nested),
    attack((103,), "lying-sizes", CAPS, lying_sizes),
    Attack((104,), "many-entries", "a cap on entries", many_entries),
    attack((105,), "roaming-names", "nothing is unpacked onto a disk; names are labels", roaming_names),
    attack((106, 110), "links-devices-and-set-uid", "nothing is unpacked onto a disk; links are refused", odd_entries),
    Attack((107,), "duplicate-names", "the report says which one counts", duplicates),
    attack((108,), "broken-archives", READER, broken_archives),
    attack((109,), "colliding-names", "names are labels, shown without marks and cut", colliding_names),
    attack((19, 96), "large-archive", "a reader that runs out of memory is the submission's fault", large_archive),
)
