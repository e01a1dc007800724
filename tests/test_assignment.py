from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from grader import assignment
from grader.assignment import load_plan, plan_key
from grader.cache import store
from grader.errors import RubricError, UsageError
from grader.places import bundled_folder

QUESTION = """\
question: 1
title: Powers
reference: powers.py
parts:
  - part: a
    title: A square
    points: 1
    function: square
    signature: "square(x) -> y"
    checks: [{name: the square, points: 1, cases: [{x: 3.0}], compare: close}]
"""
REFERENCE = """\
with open({log!r}, "a") as log:  # every time it is compiled
    log.write("x")

def square(x):
    return x * x
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "rubrics/hw.yaml": "assignment: hw\ntitle: H\nquestions: [q1.yaml]\n",
        "rubrics/q1.yaml": QUESTION,
        "reference/powers.py": REFERENCE.format(log=str(tmp_path / "log")),
    }
    for name, text in files.items():
        path = tmp_path / "hw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "hw"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def compilations(folder: Path) -> int:
    log = folder.parent / "log"
    return len(log.read_text()) if log.exists() else 0


def cached_plan(cache: Path) -> Path:
    (path,) = (cache / "plans").iterdir()
    return path


def test_load_plan_compiles(folder: Path, cache: Path) -> None:
    assert load_plan(folder, cache).questions[0].parts[0].checks[0].name == "the square"


def test_load_plan_twice_compiles_once(folder: Path, cache: Path) -> None:
    assert load_plan(folder, cache) == load_plan(folder, cache)
    assert compilations(folder) == 1


@pytest.mark.parametrize(
    ("name", "text", "times"),
    [
        ("rubrics/q1.yaml", "# a comment\n", 2),
        ("reference/powers.py", "\n", 2),
        ("reference/mistakes/powers.py", "", 2),
        ("rubrics/handout/hw.ipynb", "{}", 2),
        ("rubrics/.q1.yaml.swp", "x", 1),
        ("reference/__pycache__/powers.pyc", "x", 1),
        ("notes.txt", "x", 1),
    ],
)
def test_load_plan_after_a_change(folder: Path, cache: Path, name: str, text: str, times: int) -> None:
    load_plan(folder, cache)
    (folder / name).parent.mkdir(exist_ok=True)
    with (folder / name).open("a") as file:
        file.write(text)
    load_plan(folder, cache)
    assert compilations(folder) == times


def test_load_plan_of_a_changed_reference_is_the_new_one(folder: Path, cache: Path) -> None:
    """Even when the file has the same size and was changed within the same second."""
    before = load_plan(folder, cache)
    path = folder / "reference/powers.py"
    path.write_text(path.read_text().replace("x * x", "x + x"))
    after = load_plan(folder, cache)
    assert before.questions[0].parts[0].checks[0].cases != after.questions[0].parts[0].checks[0].cases


def test_load_plan_copy_of_the_folder_is_the_same_plan(folder: Path, cache: Path, tmp_path: Path) -> None:
    load_plan(folder, cache)
    load_plan(folder.rename(tmp_path / "moved"), cache)
    assert compilations(folder) == 1


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def _link(path: Path) -> None:
    path.symlink_to(path.rename(path.with_suffix(".moved")))


def _become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _become_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "spoil",
    [
        _truncate,
        _flip,
        _link,
        _become_folder,
        _become_pipe,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no plan\n"),
        lambda path: path.chmod(0o660),
        lambda path: path.chmod(0o602),
        lambda path: store(path, path.stem, b"x"),
        Path.unlink,
    ],
    ids=[
        "truncated",
        "bit flipped",
        "link",
        "folder",
        "pipe",
        "empty",
        "text",
        "group writes",
        "others write",
        "no plan inside",
        "gone",
    ],
)
def test_load_plan_untrusted_cache_compiles_again(folder: Path, cache: Path, spoil: Callable[[Path], object]) -> None:
    plan = load_plan(folder, cache)
    spoil(cached_plan(cache))
    assert load_plan(folder, cache) == plan
    assert compilations(folder) == 2


def test_load_plan_cached_plan_under_another_name_compiles_again(folder: Path, cache: Path) -> None:
    load_plan(folder, cache)
    path = cached_plan(cache)
    (folder / "reference/powers.py").write_text("def square(x):\n    return -x\n")
    path.rename(path.with_name(f"{plan_key(folder)}.plan"))
    assert load_plan(folder, cache).questions[0].parts[0].checks[0].cases[0].expected != (9.0,)


def test_load_plan_cache_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert load_plan(folder, tmp_path / "file" / "cache").assignment == "hw"


def test_load_plan_cache_is_private_and_whole(folder: Path, cache: Path) -> None:
    load_plan(folder, cache)
    path = cached_plan(cache)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777, path.suffix) == (0o600, 0o700, ".plan")


def run(code: str, folder: Path, **environment: str) -> str:
    """What a fresh process prints."""
    inherited = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "GRADER_CACHE_DIR": ""}
    command = [sys.executable, "-W", "error", "-c", code, str(folder)]
    done = subprocess.run(command, env=inherited | environment, capture_output=True, text=True, check=True)
    return done.stdout


LOAD = "import sys; from pathlib import Path; from grader.assignment import load_plan; load_plan(Path(sys.argv[1]))"
MODULES = f"{LOAD}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}), 'grader.rubric' in sys.modules)"


def test_load_plan_from_the_cache_imports_nothing_of_authoring(folder: Path, cache: Path) -> None:
    load_plan(folder, cache)
    words = run(MODULES, folder, GRADER_CACHE_DIR=str(cache)).split()
    heavy = {"pydantic", "pydantic_core", "yaml", "scipy", "torch", "nbformat", "IPython", "rich", "True"}
    assert heavy & set(words) == set()


def test_load_plan_without_the_cache_does_import_them(folder: Path, cache: Path) -> None:
    words = run(MODULES, folder, GRADER_CACHE_DIR=str(cache)).split()
    assert {"pydantic", "yaml", "True"} <= set(words)


@pytest.mark.parametrize(
    ("environment", "where"),
    [
        ({"GRADER_CACHE_DIR": "{tmp}/own", "XDG_CACHE_HOME": "{tmp}/xdg", "HOME": "{tmp}/home"}, "own"),
        ({"XDG_CACHE_HOME": "{tmp}/xdg", "HOME": "{tmp}/home"}, "xdg/grader"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "{tmp}/home"}, "home/.cache/grader"),
        ({"GRADER_CACHE_DIR": "", "XDG_CACHE_HOME": "", "HOME": "{tmp}/home"}, "home/.cache/grader"),
    ],
)
def test_load_plan_default_cache(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], where: str
) -> None:
    for name in ("GRADER_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(name, environment.get(name, "").format(tmp=tmp_path))
    load_plan(folder)
    assert [path.relative_to(tmp_path).parent for path in tmp_path.rglob("*.plan")] == [Path(where, "plans")]


def test_load_plan_without_a_home_is_not_cached(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRADER_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(name, "")
    load_plan(folder)
    assert (compilations(folder), list(tmp_path.rglob("*.plan"))) == (1, [])


def test_load_plan_file_that_cannot_be_read(folder: Path, cache: Path) -> None:
    (folder / "rubrics/notes.txt").symlink_to("/proc/self/mem")  # a regular file whose first byte is out of reach
    with pytest.raises(UsageError, match=r"^rubrics/notes.txt of the assignment cannot be read: Input/output error$"):
        load_plan(folder, cache)


def test_load_plan_folder_that_is_no_assignment(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_plan(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} is not an assignment folder: it has no rubrics/. An assignment folder needs rubrics/ (YAML files, "
        "one of them with the key `assignment`) and reference/ (a Python file of right answers for every question)."
    )


def test_load_plan_faulty_rubric_is_not_cached(folder: Path, cache: Path) -> None:
    (folder / "rubrics/q1.yaml").write_text(QUESTION.replace("points: 1\n", "points: 2\n"))
    with pytest.raises(RubricError, match=r"rubrics/q1.yaml:7: parts\[0\].points: is 2, but"):
        load_plan(folder, cache)
    assert not cache.exists()


def test_bundled_folder_has_the_homework(cache: Path) -> None:
    assert load_plan(bundled_folder(), cache).assignment == "hw2"


@pytest.mark.parametrize("place", [None, "/nowhere/numpy/__init__.py"])
def test_plan_key_asks_numpy_itself_where_its_files_are_not_to_be_found(
    monkeypatch: pytest.MonkeyPatch, place: str | None
) -> None:
    spec = None if place is None else ModuleSpec("numpy", None, origin=place)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: spec)
    assert assignment._numpy_version() == np.__version__.encode()
