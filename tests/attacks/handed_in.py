"""Attacks by what is handed in: archives, notebooks, and the text of cells."""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from grader.errors import GraderError, SubmissionError
from grader.plan import Limits
from grader.records import Bundle, File, Report
from grader.submission.collect import collect

import reports
from archives import Member, raw_zip, zeros
from arena import RESULT, SUCCESS, Arena
from attack import Attack, cell
from builders import SQUARE, notebook, plan, zip_bundle
from memory import Growth

LIMITS = Limits(call_seconds=1.0, define_seconds=2.0, total_seconds=20, memory_megabytes=90)
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
    yield from _shown(arena, report)


def _shown(arena: Arena, report: Report) -> Iterator[str]:
    text = reports.all_of(report)
    if arena.token in text:
        yield f"{SUCCESS}{arena.token}"
    if len(text) > MAX_REPORT:
        yield f"{SUCCESS}a report of {len(text)} characters"
    yield from reports.unsafe(report)


def _strays() -> set[str]:
    """Files that a name inside an archive could have led to."""
    folders = {tempfile.gettempdir(), os.getcwd(), "/", str(Path.home())}
    return {
        f"{folder}/{name}"
        for folder in folders
        if os.access(folder, os.R_OK)
        for name in os.listdir(folder)
        if "evil" in name
    }


def _zip(
    label: str, *members: Member, keeps_honest: bool = True, points: bool = False, **fields: int | bytes
) -> Handed:
    """The members behind an honest notebook."""
    honest = (Member(b"hw.ipynb", HONEST),) if keeps_honest else ()
    return Handed(label, zip_bundle(raw_zip((*honest, *members), **fields)), keeps_honest, points)  # type: ignore[arg-type]


def _alone(label: str, data: bytes, name: str = "hw.ipynb") -> Handed:
    return Handed(label, Bundle(name=name, files=(File(name=name, data=data),)), keeps_honest=False, points=True)


# --- archives --------------------------------------------------------------------------------------------------------


def ratio_bombs(_arena: Arena) -> Iterator[Handed]:
    bomb = zeros(b"zeros.py", MEGABYTES)
    yield _zip("zeros", bomb)
    yield _zip("zeros that claim to be few", bomb._replace(size=100))
    yield _zip("zeros in a notebook", bomb._replace(name=b"a.ipynb", size=2**32 - 2))
    yield _zip("many halves", *(zeros(b"0.py", 19)._replace(name=b"%d.py" % number) for number in range(9)))


def overlapping(_arena: Arena) -> Iterator[Handed]:
    body = b"#" * 500_000
    shared = (Member(b"%d.py" % number, body, shares_with_previous=number > 0) for number in range(400))
    yield _zip("entries that share their data", *shared, keeps_honest=False)
    inner = raw_zip([Member(b"deep.py", body)])
    yield _zip(
        "an entry inside another",
        Member(b"a.py", inner, method=0),
        Member(b"deep.py", body, shares_with_previous=True),
        keeps_honest=False,
    )


def nested(_arena: Arena) -> Iterator[Handed]:
    bomb = raw_zip([zeros(b"zeros.py", MEGABYTES)])
    inner = raw_zip([Member(b"bomb.zip", bomb), Member(b"hw.py", FORGER)])
    yield _zip("zip in zip", Member(b"inner.zip", inner), Member(b"bomb.zip", bomb, method=0))
    yield _zip("zip that is called a notebook", Member(b"inner.ipynb", inner), Member(b"inner.py", inner))
    yield _zip("only a zip", Member(b"inner.zip", inner), keeps_honest=False)


def lying_sizes(_arena: Arena) -> Iterator[Handed]:
    liars: dict[str, dict[str, int]] = {
        "too small": {"size": 3},
        "nothing": {"size": 0},
        "4 GB": {"size": 2**32 - 2},
        "zip64 without its record": {"size": 2**32 - 1},
        "packed too small": {"packed_size": 1},
        "packed 4 GB": {"packed_size": 2**32 - 2},
        "wrong checksum": {"checksum": 1},
    }
    for label, fields in liars.items():
        yield _zip(label, Member(b"liar.py", b"# " * 100_000, **fields), keeps_honest="packed 4" not in label)


def many_entries(_arena: Arena) -> Iterator[Handed]:
    yield _zip(
        "20,000 entries", *(Member(b"%d.py" % number, b"", method=0) for number in range(20_000)), keeps_honest=False
    )
    yield _zip("a wrong count", Member(b"a.py", b"x = 1"), count=60_000)


def roaming_names(arena: Arena) -> Iterator[Handed]:
    folder = arena.facts.folder.encode()
    for name in (
        b"../evil.py", b"a/../../../../../../../../tmp/evil.py", folder + b"/evil.py", b"/tmp/evil.py", b"C:\\evil.py",
        b"..\\..\\evil.py", b"\\\\host\\evil.py", b"~/evil.py", b"./evil.py", b"a//evil.py", b"evil.py\x00.ipynb", b"evil\x00.py",
        b"con.py", b"aux.ipynb", b"nul", b"evil.py ", b"evil.py.", b"evil.py:stream", b"-evil.py", b"$(touch evil).py", b"file:///evil.py",
    ):  # fmt: skip
        yield _zip(repr(name), Member(name, b"evil = 1"))
        yield _zip(f"{name!r} only in the directory", Member(b"a.py", b"evil = 1", name_in_directory=name))


def odd_entries(arena: Arena) -> Iterator[Handed]:
    secret = arena.facts.secret.encode()
    for mode in (0o120777, 0o020666, 0o060666, 0o010666, 0o140777, 0o104755, 0o102755, 0o100000, 0o040755, 0o177777):
        yield _zip(f"mode {mode:o}", Member(b"evil.ipynb", secret, mode=mode), Member(b"hw.py", secret, mode=mode))
        yield _zip(f"only mode {mode:o}", Member(b"hw.ipynb", secret, mode=mode), keeps_honest=False)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            entry = tarfile.TarInfo("../evil.py" if kind == tarfile.LNKTYPE else "hw.ipynb")
            entry.type, entry.linkname = kind, arena.facts.secret
            tar.addfile(entry)
    yield Handed("a tar", zip_bundle(buffer.getvalue()), keeps_honest=False)


def broken_archives(_arena: Arena) -> Iterator[Handed]:
    good = raw_zip([Member(b"hw.ipynb", HONEST)])
    for label, fields in {
        "encrypted": {"flags": 0x801}, "strongly encrypted": {"flags": 0x841}, "patch": {"flags": 0x820}, "method 99": {"method": 99},
        "method 97": {"method": 97}, "lzma": {"method": 14}, "bzip2": {"method": 12}, "masked headers": {"flags": 0x2800},
    }.items():  # fmt: skip
        yield _zip(label, Member(b"odd.py", b"x = 1" * 100, **fields))
    yield _zip("wrong zip64 field", Member(b"odd.py", b"x", extra=b"\x01\x00\x04\x00abcd"))
    yield Handed("a program that is a zip", zip_bundle(b"#!/bin/sh\ntouch /tmp/evil\n" + good))
    yield Handed("a page that is a zip", zip_bundle(b"<script>alert(1)</script>" * 100 + good))
    yield _zip("something behind it", comment=b"PK\x05\x06" + bytes(200), keeps_honest=False, points=True)
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
        "case": (b"HW.ipynb", b"Hw.IPYNB"), "composed": (b"h\xc3\xa4.ipynb", b"ha\xcc\x88.ipynb"), "not UTF-8": (b"\xff\xfe.py", b"\xff\xfe.ipynb"),
        "surrogate": (b"\xed\xa0\x80.py",), "steering": (b"\x1b[2J\xe2\x80\xaebpyni.ipynb", b"a\rb\n.ipynb", b"\xc2\x9b31m.py"),
        "long": (b"n" * 4_000 + b".ipynb", b"m" * 65_000 + b".ipynb"), "dots": (b".ipynb", b"..ipynb", b".py"),
        "html": (b"<img src=x onerror=alert(1)>.ipynb",), "formula": (b"=HYPERLINK(1).ipynb", b"@SUM(1).py"),
    }.items():  # fmt: skip
        yield _zip(label, *(Member(name, evil) for name in names))
        yield _zip(f"{label} in cp437", *(Member(name, evil, flags=0) for name in names))
    junk = (b"__MACOSX/._hw.ipynb", b"__MACOSX/hw.ipynb", b".ipynb_checkpoints/hw.ipynb", b"a/__pycache__/hw.py")
    yield _zip(
        "junk", *(Member(name, FORGER if name.endswith(b".py") else HONEST) for name in junk), keeps_honest=False
    )


def duplicates(arena: Arena) -> str:
    """Two files of one name: the report must say so, and which one counts."""
    shown = notebook("def square(x):\n    return 0")
    report = arena.grade(zip_bundle(raw_zip([Member(b"hw.ipynb", shown), Member(b"hw.ipynb", HONEST)])), SQUARE)
    return "" if any("twice" in note for note in report.notes) else f"{SUCCESS}{report.score} points, without a note"


# --- notebooks -------------------------------------------------------------------------------------------------------


def large_notebooks(_arena: Arena) -> Iterator[Handed]:
    yield _alone("50 MB", b'{"cells": [], "x": "' + b"a" * 50 * 2**20 + b'"}')
    yield _alone("two million dicts", b'{"nbformat": 4, "cells": [' + b"{}," * 2_000_000 + b"{}]}")
    cells = ["y = 1"] * 20_000
    yield _alone("20,000 cells", notebook(*cells))
    yield _alone("8,000 lines", notebook(["x\n"] * 8_000))
    yield _alone(
        "one name, 2,000 definitions", notebook("\n".join("def square(x): return 1" for _number in range(2_000)))
    )


def too_large_on_disk(arena: Arena) -> str:
    """A sparse notebook of 50 GB, given by its path."""
    del arena
    with tempfile.TemporaryDirectory() as folder, Growth() as growth:
        path = Path(folder, "hw.ipynb")
        path.touch()
        os.truncate(path, 50 * 2**30)
        try:
            collect(path)
        except SubmissionError:
            return "" if growth.megabytes < MAX_GROWTH else f"{SUCCESS}{growth.megabytes} MB"
    return f"{SUCCESS}it was read"


def deep_notebooks(_arena: Arena) -> Iterator[Handed]:
    for opened, closed in ((b"[", b"]"), (b'{"a":', b"}")):
        deep = opened * 100_000 + b"1" + closed * 100_000
        yield _alone("deep JSON", deep)
        yield _alone("deep cells", b'{"nbformat": 4, "cells": ' + deep + b"}")
        yield _zip("deep JSON beside", Member(b"deep.ipynb", deep))
        yield _zip(
            "deep, within limits", Member(b"deep.ipynb", b'{"cells": %s}' % (opened * 900 + b"1" + closed * 900))
        )


def odd_json(_arena: Arena) -> Iterator[Handed]:
    for text in (
        "NaN", "Infinity", '{"cells": NaN}', '{"nbformat": Infinity, "cells": []}', '{"nbformat": 1e999, "worksheets": -Infinity}',
        '{"nbformat": ' + "9" * 5_000 + "}", '{"nbformat": 4, "cells": ' + "9" * 5_000 + "}", '{"cells": [], "cells": NaN}', "null", "[]", '""',
    ):  # fmt: skip
        yield _zip(text[:40], Member(b"odd.ipynb", text.encode()))
        yield _alone(f"only {text[:40]}", text.encode())


def odd_encodings(_arena: Arena) -> Iterator[Handed]:
    text = '{"cells": [{"cell_type": "code", "source": "def square(x): return \\"\\ud800\\" \\u202e \\u0000"}], "nbformat": 4}'
    for encoding in ("utf-16", "utf-32", "utf-16-be", "utf-8-sig", "utf-7", "cp1140"):
        yield _zip(encoding, Member(b"odd.ipynb", text.encode(encoding)))
    yield _zip(
        "no UTF-8",
        Member(b"odd.ipynb", b'{"cells": ["\xff\xfe\xed\xa0\x80"]}'),
        Member(b"odd.py", b"x = '\xff\xed\xa0\x80'\n(\x00"),
    )
    yield _zip(
        "encodings",
        *(
            Member(b"%s.py" % name, b"# coding: %s\nx = 1" % name)
            for name in (b"rot13", b"hex", b"utf-7", b"undefined", b"idna")
        ),
    )
    surrogates = (
        'square = type("\\\\ud800", (), {})\nraise type("\\\\udfff", (Exception,), {})("\\\\ud800" * 100)\n\ud800 = 1\n'
    )
    yield _alone(
        "surrogates", json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": surrogates}]}).encode()
    )
    yield _alone(
        "surrogates at run time",
        notebook('def square(x):\n    print("\\ud800")\n    raise type("\\udfff", (Exception,), {})("\\udc80")'),
    )
    yield _alone("surrogates as the answer", notebook('def square(x):\n    return {"\\ud800": "\\udfff"}'))


def odd_formats(_arena: Arena) -> Iterator[Handed]:
    code: dict[str, object] = {"cell_type": "code", "source": "x = 1"}
    books: dict[str, object] = {
        "format 2": {"nbformat": 2, "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}]},
        "format 3": {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x"], "outputs": 3}]}]},
        "format 3 without sheets": {"nbformat": 3, "worksheets": None},
        "format 99": {"nbformat": 99, "cells": [code]}, "format -1": {"nbformat": -1}, "format text": {"nbformat": "4", "cells": [code]},
        "format list": {"nbformat": [4], "cells": [code]}, "minor": {"nbformat": 4, "nbformat_minor": 10**9, "cells": [code]},
        "no cells": {"nbformat": 4}, "cells object": {"nbformat": 4, "cells": {"0": code}}, "cells of all kinds": [1, None, "x", [], {}],
        "sources": {"nbformat": 4, "cells": [{"cell_type": "code", "source": source} for source in (1, None, {}, [1, None, "x = 1"], [[]], True)]},
        "cell types": {"nbformat": 4, "cells": [{"cell_type": kind, "source": "x"} for kind in (None, 1, [], {}, "raw", "CODE")]},
    }  # fmt: skip
    for label, book in books.items():
        yield _zip(label, Member(b"odd.ipynb", json.dumps(book).encode()))


def prebaked(_arena: Arena) -> Iterator[Handed]:
    evil = '{"score": 100, "tests": [{"score": 100, "status": "passed", "output": "evil-marker"}]}'
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": evil},
        {
            "output_type": "execute_result",
            "data": {"text/html": f"<script>{evil}</script>", "application/json": json.loads(evil)},
        },
        {"output_type": "display_data", "data": {"image/png": "AAAA" * 1000}, "metadata": {"evil-marker": 1}},
    ]
    metadata = {
        "nbgrader": {"grade": True, "points": 100, "score": 100, "solution": True, "grade_id": "square"},
        "tags": ["passed"],
    }
    cells = [
        {
            "cell_type": "code",
            "source": "def square(x):\n    return 0",
            "outputs": outputs,
            "metadata": metadata,
            "id": "evil-marker",
        },
        {
            "cell_type": "markdown",
            "source": f"# {evil}\n<script>evil-marker</script>",
            "metadata": metadata,
            "id": "evil-marker",
        },
    ]
    book = {"nbformat": 4, "cells": cells, "metadata": {"score": 100, "otter": {"points": 100}, "evil-marker": evil}}
    yield _alone("outputs with results", json.dumps(book).encode())._replace(points=False)
    extra = [
        Member(name, evil.encode())
        for name in (b"results.json", b"results/results.json", b"submission_metadata.json", b"grade.py")
    ]
    yield _zip("files with results", Member(b"a.py", b"def square(x): return 0"), *extra, keeps_honest=False)


def large_attachments(_arena: Arena) -> Iterator[Handed]:
    uri = "data:image/png;base64," + "A" * 12 * 2**20
    markdown = {
        "cell_type": "markdown",
        "source": f"![]({uri})",
        "attachments": {"a.png": {"image/png": uri[:5_000_000]}},
    }
    code = {
        "cell_type": "code",
        "source": "def square(x):\n    return x * x",
        "outputs": [{"data": {"image/png": uri[:100_000]}}],
    }
    yield _alone("attachments", json.dumps({"nbformat": 4, "cells": [markdown, code]}).encode())._replace(
        keeps_honest=True
    )
    yield _alone("a long text in code", notebook(f'TEXT = "{uri[:4_000_000]}"\ndef square(x):\n    return TEXT'))
    yield _alone("a long line that fails", notebook(f'def square(x): raise ValueError("{uri[:2_000_000]}")'))
    yield _alone("a long line that does not parse", notebook(f'def square(x) return "{uri[:2_000_000]}"'))
    yield _alone(
        "long names",
        notebook(
            f"def {'a' * 500_000}(x): pass\nclass {'B' * 500_000}(Exception): pass\ndef square(x): raise {'B' * 500_000}"
        ),
    )


# --- the text of cells -----------------------------------------------------------------------------------------------


def hostile_source(_arena: Arena) -> Iterator[Handed]:
    for label, source in {
        "sum of many": "x = " + "+".join(["1"] * 300_000), "many branches": "if x: pass\n" + "elif x: pass\n" * 20_000,
        "brackets": "(" * 5_000 + ")" * 5_000, "signs": "x = " + "-" * 100_000 + "1", "attributes": "x = a" + ".a" * 50_000,
        "calls": "x = f" + "()" * 20_000, "blocks": "\n".join(" " * depth + "if 1:" for depth in range(99)) + "\n" + " " * 99 + "pass",
        "lambdas": "x = " + "lambda: " * 20_000 + "1", "f-strings": "x = " + "f'{" * 3 + "1" + "}'" * 3, "nul": "x = 1\x00", "form feed": "\f" * 10_000,
        "powers": "x = " + "9**" * 500 + "9", "decorators": "@a\n" * 20_000 + "def square(x): pass", "one line": "x=1;" * 5_000,
        "quotes": "'''" * 20_001, "backslashes": "\\\n" * 50_000 + "x", "unicode": "x = '\\N{" + "A" * 100_000 + "}'", "comprehension": "x = " + "[" * 150 + "]" * 150,
    }.items():  # fmt: skip
        yield _zip(label, Member(b"odd.ipynb", notebook(source)))


MAGICS = """
!touch {folder}/bang
import os
os.environ.get("x")
found = !cat {secret}
more = %sx cat {secret}
%run {secret}
%load_ext evil
%load {secret}
%cd /
%env X=1
%writefile {folder}/magic
get_ipython().system("touch {folder}/system")
get_ipython().run_line_magic("run", "{secret}")
get_ipython().run_cell_magic("bash", "", "touch {folder}/cell")
last = get_ipython().getoutput("cat {secret}")
def attack(facts):
    !touch {folder}/inside
    here = !cat {secret}
    return str([found, more, last, here, globals().get("In"), globals().get("_oh")])
"""
CELL_MAGICS = (
    "%%bash",
    "%%sh",
    "%%script bash",
    "%%!",
    "%%sx",
    "%%system",
    "%%perl",
    "%%ruby",
    "%%writefile {folder}/written",
    "%%cmd",
)
AT_DEFINITION = """
GOT = []
def take(*_anything):
    for reach in (lambda: open({secret!r}).read(), lambda: __import__("os").read(__import__("os").open({secret!r}, 0), 99).decode()):
        try: GOT.append(reach())
        except BaseException as error: last = error
    try: open({folder!r} + "/definition", "w").close()
    except BaseException as error: last = error
    return lambda *arguments: "".join(GOT)
class Meta(type):
    def __new__(kind, *arguments): take(); return super().__new__(kind, *arguments)
    def __prepare__(*_arguments): take(); return {{}}
class Base(metaclass=Meta):
    take()
    def __init_subclass__(kind): take()
class Sub(Base): pass
@take
def attack(facts, default=take(), *, other: take() = take()): pass
"""


def magics(arena: Arena) -> str:
    """Commands of a notebook."""
    facts = arena.facts._asdict()
    achieved = [arena.attack(MAGICS.format(**facts))]
    for line in CELL_MAGICS:
        source = f"{line}\ntouch {{folder}}/cell; cat {{secret}}".format(**facts)
        handed = Bundle(
            name="hw.ipynb", files=(File(name="hw.ipynb", data=notebook(source, "def square(x):\n    return 0")),)
        )
        report = arena.grade(handed, SQUARE)
        achieved += [*_shown(arena, report), *arena.damage()]
    return "; ".join(filter(None, achieved))


def at_definition(arena: Arena) -> str:
    """Code that runs when a cell is read or defined, not when a function is called."""
    return arena.attack(AT_DEFINITION.format(**arena.facts._asdict()))


def _attack(numbers: tuple[int, ...], name: str, stopped_by: str, make: Make) -> Attack:
    return Attack(numbers, name, stopped_by, partial(hand_in, make=make))


READER, CAPS = "reading in a child", "members are counted while they are unpacked, into memory"
ATTACKS: tuple[Attack, ...] = (
    _attack((100,), "ratio-bomb", f"{CAPS}; {READER} with little memory", ratio_bombs),
    _attack((101,), "overlapping-entries", "overlaps are refused; caps", overlapping),
    _attack((102,), "nested-archives", "archives inside archives are not opened", nested),
    _attack((103,), "lying-sizes", CAPS, lying_sizes),
    _attack((104,), "many-entries", "a cap on entries", many_entries),
    _attack((105,), "roaming-names", "nothing is unpacked onto a disk; names are labels", roaming_names),
    _attack((106, 110), "links-devices-and-set-uid", "nothing is unpacked onto a disk; links are refused", odd_entries),
    Attack((107,), "duplicate-names", "the report says which one counts", duplicates),
    _attack((108,), "broken-archives", READER, broken_archives),
    _attack((109,), "colliding-names", "names are labels, shown without marks and cut", colliding_names),
    _attack((111,), "large-notebooks", f"caps; {READER} with little memory", large_notebooks),
    Attack((111,), "large-file", "a cap before reading", too_large_on_disk),
    _attack((112,), "deep-notebooks", READER, deep_notebooks),
    _attack((113,), "odd-json", READER, odd_json),
    _attack((114,), "odd-encodings", "lone surrogates are replaced in the child", odd_encodings),
    _attack((115,), "odd-formats", READER, odd_formats),
    Attack((116,), "magics", "magics become `pass`", magics),
    _attack((117,), "hostile-source", READER, hostile_source),
    Attack((118,), "run-at-definition", "definitions run in the confined child", at_definition),
    _attack((119,), "prebaked-results", "outputs and metadata are not read", prebaked),
    _attack((128,), "large-attachments", "caps; only code cells are read", large_attachments),
)
