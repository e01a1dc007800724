"""The child's loop over two pipes, run in a thread of this process."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest
from builders import bundle

from grader.records import LayerState, OutOfMemory, Raised, Reading, Returned
from grader.sandbox import child, wire
from grader.sandbox.capture import MAX_OUTPUT, Capture
from grader.sandbox.messages import Answer, Call, Define, Done, Envelope, Load, Read, ReadingDone, Ready, Reply, Request
from grader.targets import FunctionTarget

pytestmark = pytest.mark.usefixtures("interpreter")
LAYERS = (LayerState(name="limits", protects="memory", is_active=True),)


class Client:
    """The grader's ends of the pipes."""

    def __init__(self) -> None:
        self.request_read, self.request_write = os.pipe()
        self.reply_read, self.reply_write = os.pipe()
        os.set_blocking(self.reply_read, False)
        self.thread = threading.Thread(target=child.serve, args=(self.request_read, self.reply_write, LAYERS))
        self.thread.start()

    def receive(self) -> Reply:
        return wire.unpack(wire.receive(self.reply_read, time.monotonic() + 10), Reply)

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
    huge = Returned(value="x" * (wire.MAX_FRAME + 1))
    body = child.frame(b"7", huge)[4:]
    assert wire.unpack(body, Reply) == Reply(nonce=b"7", answer=OutOfMemory())


def test_capture_drops_what_is_too_much_without_an_error() -> None:
    capture = Capture()
    assert [capture.write("x" * 8000) for _time in range(3)] == [8000] * 3
    assert len(capture.take()) == MAX_OUTPUT
    assert (capture.take(), capture.writable()) == ("", True)
