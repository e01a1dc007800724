"""A module that is imported when it is first used, in a new Python each time."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.later import import_later, import_now

START = "import sys\nfrom grader.later import import_later\n"


def printed(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", START + code], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.split()


@pytest.mark.parametrize(
    ("use", "is_imported"),
    [
        ("import numpy as np", False),
        ("import numpy as np; np", False),
        ("import grader.codec, grader.judging", False),
        ("import numpy as np; np.ones(2)", True),
        ("import numpy as np; isinstance(1.0, np.ndarray)", True),
        ("from numpy import ones", True),
        ("import numpy as np; hasattr(np, 'no_such_thing')", True),
    ],
)
def test_import_later_imports_at_the_first_use(use: str, *, is_imported: bool) -> None:
    assert printed(f"import_later('numpy')\n{use}\nprint('numpy.linalg' in sys.modules)") == [str(is_imported)]


def test_import_later_gives_the_module_itself_to_whoever_comes_after() -> None:
    code = "import_later('numpy')\nimport numpy as early\nearly.pi\nimport numpy as late\n"
    more = (
        "print(type(late).__name__, early.ones is late.ones, early.linalg is late.linalg, sys.modules['numpy'] is late)"
    )
    assert printed(code + more) == ["module", "True", "True", "True"]


def test_import_later_leaves_what_is_imported() -> None:
    assert printed("import numpy\nimport_later('numpy')\nimport numpy as same\nprint(same is numpy)") == ["True"]


def test_import_later_of_nothing_is_nothing() -> None:
    code = "import_later('no_such_module')\ntry:\n    import no_such_module\nexcept ModuleNotFoundError:\n    print('missing')"
    assert printed(code) == ["missing"]


def test_import_later_fails_as_the_import_would() -> None:
    code = "import_later('numpy')\nimport numpy as np\ntry:\n    np.no_such_thing\nexcept AttributeError as error:\n    print('numpy' in str(error))"
    assert printed(code) == ["True"]


LINALG = "import numpy.linalg, numpy.random\nprint(hasattr(numpy.linalg, '_umath_linalg'), numpy.linalg is sys.modules['numpy'].linalg)"


def test_import_now_makes_way_for_submodules() -> None:
    assert printed(f"from grader.later import import_now\nimport_later('numpy')\nimport_now('numpy')\n{LINALG}") == [
        "True",
        "True",
    ]


def test_import_now_of_what_is_there_already() -> None:
    assert printed("from grader.later import import_now\nimport numpy\nprint(import_now('numpy') is numpy)") == ["True"]


def test_import_of_a_submodule_before_the_module_says_what_is_missing() -> None:
    code = "import_later('numpy')\ntry:\n    import numpy.linalg\nexcept ModuleNotFoundError as error:\n    print('numpy.linalg' in str(error))"
    assert printed(code) == ["True"]


def test_template_has_the_submodules_of_numpy() -> None:
    code = "import_later('numpy')\nfrom grader.sandbox import preload\npreload.import_libraries('numpy')\n"
    assert printed(code + LINALG) == ["True", "True"]


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a module that counts its imports, and can be imported here."""
    (tmp_path / "toy_of_later.py").write_text(
        "import sys\nsys.imports_of_toy = getattr(sys, 'imports_of_toy', 0) + 1\nx = 1\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "imports_of_toy", 0, raising=False)
    yield "toy_of_later"
    sys.modules.pop("toy_of_later", None)


def imports() -> int:
    return int(vars(sys)["imports_of_toy"])


def test_stand_in_imports_once(toy: str) -> None:
    import_later(toy)
    stand_in = importlib.import_module(toy)
    assert imports() == 0
    assert (stand_in.x, stand_in.x, import_now(toy).x, imports()) == (1, 1, 1, 1)
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = stand_in.no_such_thing
    assert imports() == 1


def test_stand_in_has_no_submodules(toy: str) -> None:
    import_later(toy)
    with pytest.raises(ModuleNotFoundError, match="toy_of_later"):
        importlib.import_module(f"{toy}.inner")
    assert import_now(toy) is sys.modules[toy]
    import_later(toy)
    assert imports() == 1
