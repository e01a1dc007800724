"""A run over submissions: what is graded, how often, and what happens when a worker fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from runs import FIVE, SIX, SLOW, ZERO, answer, hand_in

from grader.batch.ledger import Kind, Ledger, Outcome, Row, writing
from grader.batch.pools import LocalPool
from grader.batch.reuse import plan_hash
from grader.batch.run import RETRY, Batch, Choice
from grader.batch.sources import Handed, read_sources
from grader.batch.where import parse_condition
from grader.batch.worker import Setup, Task
from grader.errors import IsolationError
from grader.plan import Plan, encode_plan

GRADED = Outcome(kind=Kind.GRADED, seconds=0.0, score=1.0, points=6.0, body=b"x")
Answer = Callable[[Task], Outcome | Exception | None]  # None: the task is given up


class Answering:
    """A pool that answers at once, and keeps count of what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.width = 2
        self.asked: Counter[bytes] = Counter()
        self._answer = answer

    def submit(self, task: bytes) -> Future[bytes]:
        read = msgspec.msgpack.decode(task, type=Task)
        self.asked[read.bundle.files[0].data] += 1
        future: Future[bytes] = Future()
        answer = self._answer(read)
        if answer is None:
            future.cancel()
            future.set_running_or_notify_cancel()
        elif isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(msgspec.msgpack.encode(answer))
        return future

    def close(self) -> None:
        """Nothing is open."""


class Told:
    """How often which kind was reported."""

    def __init__(self) -> None:
        self.kinds: Counter[tuple[Kind | None, bool]] = Counter()

    def add(self, kind: Kind | None, *, is_new: bool) -> None:
        self.kinds[kind, is_new] += 1


class Course:
    """Submissions, a ledger, and runs over them."""

    def __init__(self, folder: Path, plan: Plan, ledger: Ledger) -> None:
        self._folder = folder / "course"
        self._plan = plan
        self._ledger = ledger

    def handed(self) -> list[Handed]:
        return [one for source in read_sources([self._folder], "hw") for one in source.handed]

    def hand_in(self, **files: bytes) -> None:
        hand_in(self._folder, {f"{name}.ipynb": data for name, data in files.items()})

    def grade(self, answer: Answer | None = None, choice: Choice | None = None) -> tuple[Counter[str], Told]:
        """What was asked of the workers, by name; what was told."""
        pool, told = Answering(answer or (lambda _task: GRADED)), Told()
        Batch(self._plan, "e", self._ledger, pool, told).grade(self.handed(), choice or Choice())
        names = {path.read_bytes(): path.stem for path in self._folder.iterdir()}
        return Counter({names[data]: count for data, count in pool.asked.items()}), told

    def rows(self) -> dict[str, Row]:
        names = {one.id: one.place.removeprefix("course: ").removesuffix(".ipynb") for one in self.handed()}
        return {names[row.id]: row for row in self._ledger.rows(plan_hash(self._plan), "e")}


@pytest.fixture
def course(plan: Plan, tmp_path: Path) -> Iterator[Course]:
    with writing(tmp_path) as ledger:
        yield Course(tmp_path, plan, ledger)


def test_a_second_run_grades_nothing(course: Course) -> None:
    course.hand_in(a=SIX, b=FIVE)
    course.grade()
    asked, told = course.grade()
    assert (asked, told.kinds) == ({}, {(Kind.GRADED, False): 2})


def test_identical_submissions_are_graded_once(course: Course) -> None:
    course.hand_in(a=SIX, b=FIVE, c=SIX, d=SIX)
    asked, told = course.grade()
    assert (sum(asked.values()), sum(told.kinds.values())) == (2, 4)
    assert {name: row.score for name, row in course.rows().items()} == dict.fromkeys("abcd", 1.0)


def test_identical_submissions_are_graded_once_more_when_asked_for(course: Course) -> None:
    course.hand_in(a=SIX, b=SIX)
    course.grade()
    asked, _told = course.grade(choice=Choice(RETRY["all"]))
    assert sum(asked.values()) == 1


def test_only_what_has_changed_is_graded(course: Course) -> None:
    course.hand_in(a=SIX, b=FIVE)
    course.grade()
    course.hand_in(b=ZERO, c=answer(1))
    asked, _told = course.grade()
    assert asked == {"b": 1, "c": 1}


def test_what_is_handed_in_again_as_it_was_before_is_not_graded_again(course: Course) -> None:
    for data in (SIX, FIVE, SIX):
        course.hand_in(a=data)
        asked, _told = course.grade()
    assert asked == {}


@pytest.mark.parametrize("failure", [ValueError("broken"), None])
def test_a_failure_is_tried_once_more(failure: Exception | None, course: Course) -> None:
    course.hand_in(a=SIX, b=FIVE)
    left = [failure]
    asked, told = course.grade(lambda _task: left.pop() if left else GRADED)
    assert (sorted(asked.values()), told.kinds) == ([1, 2], {(Kind.GRADED, True): 2})


@pytest.mark.parametrize(
    ("failure", "detail"),
    [(ValueError("broken"), "broken"), (ValueError(), "ValueError"), (None, "it was given up")],
)
def test_what_fails_twice_is_nobodys_score(failure: Exception | None, detail: str, course: Course) -> None:
    course.hand_in(a=SIX, b=FIVE)
    asked, _told = course.grade(lambda task: failure if task.bundle.files[0].data == SIX else GRADED)
    rows = course.rows()
    assert (asked, rows["b"].score) == ({"a": 2, "b": 1}, 1.0)
    assert (rows["a"].kind, rows["a"].score, rows["a"].detail) == (Kind.INFRA, None, detail)


def test_weak_isolation_ends_the_run(course: Course) -> None:
    course.hand_in(a=SIX)
    with pytest.raises(IsolationError, match="no seccomp"):
        course.grade(lambda _task: IsolationError("no seccomp"))


def kinds(task: Task) -> Outcome | Exception:
    data = task.bundle.files[0].data
    if data == SIX:
        return ValueError("broken")
    return msgspec.structs.replace(GRADED, timed_out=data == SLOW, score=5.0 if data == FIVE else 1.0)


@pytest.mark.parametrize(
    ("retry", "names"),
    [("infra", {"infra"}), ("timeout", {"slow"}), ("all", {"infra", "slow", "five", "zero"})],
)
def test_retry_grades_again(retry: str, names: set[str], course: Course) -> None:
    course.hand_in(infra=SIX, slow=SLOW, five=FIVE, zero=ZERO)
    course.grade(kinds)
    asked, _told = course.grade(choice=Choice(RETRY[retry]))
    assert set(asked) == names


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("score<5", {"slow", "zero"}),
        ("status=infra", {"infra"}),
        ("place~FIVE", {"five"}),
        ("status!=new", {"infra", "slow", "five", "zero"}),
    ],
)
def test_where_narrows_down_what_is_graded_again(condition: str, names: set[str], course: Course) -> None:
    course.hand_in(infra=SIX, slow=SLOW, five=FIVE, zero=ZERO)
    course.grade(kinds)
    asked, _told = course.grade(choice=Choice(RETRY["all"], (parse_condition(condition),)))
    assert set(asked) == names


def test_where_leaves_the_others_without_a_result(course: Course) -> None:
    course.hand_in(a=SIX, b=FIVE)
    _asked, told = course.grade(choice=Choice(conditions=(parse_condition("place~a.ipynb"),)))
    assert {name: row.kind for name, row in course.rows().items()} == {"a": Kind.GRADED, "b": None}
    assert told.kinds == {(Kind.GRADED, True): 1, (None, False): 1}


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shards_have_everything_once(count: int, course: Course) -> None:
    course.hand_in(**{f"s{number}": answer(number) for number in range(30)})
    shards = [
        {one.id for one in course.handed() if Choice(shard=(index, count)).has(one)} for index in range(1, count + 1)
    ]
    assert sum(map(len, shards)) == len(set().union(*shards)) == 30


def test_what_is_too_much_has_a_report(plan: Plan, tmp_path: Path) -> None:
    hand_in(tmp_path / "course", {"a.pdf": b"%", "b.zip": b"0" * (100 * 2**20 + 1), "c.ipynb": SIX})
    setup = msgspec.msgpack.encode(Setup(plan=encode_plan(plan)))
    (source,) = read_sources([tmp_path / "course"], "hw")
    with writing(tmp_path) as ledger, closing(LocalPool(setup, 1)) as pool:
        Batch(plan, "e", ledger, pool, Told()).grade(source.handed, Choice())
        rows = sorted((row.kind or "", row.score, row.detail[:15]) for row in ledger.rows(plan_hash(plan), "e"))
    assert rows == [
        (Kind.GRADED, 6, ""),
        (Kind.NOT_GRADABLE, 0, "only .pdf was h"),
        (Kind.NOT_GRADABLE, 0, "submission.zip "),
    ]


def test_a_setup_that_no_worker_can_use_is_a_fault_of_the_harness(plan: Plan, tmp_path: Path) -> None:
    hand_in(tmp_path / "course", {"a.ipynb": SIX})
    (source,) = read_sources([tmp_path / "course"], "hw")
    with writing(tmp_path) as ledger, closing(LocalPool(b"", 1)) as pool:
        Batch(plan, "e", ledger, pool, Told()).grade(source.handed, Choice())
        (row,) = ledger.rows(plan_hash(plan), "e")
    assert (row.kind, row.detail.partition(":")[0]) == (Kind.INFRA, "DecodeError")
