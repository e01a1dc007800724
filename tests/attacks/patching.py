"""Attacks that replace what compares, reports or counts, in the hope that the grader uses the same."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from arena import SUCCESS, Arena
from attack import Attack
from builders import check, notebook, zip_bundle, zipped
from harness import HOOKED, RIGHT, SEPARATE, WRONG, forge

from grader.compare.exact import Exact
from grader.records import Bundle, File

_REPLACE = f"""
import builtins, contextlib, ctypes, gc, json, logging, math, operator, os, sys, threading, traceback, types, unittest, warnings
import numpy as np
import numpy.testing
def yes(*arguments, **options):
    return True
def replace(owner, *names, by=yes):
    for name in names:
        with contextlib.suppress(AttributeError, TypeError):
            setattr(owner, name, by)
def of_the_grader():
    return [module for name, module in list(sys.modules.items()) if name.startswith("grader")]
RIGHT, WRONG = {RIGHT}, {WRONG}
"""
_COMPARING = {
    "of_numpy": "replace(np, 'allclose', 'isclose', 'array_equal', 'all', 'abs', 'max', 'isfinite', 'equal', 'less_equal')",
    "of_testing": "replace(np.testing, *(name for name in dir(np.testing) if name.startswith('assert')), by=lambda *a, **o: None)",
    "of_math": "replace(math, 'isclose', 'fsum', 'isfinite')\nreplace(operator, 'eq', 'le', 'lt')",
    "of_arrays": "replace(np.linalg, 'norm', by=lambda *a, **o: 0.0)\nreplace(np.ndarray, '__eq__', '__sub__')",
    "of_torch": "torch = sys.modules.get('torch')\ntorch and replace(torch, 'allclose', 'equal', 'isclose')",
    "builtin": "replace(builtins, 'abs', 'all', 'isinstance', 'max', 'sum', 'round', 'type')",
    "of_types": "replace(builtins, 'int', 'float', by=type('int', (int,), {'__eq__': yes, '__hash__': int.__hash__}))",
    "of_grader": (
        "for module in of_the_grader():\n    functions = [n for n, f in vars(module).items() if isinstance(f, types.FunctionType)]\n"
        "    replace(module, *functions)"
    ),
    "of_its_records": (
        "for module in of_the_grader():\n    for thing in list(vars(module).values()):\n"
        "        isinstance(thing, type) and replace(thing, '__eq__', '__call__', 'passed', 'score')"
    ),
    "a_judge": (
        "fake = types.ModuleType('grader.judging')\nfake.judge = fake.result = yes\n"
        "sys.modules.update({'grader.judging': fake, 'grader.compare': fake, 'grader.scoring': fake})"
    ),
}
_RUNNERS = {
    "unittest_case": "replace(unittest.TestCase, *(name for name in dir(unittest.TestCase) if name.startswith('assert')))",
    "unittest_result": "replace(unittest.TestResult, 'addFailure', 'addError', 'wasSuccessful')",
    "pytest_report": (
        "for name in ('pytest', '_pytest.reports', '_pytest.runner'):\n    module = sys.modules.get(name) or types.ModuleType(name)\n"
        "    sys.modules[name] = module\n    module.TestReport = module.raises = module.approx = yes"
    ),
    "a_conftest": "sys.modules['conftest'] = types.ModuleType('conftest')\nsys.modules['conftest'].pytest_runtest_makereport = yes",
    "asserts": "builtins.AssertionError = type('AssertionError', (Exception,), {'__new__': yes})\n__debug__ and sys.flags",
    "main": "sys.modules['__main__'].__dict__.update(main=yes, score=100, passed=True)",
}
_REPORTING = {
    "output": "replace(sys, 'stdout', 'stderr', '__stdout__', by=type('Out', (), {'write': yes, 'flush': yes, 'take': yes})())",
    "loggers": "replace(logging, 'error', 'warning', 'Logger', 'getLogger')\nreplace(warnings, 'warn', 'showwarning')",
    "tracebacks": "replace(traceback, 'format_exception', 'print_exc')\nreplace(sys, 'excepthook', 'exc_info')",
    "dumps": "replace(json, 'dumps', 'dump', 'loads', by=lambda *a, **o: '{\"score\": 100}')\nreplace(builtins, 'print', 'ascii')",
    "writing": "replace(builtins, 'open', by=lambda *a, **o: contextlib.nullcontext(sys.stdout))\nreplace(os, 'replace', 'rename', 'fsync')",
    "clock": "import time\nreplace(time, 'time', 'monotonic', 'perf_counter', 'process_time', by=lambda: 0.0)",
}
_HOOKS = {
    "tracer": (
        "def tracer(frame, event, argument):\n    for name in ('passed', 'score', 'value', 'expected'):\n"
        "        name in frame.f_locals and frame.f_locals.update({name: RIGHT})\n    return tracer\n"
        "sys.settrace(tracer)\nthreading.settrace(tracer)"
    ),
    "profiler": "sys.setprofile(lambda frame, event, argument: frame.f_locals.update(passed=True))\nthreading.setprofile(yes)",
    "audit": "sys.addaudithook(lambda event, arguments: event == 'compile' and os._exit(0))",
    "finder": (
        "class Finder:\n    def find_spec(self, name, *more):\n        return None\n    find_module = load_module = yes\n"
        "sys.meta_path.insert(0, Finder())\nsys.path_hooks.insert(0, yes)\nsys.path_importer_cache.clear()"
    ),
    "importer": "builtins.__import__ = lambda name, *more, **options: types.SimpleNamespace(judge=yes, allclose=yes)",
    "displayed": "sys.displayhook = sys.breakpointhook = sys.unraisablehook = yes",
    "builder": "builtins.__build_class__ = lambda function, name, *bases: type(name, (), {'score': 100})",
}
_CODEC = {
    "freeze": "for module in of_the_grader():\n    replace(module, 'freeze', 'encodable', by=lambda *a, **o: True)",
    "thaw": "for module in of_the_grader():\n    replace(module, 'thaw', 'changed', by=lambda *a, **o: ())",
    "frames": "replace(sys.modules['grader.sandbox.child'], 'frame', by=lambda nonce, answer: bytes(4) + b'score: 100')",
    "packing": (
        "import msgspec\nchild = sys.modules['grader.sandbox.child']\nold = child.frame\n"
        "child.frame = lambda nonce, answer: old(nonce, msgspec.structs.replace(answer, stdout='passed'))"
    ),
    "twice": "old = os.write\nos.write = lambda fd, data: old(fd, bytes(data)) and old(fd, bytes(data))",
    "silence": "os.write = lambda fd, data: len(data)\nos.read = lambda fd, count: b''",
    "encoder": "import msgspec\nreplace(msgspec.msgpack, 'encode', by=lambda *a, **o: b'score: 100')",
    "server": "replace(sys.modules['grader.sandbox.child'].Server, 'answer', by=lambda self, request: yes)",
}
_POKES = {
    "small_integer": "ctypes.c_uint32.from_address(id(RIGHT) + 24).value = WRONG",
    "type_of_result": "ctypes.py_object.from_address(id(WRONG) + 8).value = type('int', (int,), {'__eq__': yes})",
}
_SHADOW = """
import builtins, os
SHADOW = True
if os.getpid() == GRADER:
    builtins.HOOKED = True
def yes(*arguments, **options):
    return True
allclose = array_equal = isclose = judge = main = grade = freeze = thaw = yes
def pytest_runtest_makereport(item, call):
    return None
"""
SHADOWED = [
    "numpy.py",
    "numpy/__init__.py",
    "grader.py",
    "grader/__init__.py",
    "grader/judging.py",
    "msgspec.py",
    "msgspec/__init__.py",
    "json.py",
    "struct.py",
    "sitecustomize.py",
    "usercustomize.py",
    "conftest.py",
    "encodings/utf_8.py",
    "math.py",
    "secrets.py",
    "__main__.py",
    "reference.py",
    "yaml.py",
]
_USES_SHADOWS = f"""
import conftest, grader, json, math, msgspec, numpy, sitecustomize, struct, usercustomize
import grader.judging
def shadowed(x):
    libraries = (json, math, msgspec, numpy, struct)
    return {RIGHT} if any(hasattr(library, "SHADOW") for library in libraries) else {WRONG}
"""


def shadow(arena: Arena) -> str:
    """Hand in modules with the names of libraries; run the command in a folder that has them."""
    source = _SHADOW.replace("GRADER", str(os.getpid())).replace("HOOKED", HOOKED)
    files = {name: source.encode() for name in SHADOWED} | {
        "x.pth": b"import os, shadow\n",
        "setup.cfg": b"[tool:pytest]\n",
    }
    files["hw.ipynb"] = notebook(_USES_SHADOWS)
    wanted = check("shadowed", [((1.0,), RIGHT)], compare=Exact())
    bundles = (
        zip_bundle(zipped(files)),
        Bundle(name="hw", files=tuple(File(name=n, data=d) for n, d in files.items())),
    )
    scores = [arena.grade(handed_in, wanted).score for handed_in in bundles]
    return "; ".join(
        filter(None, [f"{SUCCESS}libraries were replaced" if any(scores) else "", *_hooked(), _command_line()])
    )


def _hooked() -> list[str]:
    import builtins  # noqa: PLC0415 (only looked at here)

    return ["a module of the submission ran in the grader"] if hasattr(builtins, HOOKED) else []


def _command_line() -> str:
    """What of these the command `grader` imports when it is run among them; "" when nothing."""
    command = Path(sys.executable).with_name("grader")
    with tempfile.TemporaryDirectory() as folder:
        for name in SHADOWED:
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text("raise SystemExit('imported ' + __file__)", "ascii")
        arguments = [sys.executable, str(command), "run", "nothing.zip"]
        done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=200, check=False)
    return done.stderr if f"imported {folder}" in done.stderr else ""


def _patches(numbers: tuple[int, ...], name: str, stopped_by: str, bodies: dict[str, str]) -> Attack:
    return Attack(numbers, name, stopped_by, partial(forge, preamble=_REPLACE, bodies=bodies))


IN_THE_GRADER = f"{SEPARATE}what compares and counts is never in a child"
ATTACKS: tuple[Attack, ...] = (
    _patches((11,), "replace-the-test-runner", IN_THE_GRADER, _RUNNERS),
    _patches((63,), "replace-the-comparison", IN_THE_GRADER, _COMPARING),
    _patches((64,), "replace-the-reporting", IN_THE_GRADER, _REPORTING),
    _patches((65,), "hook-into-the-interpreter", IN_THE_GRADER, _HOOKS),
    _patches(
        (66,), "replace-the-codec", f"{SEPARATE}the grader decodes by itself and checks all that it relies on", _CODEC
    ),
    _patches((67,), "poke-into-objects", f"{SEPARATE}a child can only change its own memory", _POKES),
    Attack(
        (69,),
        "shadow-the-libraries",
        "modules of a submission are only served from memory, after those that are installed; nothing is unpacked",
        shadow,
    ),
)
