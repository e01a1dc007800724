"""IPython syntax: translated or blanked, with the student's line numbers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from grader.submission.magics import Translated, parses, translate


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("x = 5 % 3", "x = 5 % 3"),
        ('s = """\n%d items\n!"""', 's = """\n%d items\n!"""'),
        ("!pip install numpy==1.21.6\nx = 1", "pass\nx = 1"),
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("if a:\n  %mkdir $P\nx = 1", "if a:\n  pass\nx = 1"),
        ("if a:\n    !git clone x\nelse:\n    %cd x", "if a:\n    pass\nelse:\n    pass"),
        ("%time x = 1", "x = 1"),
        ("def f():\n    %timeit -n 1 g()\n    return 1", "def f():\n    g()\n    return 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("# note\n%%capture out\nx = 1", "\n\nx = 1"),
        ("%%bash\nrm -rf x", ""),
        ("%%html\n<b>", ""),
        ("%%!\nls", ""),
        ("%%memit\nx = 1", "\nx = 1"),
        ("%%sometool\nSELECT 1", ""),
        ("%%time\n%%capture\nx = 1", "\n\nx = 1"),
        ("!pip install a \\\n  b\nx = 1", "pass\n\nx = 1"),
        ("    x = 1\n    y = ?", "x = 1\ny = ?"),
        ("\n    x = 1\n    y = 2", "\nx = 1\ny = 2"),
        ("%%time\n!ls\nx = 1", "\npass\nx = 1"),
        ("plt.show();", "plt.show();"),
        ("lr = ?", "lr = ?"),
        ("def f(:\n  pass", "def f(:\n  pass"),
    ],
)
def test_translate_gives_python(cell: str, expected: str) -> None:
    assert translate(cell).text == expected


@pytest.mark.parametrize(
    "cell",
    [
        "\n\nx = 1\nf?\ny = 2",
        "files = !ls\ny = 2",
        "out = %magic\ny = 2",
        "?f\ny = 2",
        ">>> def f(x):\n...     return x\ny = 2",
        "In [1]: def f(x):\n   ...:     return x\n\ny = 2",
        "%cd $P\nfiles = !ls *.py\ny = 2",
    ],
)
def test_translate_falls_back_on_ipython(cell: str) -> None:
    text = translate(cell).text
    assert parses(text)
    assert text.rstrip("\n").split("\n").index("y = 2") == cell.split("\n").index("y = 2")


@pytest.mark.parametrize(
    "cell",
    [
        "lr = ?",
        "d = {'sgd': ?,}",
        "print 'a'",
        "if a != b\n    c = '%d' % e",
        "def f(:\n    pass",
        "x = (1",
        "e = 'why?)",
    ],
)
def test_translate_needs_no_ipython_for_a_gap_or_a_slip(cell: str) -> None:
    code = f"import sys\nfrom grader.submission.magics import translate\nassert translate({cell!r}).text == {cell!r}"
    done = subprocess.run([sys.executable, "-c", f"{code}\nassert 'IPython' not in sys.modules"], check=False)
    assert done.returncode == 0


def test_translate_never_calls_the_shell() -> None:
    assert "get_ipython" not in translate("!ls\nf?\n%cd x\n").text


@pytest.mark.parametrize("name", ["optim.py", "'optim.py'"])
def test_translate_makes_a_file_of_writefile(name: str) -> None:
    assert translate(f"%%writefile {name}\nx = 1") == Translated("\nx = 1", file_name="optim.py")


def test_translate_ignores_other_files() -> None:
    assert translate("%%writefile notes.txt\nhello") == Translated("")


@pytest.mark.parametrize("text", ["x = ", "\x00", "(" * 1000])
def test_parses_refuses_what_is_not_python(text: str) -> None:
    assert not parses(text)
