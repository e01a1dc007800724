"""A real child of a real template: what student code may do to it, and what the grader is told."""

from __future__ import annotations

import os
import signal
import struct
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import msgspec
import pytest
from builders import bundle, check, plan
from children import call, defined, result_of

from grader.codec import freeze
from grader.errors import SandboxError
from grader.reading import read_in_child
from grader.records import Crashed, Limits, OutOfMemory, Raised, Returned, TimedOut
from grader.sandbox import namespaces
from grader.sandbox.client import Child, Sandbox
from grader.sandbox.launch import FIRST_UID, UIDS, Template
from grader.sandbox.messages import Call, Calls, Define, Done, Failed, Fork, Load, Read, ReadingDone
from grader.sandbox.process import TemplateProcess, import_path
from grader.submission.read import Wanted, read_submission
from grader.targets import FunctionTarget, ProbeTarget
from grader.values import Array, Items, Opaque


def test_call_returns_the_value_and_what_was_printed(sandbox: Sandbox) -> None:
    answer = result_of(sandbox, "def f(x):\n    print('hi')\n    return x + 1", 1)
    assert answer == Returned(value=2, stdout="hi\n")


def test_call_reports_a_changed_argument(sandbox: Sandbox) -> None:
    answer = result_of(sandbox, "def f(x, y):\n    y.append(3)\n    return x", 1, [1, 2])
    assert answer == Returned(value=1, mutated=(1,))


@pytest.mark.parametrize(
    "opened", ["open(os.devnull, 'w')", "open('/dev/null', mode='a')", "open(0, 'w', closefd=False)"]
)
def test_call_may_print_to_nowhere(sandbox: Sandbox, opened: str) -> None:
    source = f"import contextlib, os\ndef f():\n    with {opened} as sink, contextlib.redirect_stdout(sink):\n        print(1)\n    return 2"
    assert result_of(sandbox, source) == Returned(value=2)


def test_call_keeps_a_flood_of_output_short(sandbox: Sandbox) -> None:
    answer = result_of(sandbox, "def f():\n    for i in range(200000):\n        print('x' * 100)\n    return 1")
    assert isinstance(answer, Returned)
    assert len(answer.stdout) == 10_000


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("return 1 / 0", "ZeroDivisionError"),
        ("return f()", "RecursionError"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("return input()", "EOFError"),
        ("return unknown", "NameError"),
        ("import os; os.memfd_create('x')", "PermissionError"),
        ("open('/tmp/x', 'w')", "PermissionError"),
        ("import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))", "ValueError"),
    ],
)
def test_call_records_what_is_raised(sandbox: Sandbox, body: str, kind: str) -> None:
    answer = result_of(sandbox, f"def f():\n    {body}")
    assert isinstance(answer, Raised)
    assert answer.kind == kind
    assert answer.places[-1].label == "cell 1"
    assert answer.places[-1].line == 2


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("os._exit(0)", Crashed(reason="an exit with code 0, as os._exit() makes", exit_code=0)),
        ("os.abort()", Crashed(reason="an abort")),
        ("import ctypes; ctypes.string_at(0)", Crashed(reason="a segmentation fault")),
        ("os.kill(os.getpid(), 15)", Crashed(reason="signal 15")),
        ("os.kill(os.getpid(), 9)", OutOfMemory()),
        ("os._exit(70)", Crashed(reason="an exit with code 70, as os._exit() makes", exit_code=70)),
        (
            "os.closerange(3, 9); __import__('time').sleep(60)",
            Crashed(reason="it closed its connection to the grader", is_tampering=True),
        ),
        ("os.write(4, b'\\xff' * 8)", Crashed(reason="an answer that is not one of ours", is_tampering=True)),
    ],
)
def test_call_classifies_an_end(sandbox: Sandbox, body: str, expected: object) -> None:
    assert result_of(sandbox, f"import os\ndef f():\n    {body}") == expected


def test_call_sees_a_forged_reply(sandbox: Sandbox) -> None:
    forged = struct.pack("<I", 40) + b"x" * 40
    answer = result_of(sandbox, f"import os\ndef f():\n    os.write(4, {forged!r})\n    return 1")
    assert answer == Crashed(reason="an answer that is not one of ours", is_tampering=True)


def test_call_sees_a_reply_with_another_nonce(sandbox: Sandbox) -> None:
    source = """
import os
def f():
    import sys
    messages, wire = sys.modules['grader.sandbox.messages'], sys.modules['grader.sandbox.wire']
    os.write(4, wire.pack(messages.Reply(nonce=b'0' * 16, answer=messages.Returned(value=1))))
    return 2
"""
    assert result_of(sandbox, source) == Crashed(reason="an answer that nobody asked for", is_tampering=True)


@pytest.mark.parametrize("body", ["while True: pass", "import time; time.sleep(60)", "10 ** (10 ** 9)"])
def test_call_stops_at_the_deadline(sandbox: Sandbox, body: str) -> None:
    assert result_of(sandbox, f"def f():\n    {body}", seconds=0.3) == TimedOut(seconds=0.3)


@pytest.mark.parametrize("body", ["np.ones(20 * 2**30 // 8)", "bytearray(20 * 2**30)", "[0] * 10**10"])
def test_call_reports_memory(sandbox: Sandbox, body: str) -> None:
    answer = result_of(sandbox, f"import numpy as np\ndef f():\n    return {body}")
    assert isinstance(answer, OutOfMemory)
    assert answer.places[0].line == 3


def test_child_survives_an_exception(sandbox: Sandbox) -> None:
    child = defined(sandbox, "def f(x):\n    return 1 / x")
    child.ask(call(0), 5)
    assert child.ask(call(2), 5) == Returned(value=0.5)
    child.end()


def test_end_leaves_no_process(unfiltered: Sandbox) -> None:
    child = defined(unfiltered, "import os\ndef f():\n    return os.getpid()")
    answer = child.ask(call(), 5)
    child.end()
    assert isinstance(answer, Returned)
    assert isinstance(answer.value, int)
    with pytest.raises(ProcessLookupError):
        os.kill(answer.value, 0)


def test_end_ends_what_the_child_has_started(unfiltered: Sandbox) -> None:
    child = defined(
        unfiltered,
        "import os, time\ndef f():\n    pid = os.fork()\n    if pid == 0:\n        time.sleep(60)\n    return pid",
    )
    answer = child.ask(call(), 5)
    child.end()
    assert isinstance(answer, Returned)
    assert isinstance(answer.value, int)
    status = Path(f"/proc/{answer.value}/stat")
    for _time in range(100):  # the kernel takes a moment
        if not status.exists() or status.read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("a process that student code started is still there")


@pytest.fixture
def unfiltered() -> Iterator[Sandbox]:
    """A sandbox whose children may start processes, and know them by the numbers that we know."""
    with closing(Sandbox(Limits(), omitted=frozenset({"seccomp", "namespaces"}))) as running:
        yield running


def test_end_twice_is_harmless(sandbox: Sandbox) -> None:
    child = sandbox.child("numpy")
    child.end()
    child.end()
    assert not child.is_alive


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("while True: pass", TimedOut(seconds=0.3)),
        ("import os; os._exit(3)", Crashed(reason="an exit with code 3, as os._exit() makes", exit_code=3)),
    ],
)
def test_ask_gives_again_what_a_child_has_died_of(sandbox: Sandbox, body: str, expected: object) -> None:
    child = defined(sandbox, f"def f():\n    {body}")
    answers = [child.ask(call(), 0.3) for _time in range(2)]
    assert answers == [expected, expected]


def test_ask_of_an_ended_child_touches_no_descriptor(sandbox: Sandbox) -> None:
    child = defined(sandbox, "def f(): return 1")
    child.end()
    assert child.ask(call(), 5) == Crashed(reason="its process had ended before")


def test_ask_blames_the_grader_when_its_own_code_fails(sandbox: Sandbox) -> None:
    child = sandbox.child("numpy")
    broken = Load(documents=(None,), modules=())  # type: ignore[arg-type] # the child cannot decode it
    with pytest.raises(SandboxError, match=r"(?s)failed at Load.*WireError"):
        child.ask(broken, 5)


def test_call_survives_text_that_cannot_be_sent(sandbox: Sandbox) -> None:
    source = "def f():\n    print('\\ud800')\n    raise ValueError('\\ud801')"
    answer = result_of(sandbox, source)
    assert isinstance(answer, Raised)
    assert (answer.message, answer.stdout) == ("?", "?\n")


def test_child_has_only_its_own_descriptors(sandbox: Sandbox) -> None:
    source = """
import os
def is_open(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
def f():
    return [fd for fd in range(64) if is_open(fd)]
"""
    assert result_of(sandbox, source) == Returned(value=freeze([0, 1, 2, 3, 4]))


def test_child_sees_a_clean_environment(sandbox: Sandbox) -> None:
    answer = result_of(sandbox, "import os\ndef f():\n    return sorted(os.environ)")
    assert isinstance(answer, Returned)
    assert "HOME" in str(answer.value)
    assert "USER" not in str(answer.value)


def test_child_does_not_know_the_plan(sandbox: Sandbox) -> None:
    source = "import sys\ndef f():\n    return sorted(m for m in sys.modules if m in ('grader.plan', 'grader.compare', 'yaml'))"
    assert result_of(sandbox, source) == Returned(value=freeze([]))


@pytest.mark.parametrize(
    "module", ["reference.momentum", "rubrics", "grader.homework", "grader.rubric.load", "grader.plan"]
)
def test_child_cannot_import_the_assignment_or_the_grader(sandbox: Sandbox, module: str) -> None:
    answer = result_of(sandbox, f"def f():\n    import {module}")
    assert isinstance(answer, Raised)
    assert answer.kind == "ModuleNotFoundError"


def test_children_get_the_same_random_numbers(sandbox: Sandbox) -> None:
    source = "import numpy as np, random\ndef f():\n    return [np.random.rand(), random.random()]"
    assert result_of(sandbox, source) == result_of(sandbox, source)


def test_children_share_no_state(sandbox: Sandbox) -> None:
    patch = "import numpy as np\ndef f(x):\n    np.square = lambda x: 0\n    return 1"
    result_of(sandbox, patch, 3)
    assert result_of(sandbox, "import numpy as np\ndef f(x):\n    return float(np.square(x))", 3) == Returned(value=9.0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives children users of their own")
def test_child_runs_as_a_user_of_its_own(sandbox: Sandbox) -> None:
    source = "import os\ndef f():\n    return [os.getuid(), os.geteuid(), len(os.getgroups())]"
    first, second = result_of(sandbox, source), result_of(sandbox, source)
    assert first != second
    assert isinstance(first, Returned)
    assert isinstance(first.value, Items)
    assert all(FIRST_UID <= uid < FIRST_UID + UIDS for uid in first.value.items[:2] if isinstance(uid, int))


def test_child_says_which_layers_are_on(sandbox: Sandbox) -> None:
    child = sandbox.child("numpy")
    states = {layer.name: layer.is_active for layer in child.layers}
    child.end()
    expected = dict.fromkeys(("descriptors", "limits", "privileges", "landlock", "seccomp"), True)
    assert states == {**expected, "user": os.geteuid() == 0, "no-open": False}


def test_child_can_still_import_libraries(sandbox: Sandbox) -> None:
    answer = result_of(sandbox, "def f():\n    import sqlite3, fractions\n    return fractions.__name__")
    assert answer == Returned(value="fractions")


def test_torch_template_runs_torch(sandbox: Sandbox) -> None:
    child = defined(
        sandbox, "import torch\ndef f(x):\n    return (torch.ones(300, 300) @ torch.ones(300)).sum() * x", kind="torch"
    )
    answer = child.ask(call(2), 30)
    child.end()
    assert isinstance(answer, Returned)
    assert "torch" in str(answer.value)


def test_torch_may_use_two_threads(sandbox: Sandbox) -> None:
    source = """
import threading, torch
def f(x):
    torch.set_num_threads(2)
    A = torch.ones(400, 400, requires_grad=True)
    (A @ A).sum().backward()
    seen = []
    threads = [threading.Thread(target=seen.append, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [torch.get_num_threads(), len(seen), x]
"""
    child = defined(sandbox, source, kind="torch")
    answer = child.ask(call(7), 30)
    child.end()
    assert answer == Returned(value=freeze([2, 4, 7]))


def test_probe_runs_on_the_student_namespace(sandbox: Sandbox) -> None:
    child = defined(sandbox, "K = 3\ndef f(x):\n    return K * x")
    probe = ProbeTarget(name="f", probe="twice", source="def twice(space, x):\n    return space['f'](space['f'](x))")
    answer = child.ask(Call(target=probe, arguments=(2,)), 5)
    child.end()
    assert answer == Returned(value=18)


def test_globals_are_there_when_the_slice_runs_and_after_it(sandbox: Sandbox) -> None:
    source = "X, K = 1, 2\nX2 = X * 2\ndef f(d=X):\n    return [X, X2, d, K]"
    reading = read_submission(bundle(source), Wanted(("f",), ("*",), {}, {"f": frozenset({"X"})}))
    child = sandbox.child("numpy")
    child.ask(Load(documents=reading.documents, modules=()), 5)
    assert child.ask(Define(candidate=reading.candidates[-1], globals=(("X", 7),)), 5) == Done()
    answer = child.ask(call(), 5)
    child.end()
    assert answer == Returned(value=freeze([7, 2, 1, 2]))


def test_memory_limit_comes_from_the_limits() -> None:
    small = Sandbox(Limits(memory_megabytes=64))
    answer = result_of(small, "def f():\n    return len(bytearray(200 * 2**20))")
    small.close()
    assert isinstance(answer, OutOfMemory)


FORGE = """
import gc, os, sys
def send(**changes):
    messages, wire = sys.modules["grader.sandbox.messages"], sys.modules["grader.sandbox.wire"]
    envelope = next(o for o in gc.get_objects() if isinstance(o, messages.Envelope))
    os.write(4, wire.pack(messages.Reply(nonce=envelope.nonce, answer=answer(messages))))
    os._exit(0)
def f():
    send()
"""


@pytest.mark.parametrize(
    "answer",
    [
        "m.Returned(value=sys.modules['grader.values'].Array(dtype='<f8', shape=(2**63 - 1,) * 100_000, data=b''))",
        "m.Returned(value=sys.modules['grader.values'].Array(dtype='<f8', shape=(-5,), data=b''))",
        "m.Returned(value=sys.modules['grader.values'].Array(dtype='x' * 100, shape=(), data=b''))",
        "m.Failed(traceback='x' * 10_000)",
        "m.TimedOut(seconds=1.0)",
        "m.Done()",
        "m.Ready(layers=())",
    ],
)
def test_call_takes_no_forged_answer(sandbox: Sandbox, answer: str) -> None:
    forged = result_of(sandbox, f"def answer(m):\n    return {answer}\n{FORGE}")
    assert isinstance(forged, Crashed)
    assert forged.is_tampering


def test_call_keeps_what_a_child_says_of_a_fault_of_ours(sandbox: Sandbox) -> None:
    forged = result_of(sandbox, f"def answer(m):\n    return m.Failed(traceback='it was you')\n{FORGE}")
    assert forged == Crashed(reason="the grader's own code failed, it says", detail="it was you")


def unbounded(kind: object, path: str = "") -> Iterator[str]:
    """The texts, bytes and tuples of a message that may have any length."""
    (info,) = msgspec.inspect.multi_type_info([kind])
    assert isinstance(info, msgspec.inspect.StructType)
    for field in info.fields:
        yield from _unbounded(field.type, f"{path}.{field.name}")


def _unbounded(kind: msgspec.inspect.Type, path: str) -> Iterator[str]:
    if isinstance(kind, msgspec.inspect.StrType) and kind.max_length is None:
        yield path
    for inner in (
        *getattr(kind, "item_types", ()),
        *getattr(kind, "types", ()),
        *filter(None, [getattr(kind, "item_type", None)]),
    ):
        yield from _unbounded(inner, path)


@pytest.mark.parametrize("kind", [Returned, Raised, OutOfMemory, Crashed, Failed, Array, Opaque])
def test_answers_of_student_code_have_no_text_without_a_limit(kind: type) -> None:
    assert list(unbounded(kind)) == []


class Fading(Sandbox):
    """A sandbox whose later children are no users of their own, as if the system had begun to refuse it."""

    def child(self, kind: str) -> Child:
        template = self.start(kind)
        if self.layers:
            template._fork_settings = lambda limits, **_: Fork(  # type: ignore[method-assign]
                uid=None, memory_bytes=limits.memory_megabytes * 2**20, cpu_seconds=9
            )
        return super().child(kind)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives children users of their own")
def test_child_that_lacks_a_layer_of_the_first_is_not_used() -> None:
    with closing(Fading(Limits())) as fading:
        fading.child("numpy").end()
        with pytest.raises(SandboxError, match="lacks layers that the first one had: user"):
            fading.child("numpy")


def test_child_shows_nothing_with_matplotlib_whether_it_is_installed_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "matplotlib").mkdir()
    (tmp_path / "matplotlib" / "__init__.py").write_text("raise OSError('no folder for settings')\n")
    tmp_path.chmod(0o755)
    monkeypatch.syspath_prepend(str(tmp_path))
    source = "import matplotlib.pyplot as plt\ndef f():\n    plt.figure()\n    return 1"
    with closing(Sandbox(Limits())) as fresh:
        assert result_of(fresh, source) == Returned(value=1)


DESCRIPTORS = Path("/proc/self/fd")
READ = Read(bundle=bundle("def f(): pass"), wanted=("f",), patterns=("*",), handout=(), given=())


@pytest.fixture
def ordering() -> Iterator[Sandbox]:
    """A sandbox for one submission, whose reader is on its way."""
    with closing(Sandbox(Limits())) as running:
        running.order_reader()
        yield running


def read_by(child: Child) -> list[str]:
    """The functions that the child finds in READ."""
    answer = child.ask(READ, 20)
    assert isinstance(answer, ReadingDone)
    return [candidate.name for candidate in answer.reading.candidates]


def test_reader_reads_in_the_child_that_was_ordered(ordering: Sandbox) -> None:
    reader = ordering.reader()
    assert reader.is_reader
    assert ordering.reader() is reader
    assert read_by(reader) == ["f"]
    reader.leave()
    assert reader.ask(READ, 20) == Crashed(reason="its process had ended before")


def test_reader_is_another_child_when_the_first_has_ended(ordering: Sandbox) -> None:
    ordering.reader().end()
    second = ordering.reader()
    assert not second.is_reader
    assert read_by(second) == ["f"]


@pytest.mark.parametrize("limits", [Limits(memory_megabytes=300), Limits(total_seconds=77)])
def test_reader_has_the_limits_of_the_plan(ordering: Sandbox, limits: Limits) -> None:
    first = ordering.reader()
    ordering.limits = limits
    assert read_by(ordering.reader()) == ["f"]
    assert not first.is_alive


def test_reader_is_a_child_as_any_other_when_none_was_ordered(sandbox: Sandbox) -> None:
    reader = sandbox.reader()
    assert not reader.is_reader
    assert read_by(reader) == ["f"]
    reader.end()


def test_reader_has_every_layer_that_other_children_have(ordering: Sandbox) -> None:
    assert ordering.reader().layers == ordering.child("numpy").layers


def test_child_is_never_the_one_that_was_ordered(ordering: Sandbox) -> None:
    assert not ordering.child("numpy").is_reader
    assert ordering.reader().is_reader


def test_child_of_a_template_that_has_forked_a_reader_finds_nothing_of_the_grader(ordering: Sandbox) -> None:
    ordering.reader().end()
    reader = ordering.reader()  # which had to import what reads
    reading = read_submission(bundle("def f():\n    import grader.plan"), Wanted(("f",), ("*",), {}, {}))
    assert read_by(reader) == ["f"]
    assert reader.ask(Load(documents=reading.documents, modules=()), 5) == Done()
    assert reader.ask(Define(candidate=reading.candidates[-1]), 5) == Done()
    answer = reader.ask(call(), 5)
    assert isinstance(answer, Raised)
    assert answer.kind == "ModuleNotFoundError"


def test_reader_comes_where_children_can_open_no_files() -> None:
    with closing(Sandbox(Limits(), omitted=frozenset({"landlock"}))) as ordering:
        ordering.order_reader()
        assert read_by(ordering.reader()) == ["f"]


def killed(template: Template) -> None:
    """End it as the kernel does when memory runs out."""
    pid = template._process.process.pid
    for end in (os.killpg, os.kill):
        with suppress(ProcessLookupError):
            end(pid, signal.SIGKILL)


@pytest.mark.parametrize("omitted", [frozenset[str](), frozenset({"namespaces"})])
@pytest.mark.parametrize("has_read", [False, True])
def test_template_with_a_judge_that_is_killed_is_replaced(omitted: frozenset[str], *, has_read: bool) -> None:
    jailed = namespaces.jail(import_path(), (), omitted)
    with (
        closing(TemplateProcess(jailed, has_judge=True)) as first,
        closing(Sandbox(Limits(), omitted=omitted, first=first)) as ordering,
    ):
        ordering.order_reader()
        if has_read:
            ordering.reader()
            ordering.child("numpy").end()  # by now the judge is there
        killed(ordering._templates["numpy"])
        reading = read_in_child(bundle("def f(x): pass"), plan(check("f", [((1,), 1)])), ordering)
        assert [candidate.name for candidate in reading.candidates] == ["f"]
        assert ordering.child("numpy").is_alive


def test_close_of_a_sandbox_with_an_order_that_nobody_took() -> None:
    before = len([*DESCRIPTORS.iterdir()])
    with closing(Sandbox(Limits())) as ordering:
        ordering.order_reader()
    assert len([*DESCRIPTORS.iterdir()]) == before


def test_ask_each_gives_the_answers_as_they_come(sandbox: Sandbox) -> None:
    child = defined(sandbox, "import time\ndef f(x):\n    time.sleep(x)\n    return x")
    request = Calls(target=FunctionTarget(name="f"), cases=((0.0,), (0.0,), (60.0,), (0.0,)))
    answers = [*child.ask_each(request, 4, lambda: 0.5)]
    assert answers == [Returned(value=0.0)] * 2 + [TimedOut(seconds=0.5)] * 2  # of a dead child, the last once more
