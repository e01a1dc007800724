"""Faults of the harness and of its inputs. What a student's code does wrong is data (see records), not an exception."""

from __future__ import annotations


class GraderError(Exception):
    """Something that the person at the command line can act on.

    The command ends with `exit_code`.
    """

    exit_code = 5


class UsageError(GraderError):
    """An option or an argument that cannot be used."""

    exit_code = 2


class SubmissionError(GraderError):
    """What was handed in is not something that can be graded; the message says what to hand in instead."""

    exit_code = 4


class RubricError(GraderError):
    """A rubric or a reference that cannot be used.

    `faults` holds every fault found, one line each (`rubrics/q1.yaml:14: parts[0].points: …`).
    """

    exit_code = 3

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class SandboxError(GraderError):
    """The confined process could not be started or spoke nonsense: the machine's fault, not the student's."""


class IsolationError(GraderError):
    """This machine cannot confine student code; the message says what is missing and how to get it."""

    exit_code = 7


class ClusterError(GraderError):
    """The cluster that was grading cannot go on. What it had graded is kept; the message says what to do."""

    exit_code = 6


class WireError(Exception):
    """Bytes on the wire that are not a message of ours. The reader of the bytes decides whose fault it is."""
