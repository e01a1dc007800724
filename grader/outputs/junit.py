"""JUnit XML, in pytest's dialect: what CI systems read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from grader.outputs.checks import WAITS, Listed, list_checks
from grader.outputs.visible import one_line, plain
from grader.report import Report, Status

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0, even as an escape


def render_junit(report: Report) -> str:
    """One test case per check: what a student got wrong is a failure, what waits for something else is skipped.

    Errors are kept for faults of the harness, after which there is no report. A submission that cannot be graded is one
    failed case.
    """
    return _document(report.title, _suite(report, report.assignment))


def harness_error(assignment: str, message: str) -> str:
    """The document for a fault of the harness: one error, so that no CI takes it for a student's."""
    return _document(assignment, _error_suite(assignment, message))


def junit_lines(title: str, results: Iterable[tuple[str, Report | str]]) -> Iterator[str]:
    """The document of many submissions, a suite for each, line by line: (id, report, or why there is none)."""
    yield f"<?xml version='1.0' encoding='utf-8'?>\n<testsuites name={quoteattr(_legal(one_line(title)))}>\n"
    for identity, report in results:
        suite = _error_suite(identity, report) if isinstance(report, str) else _suite(report, identity)
        ET.indent(suite, level=1)
        yield f"  {ET.tostring(suite, encoding='unicode').strip()}\n"
    yield "</testsuites>\n"


def _document(title: str, suite: ET.Element) -> str:
    root = ET.Element("testsuites", name=_legal(one_line(title)))
    root.append(suite)
    _count(root, suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _suite(report: Report, name: str) -> ET.Element:
    suite = ET.Element("testsuite", name=_legal(one_line(name)))
    properties = ET.SubElement(suite, "properties")
    for key, value in (("submission", one_line(report.submission)), *_points(report.score, report.points)):
        ET.SubElement(properties, "property", name=key, value=_legal(value))
    if report.fault:
        _add_fault(suite, report)
    else:
        for one in list_checks(report):
            _add_case(suite, one)
    _count(suite, suite)
    return suite


def _error_suite(name: str, message: str) -> ET.Element:
    suite = ET.Element("testsuite", name=_legal(name))
    case = ET.SubElement(suite, "testcase", classname=_legal(name), name="grader")
    ET.SubElement(case, "error", message="the grader failed", type="harness").text = _legal(plain(message))
    _count(suite, suite)
    return suite


def _add_fault(suite: ET.Element, report: Report) -> None:
    case = ET.SubElement(suite, "testcase", classname=_legal(report.assignment), name="the submission can be graded")
    ET.SubElement(case, "failure", message="not gradable", type="submission").text = _legal(plain(report.fault))


def _add_case(suite: ET.Element, listed: Listed) -> None:
    classname = _legal(f"{suite.get('name')}.{one_line(listed.part.label)}")
    case = ET.SubElement(suite, "testcase", classname=classname, name=_legal(one_line(listed.check.name)))
    properties = ET.SubElement(case, "properties")
    for name, value in _points(listed.check.score, listed.check.points):
        ET.SubElement(properties, "property", name=name, value=value)
    explanation = _legal(listed.explanation)
    if listed.check.status in WAITS:
        ET.SubElement(case, "skipped", message=explanation or listed.word)
    elif listed.check.status is not Status.PASSED:
        ET.SubElement(case, "failure", message=listed.word, type=listed.check.status.value).text = explanation


def _points(score: float, points: float) -> tuple[tuple[str, str], ...]:
    return ("score", f"{score:g}"), ("points", f"{points:g}")


def _count(element: ET.Element, suite: ET.Element) -> None:
    element.set("tests", str(len(suite.findall("testcase"))))
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(len(suite.findall(f"testcase/{kind}"))))


def _legal(text: str) -> str:
    return ILLEGAL.sub("�", text)
