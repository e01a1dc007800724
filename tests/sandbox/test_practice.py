"""What a template does before its first child leaves nothing behind that a child could see."""

from __future__ import annotations

import linecache
import sys
from contextlib import closing

from children import result_of

from grader.codec import thaw
from grader.records import Limits, Returned
from grader.sandbox.client import Sandbox
from grader.sandbox.practice import practise

STATE = """
import linecache, sys
def f():
    finders = [type(finder).__name__ for finder in sys.meta_path].count('SubmissionFinder')
    return [finders, sorted(label for label in linecache.cache if label.startswith('cell')), 'largest' in globals()]
"""


def test_practise_leaves_the_process_as_it_was() -> None:
    before = [*sys.meta_path], sys.modules["__main__"], {**linecache.cache}
    practise()
    assert ([*sys.meta_path], sys.modules["__main__"], linecache.cache) == before


def test_practise_leaves_nothing_in_a_child() -> None:
    with closing(Sandbox(Limits())) as sandbox:
        answer = result_of(sandbox, STATE)
    assert isinstance(answer, Returned)
    assert thaw(answer.value) == [1, ["cell 1"], False]
