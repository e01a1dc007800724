"""Attacks by what is handed in: notebooks, and the text of their cells."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from archives import Member
from arena import SUCCESS, Arena
from attack import Attack
from builders import SQUARE, notebook
from handed_in import MAX_GROWTH, READER, Handed, alone, attack, shown, zip_of
from memory import Growth

from grader.errors import SubmissionError
from grader.records import Bundle, File
from grader.submission.collect import collect

UNTESTED: dict[int, str] = {}
SOURCES: tuple[object, ...] = (1, None, {}, [1, None, "x = 1"], [[]], True)
KINDS: tuple[object, ...] = (None, 1, [], {}, "raw", "CODE")

# --- notebooks -------------------------------------------------------------------------------------------------------


def large_notebooks(_arena: Arena) -> Iterator[Handed]:
    yield alone("two million dicts", b'{"nbformat": 4, "cells": [' + b"{}," * 2_000_000 + b"{}]}")
    cells = ["y = 1"] * 20_000
    yield alone("20,000 cells", notebook(*cells))
    yield alone("8,000 lines", notebook(["x\n"] * 8_000))
    yield alone(
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
        yield alone("deep JSON", deep)
        yield alone("deep cells", b'{"nbformat": 4, "cells": ' + deep + b"}")
        yield zip_of("deep JSON beside", Member(b"deep.ipynb", deep))
        yield zip_of(
            "deep, within limits", Member(b"deep.ipynb", b'{"cells": %s}' % (opened * 900 + b"1" + closed * 900))
        )


def odd_json(_arena: Arena) -> Iterator[Handed]:
    for text in (
        "NaN", "Infinity", '{"cells": NaN}', '{"nbformat": Infinity, "cells": []}', '{"nbformat": 1e999, "worksheets": -Infinity}',
        '{"nbformat": ' + "9" * 5_000 + "}", '{"nbformat": 4, "cells": ' + "9" * 5_000 + "}", '{"cells": [], "cells": NaN}', "null", "[]", '""',
    ):  # fmt: skip
        yield zip_of(text[:40], Member(b"odd.ipynb", text.encode()))
        yield alone(f"only {text[:40]}", text.encode())


def odd_encodings(_arena: Arena) -> Iterator[Handed]:
    text = '{"cells": [{"cell_type": "code", "source": "def square(x): return \\"\\ud800\\" \\u202e \\u0000"}], "nbformat": 4}'
    for encoding in ("utf-16", "utf-32", "utf-16-be", "utf-8-sig", "utf-7", "cp1140"):
        yield zip_of(encoding, Member(b"odd.ipynb", text.encode(encoding)))
    yield zip_of(
        "no UTF-8",
        Member(b"odd.ipynb", b'{"cells": ["\xff\xfe\xed\xa0\x80"]}'),
        Member(b"odd.py", b"x = '\xff\xed\xa0\x80'\n(\x00"),
    )
    yield zip_of(
        "encodings",
        *(
            Member(b"%s.py" % name, b"# coding: %s\nx = 1" % name)
            for name in (b"rot13", b"hex", b"utf-7", b"undefined", b"idna")
        ),
    )
    surrogates = (
        'square = type("\\\\ud800", (), {})\nraise type("\\\\udfff", (Exception,), {})("\\\\ud800" * 100)\n\ud800 = 1\n'
    )
    yield alone(
        "surrogates", json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": surrogates}]}).encode()
    )
    yield alone(
        "surrogates at run time",
        notebook('def square(x):\n    print("\\ud800")\n    raise type("\\udfff", (Exception,), {})("\\udc80")'),
    )
    yield alone("surrogates as the answer", notebook('def square(x):\n    return {"\\ud800": "\\udfff"}'))


def odd_formats(_arena: Arena) -> Iterator[Handed]:
    code: dict[str, object] = {"cell_type": "code", "source": "x = 1"}
    books: dict[str, object] = {
        "format 2": {"nbformat": 2, "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}]},
        "format 3": {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x"], "outputs": 3}]}]},
        "format 3 without sheets": {"nbformat": 3, "worksheets": None},
        "format 99": {"nbformat": 99, "cells": [code]}, "format -1": {"nbformat": -1}, "format text": {"nbformat": "4", "cells": [code]},
        "format list": {"nbformat": [4], "cells": [code]}, "minor": {"nbformat": 4, "nbformat_minor": 10**9, "cells": [code]},
        "no cells": {"nbformat": 4}, "cells object": {"nbformat": 4, "cells": {"0": code}}, "cells of all kinds": [1, None, "x", [], {}],
        "sources": {"nbformat": 4, "cells": [{"cell_type": "code", "source": source} for source in SOURCES]},
        "cell types": {"nbformat": 4, "cells": [{"cell_type": kind, "source": "x"} for kind in KINDS]},
    }  # fmt: skip
    for label, book in books.items():
        yield zip_of(label, Member(b"odd.ipynb", json.dumps(book).encode()))


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
    yield alone("outputs with results", json.dumps(book).encode())._replace(points=False)
    extra = [
        Member(name, evil.encode())
        for name in (b"results.json", b"results/results.json", b"submission_metadata.json", b"grade.py")
    ]
    yield zip_of("files with results", Member(b"a.py", b"def square(x): return 0"), *extra, keeps_honest=False)


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
    yield alone("attachments", json.dumps({"nbformat": 4, "cells": [markdown, code]}).encode())._replace(
        keeps_honest=True
    )
    yield alone("a long text in code", notebook(f'TEXT = "{uri[:4_000_000]}"\ndef square(x):\n    return TEXT'))
    yield alone("a long line that fails", notebook(f'def square(x): raise ValueError("{uri[:2_000_000]}")'))
    yield alone("a long line that does not parse", notebook(f'def square(x) return "{uri[:2_000_000]}"'))
    yield alone(
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
        yield zip_of(label, Member(b"odd.ipynb", notebook(source)))


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
        achieved += [*shown(arena, report), *arena.damage()]
    return "; ".join(filter(None, achieved))


def at_definition(arena: Arena) -> str:
    """Code that runs when a cell is read or defined, not when a function is called."""
    return arena.attack(AT_DEFINITION.format(**arena.facts._asdict()))


ATTACKS: tuple[Attack, ...] = (
    attack((111,), "large-notebooks", f"caps; {READER} with little memory", large_notebooks),
    Attack((111,), "large-file", "a cap before reading", too_large_on_disk),
    attack((112,), "deep-notebooks", READER, deep_notebooks),
    attack((113,), "odd-json", READER, odd_json),
    attack((114,), "odd-encodings", "lone surrogates are replaced in the child", odd_encodings),
    attack((115,), "odd-formats", READER, odd_formats),
    Attack((116,), "magics", "magics become `pass`", magics),
    attack((117,), "hostile-source", READER, hostile_source),
    Attack((118,), "run-at-definition", "definitions run in the confined child", at_definition),
    attack((119,), "prebaked-results", "outputs and metadata are not read", prebaked),
    attack((128,), "large-attachments", "caps; only code cells are read", large_attachments),
)
