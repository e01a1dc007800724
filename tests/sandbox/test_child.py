"""The child's loop over two pipes, run in a thread of this process."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest
from builders import bundle

from grader.records import MAX_OUTPUT, Document, LayerState, OutOfMemory, Raised, Reading, Returned, Statement
from grader.sandbox import child, wire
from grader.sandbox.capture import Capture
from grader.sandbox.messages import Answer, Call, Define, Done, Envelope, Load, Read, ReadingDone, Ready, Reply, Request
from grader.targets import FunctionTarget
from grader.values import Items

pytestmark = pytest.mark.usefixtures("interpreter")
LAYERS = (LayerState(name="limits", protects="memory", is_active=True),)
HUGE_GAP = Statement(label="x", line=2**60, text="1")


class Client:
    """The grader's ends of the pipes."""

    def __init__(self) -> None:
        self.request_read, self.request_write = os.pipe()
        self.reply_read, self.reply_write = os.pipe()
        os.set_blocking(self.reply_read, False)
        self.replies = wire.Reader(self.reply_read)
        self.thread = threading.Thread(target=child.serve, args=(self.request_read, self.reply_write, lambda: LAYERS))
        self.thread.start()

    def receive(self) -> Reply:
        return wire.unpack(self.replies.receive(time.monotonic() + 10), Reply)

    def ask(self, request: Request) -> Answer:
        wire.write_blocking(self.request_write, wire.pack(Envelope(nonce=b"7", request=request)))
        return self.receive().answer


@pytest.fixture
def client() -> Iterator[Client]:
    """A served child."""
    served = Client()
    assert served.receive() == Reply(nonce=b"", answer=Ready(layers=LAYERS))
    yield served
    os.close(served.request_write)
    served.thread.join()
    for fd in (served.request_read, served.reply_read, served.reply_write):
        os.close(fd)


def read(client: Client, *cells: str) -> Reading:
    request = Read(bundle=bundle(*cells), wanted=("f",), patterns=("*",), handout=(), given=())
    answer = client.ask(request)
    assert isinstance(answer, ReadingDone)
    return answer.reading


def test_serve_reads_defines_and_calls(client: Client) -> None:
    reading = read(client, "def f(x):\n    print(x)\n    return x")
    assert client.ask(Load(documents=reading.documents, modules=reading.modules)) == Done()
    assert client.ask(Define(candidate=reading.candidates[0])) == Done()
    answer = client.ask(Call(target=FunctionTarget(name="f"), arguments=(5,)))
    assert answer == Returned(value=5, stdout="5\n")


def test_serve_keeps_what_was_printed_before_an_exception(client: Client) -> None:
    reading = read(client, "def f():\n    print('so far')\n    raise ValueError")
    client.ask(Load(documents=reading.documents, modules=()))
    client.ask(Define(candidate=reading.candidates[0]))
    answer = client.ask(Call(target=FunctionTarget(name="f"), arguments=()))
    assert isinstance(answer, Raised)
    assert answer.stdout == "so far\n"


def test_frame_of_an_answer_that_is_too_large_says_so() -> None:
    huge = Returned(value="x" * (wire.MAX_REPLY + 1))
    body = child.frame(b"7", huge)[4:]
    assert wire.unpack(body, Reply) == Reply(nonce=b"7", answer=OutOfMemory())


def test_frame_of_an_answer_with_too_many_parts_says_so() -> None:
    wide = Returned(value=Items("list", ((None,) * wire.MAX_TOKENS,)))  # type: ignore[arg-type]
    body = child.frame(b"7", wide)[4:]
    assert wire.unpack(body, Reply) == Reply(nonce=b"7", answer=OutOfMemory())


def test_serve_loads_a_statement_at_an_absurd_line(client: Client) -> None:
    assert (
        client.ask(Load(documents=(Document(name="x", is_notebook=True, statements=(HUGE_GAP,)),), modules=()))
        == Done()
    )


def test_capture_gives_text_that_can_be_sent() -> None:
    capture = Capture()
    capture.write("a\ud800b")
    assert capture.take() == "a?b"


def test_capture_is_not_misled_by_a_text_that_slices_itself() -> None:
    class Sly(str):
        __slots__ = ()

        def __getitem__(self, _key: object) -> str:
            raise ValueError

    capture = Capture()
    capture.write(Sly("abc"))
    assert capture.take() == "abc"


def test_capture_drops_what_is_too_much_without_an_error() -> None:
    capture = Capture()
    assert [capture.write("x" * 8000) for _time in range(3)] == [8000] * 3
    assert len(capture.take()) == MAX_OUTPUT
    assert (capture.take(), capture.writable()) == ("", True)
