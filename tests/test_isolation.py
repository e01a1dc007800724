"""Whether this machine confines student code: measured in real children, with layers left out to show what they hold."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from grader.cache import store
from grader.errors import IsolationError
from grader.isolation import REMEDIES, Isolation, measure, measure_once, require
from grader.places import Places, places_around
from grader.records import Limits, Property, Trial
from grader.sandbox.client import Sandbox

IS_ROOT = os.geteuid() == 0
# a child that stays root has rights of root
ROOTS = {"processes"} if IS_ROOT else set[str]()
OUTSIDE = frozenset({"namespaces"})  # left out, so that one wall is looked at alone
FILES = OUTSIDE | {"user", "landlock", "no-open"}
ALL = {"confidentiality", "integrity", "network", "processes", "resources"}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """A rubric and a folder for results."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "rubric.yaml").touch()
    return Places((folder / "rubric.yaml",), (folder,))


def isolation_without(omitted: frozenset[str], places: Places) -> Isolation:
    with closing(Sandbox(Limits(), omitted=omitted)) as sandbox:
        return measure(sandbox, places)


@pytest.mark.parametrize(
    ("omitted", "properties"),
    [
        (frozenset(), set()),
        (OUTSIDE, set()),
        (OUTSIDE | {"landlock"}, set()),  # no-open stands in
        (frozenset({"no-open"}), set()),
        (OUTSIDE | {"descriptors"}, {"confidentiality"}),
        (OUTSIDE | {"limits"}, {"resources"}),
        (OUTSIDE | {"user"}, ROOTS),
        (FILES, {"confidentiality"} | ROOTS),
        (OUTSIDE | {"seccomp"}, {"network", "processes"}),
        (FILES | {"seccomp"}, {"confidentiality", "integrity", "network", "processes"}),
        (FILES | {"seccomp", "limits"}, ALL),
        (FILES | {"seccomp", "limits", "descriptors", "privileges"}, ALL),
    ],
    ids=lambda value: "+".join(sorted(value)) or "none",
)
def test_measure_finds_what_a_missing_layer_leaves_open(
    places: Places, omitted: frozenset[str], properties: set[str]
) -> None:
    failures = isolation_without(omitted, places).failures()
    assert {trial.property.value for trial in failures} == properties


@pytest.fixture(scope="module")
def strong(places: Places) -> Isolation:
    """With every layer."""
    return isolation_without(frozenset(), places)


@pytest.fixture(scope="module")
def weak(places: Places) -> Isolation:
    """Without any."""
    return isolation_without(FILES | {"seccomp", "limits", "descriptors", "privileges"}, places)


def test_measure_names_the_layers_in_the_order_in_which_they_are_put_on(strong: Isolation) -> None:
    names = [layer.name for layer in strong.layers]
    assert names == ["namespaces", "descriptors", "limits", "user", "privileges", "landlock", "seccomp", "no-open"]


def test_measure_tries_the_places(strong: Isolation, places: Places) -> None:
    wanted = {f"read {places.private[0]}", f"write to {places.writable[0]}"}
    assert wanted <= {trial.action for trial in strong.trials}


def test_measure_leaves_out_places_that_are_not_there(tmp_path: Path, sandbox: Sandbox) -> None:
    isolation = measure(sandbox, Places((tmp_path / "no-file", tmp_path), (tmp_path / "no-folder",)))
    assert not [trial for trial in isolation.trials if str(tmp_path) in trial.action]


def test_measure_tries_what_a_link_leads_to(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "rubric.yaml").touch()
    (tmp_path / "link.yaml").symlink_to("rubric.yaml")
    actions = [trial.action for trial in measure(sandbox, Places((tmp_path / "link.yaml",), ())).trials]
    assert [action for action in actions if str(tmp_path) in action] == [f"read {tmp_path}/rubric.yaml"]


def test_measure_leaves_nothing_in_a_folder_that_can_be_written_to(weak: Isolation, places: Places) -> None:
    written = [trial for trial in weak.failures() if trial.action == f"write to {places.writable[0]}"]
    assert (len(written), list(places.writable[0].iterdir())) == (1, [places.private[0]])


def trial(kind: Property, action: str, *, passed: bool = False) -> Trial:
    return Trial(property=kind, action=action, is_as_it_should=passed)


def test_failures_are_the_trials_that_succeeded() -> None:
    failed = trial(Property.NETWORK, "open a TCP socket")
    isolation = Isolation(layers=(), trials=(trial(Property.NETWORK, "open a UDP socket", passed=True), failed))
    assert isolation.failures() == (failed,)


def test_require_accepts_isolation_without_failures() -> None:
    require(Isolation(layers=(), trials=(trial(Property.NETWORK, "open a TCP socket", passed=True),)))


def complaint(*trials: Trial) -> list[str]:
    with pytest.raises(IsolationError) as caught:
        require(Isolation(layers=(), trials=trials))
    return str(caught.value).splitlines()


@pytest.mark.parametrize("kind", Property)
def test_require_names_property_action_and_remedy(kind: Property) -> None:
    can = "could not" if kind is Property.LIBRARIES else "could"
    assert complaint(trial(kind, "do this"))[1:3] == [f"  {kind.value}: it {can} do this", f"    {REMEDIES[kind]}"]


def test_require_names_each_property_once_with_all_that_it_lets_through() -> None:
    lines = complaint(
        trial(Property.NETWORK, "open a TCP socket"),
        trial(Property.RESOURCES, "raise RLIMIT_AS"),
        trial(Property.NETWORK, "open a UDP socket"),
        trial(Property.NETWORK, "open a Unix socket", passed=True),
    )
    assert [line for line in lines if ": it could" in line] == [
        "  network: it could open a TCP socket, open a UDP socket",
        "  resources: it could raise RLIMIT_AS",
    ]


def test_require_says_how_to_go_on() -> None:
    last = complaint(trial(Property.NETWORK, "open a TCP socket"))[-1]
    assert ("grader doctor" in last, "--allow-weak-isolation" in last) == (True, True)


@pytest.mark.parametrize("kind", Property)
def test_every_property_has_a_remedy(kind: Property) -> None:
    assert REMEDIES[kind]


@pytest.fixture
def open_sandbox() -> Iterator[Sandbox]:
    """A sandbox whose isolation is weak: what it measures differs from what a strong one has left in the cache."""
    with closing(Sandbox(Limits(), omitted=OUTSIDE | {"limits"})) as running:
        yield running


def cached(folder: Path) -> Path:
    (path,) = (folder / "isolation").iterdir()
    return path


def test_measure_once_gives_what_measure_gives(
    sandbox: Sandbox, places: Places, tmp_path: Path, strong: Isolation
) -> None:
    assert measure_once(sandbox, places, tmp_path).failures() == strong.failures()


def test_measure_once_reads_the_cache_the_next_time(
    sandbox: Sandbox, open_sandbox: Sandbox, places: Places, tmp_path: Path
) -> None:
    first = measure_once(sandbox, places, tmp_path)
    assert measure_once(open_sandbox, places, tmp_path) == first


def test_measure_once_from_the_cache_starts_no_child(sandbox: Sandbox, places: Places, tmp_path: Path) -> None:
    measure_once(sandbox, places, tmp_path)
    with closing(Sandbox(Limits())) as unused:
        measure_once(unused, places, tmp_path)
        assert unused.layers == ()


def test_measure_once_measures_other_places_again(
    sandbox: Sandbox, open_sandbox: Sandbox, places: Places, tmp_path: Path
) -> None:
    measure_once(sandbox, places, tmp_path)
    others = Places(places.private, (*places.writable, tmp_path))
    isolation = measure_once(open_sandbox, others, tmp_path)
    assert (bool(isolation.failures()), len(list((tmp_path / "isolation").iterdir()))) == (True, 2)


@pytest.mark.parametrize(
    "spoil",
    [
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"network", b"netwOrk")),
        lambda path: path.chmod(0o666),
        lambda path: store(path, path.name, b"[]"),
        lambda path: store(path, path.name, b'{"layers": [], "trials": [{"property": "no such"}]}'),
        lambda path: store(path, path.name, b"\xff"),
        lambda path: store(path, "another key", msgspec.json.encode(Isolation(layers=(), trials=()))),
    ],
    ids=["gone", "empty", "shorter", "changed", "others write", "a list", "no property", "no JSON", "another key"],
)
def test_measure_once_does_not_believe_a_damaged_or_foreign_file(
    sandbox: Sandbox, open_sandbox: Sandbox, places: Places, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    measure_once(sandbox, places, tmp_path)
    spoil(cached(tmp_path))
    assert measure_once(open_sandbox, places, tmp_path).failures() != ()


def test_measure_once_replaces_a_damaged_file(
    sandbox: Sandbox, open_sandbox: Sandbox, places: Places, tmp_path: Path
) -> None:
    measure_once(sandbox, places, tmp_path)
    cached(tmp_path).write_bytes(b"x")
    second = measure_once(sandbox, places, tmp_path)
    assert measure_once(open_sandbox, places, tmp_path) == second


def test_measure_once_without_a_cache_folder_measures(
    sandbox: Sandbox, open_sandbox: Sandbox, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GRADER_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(name, "")
    found = [bool(measure_once(each, places).failures()) for each in (sandbox, open_sandbox)]
    assert found == [False, True]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything that is at stake, in one folder."""
    monkeypatch.setenv("GRADER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    for name in ("hw/rubrics/b.yml", "hw/rubrics/a.yaml", "hw/rubrics/notes.txt", "cache/plans/1.plan", "hw.zip"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_places_around_names_rubric_reference_plans_submission_and_results(course: Path) -> None:
    found = places_around(Path("hw"), Path("hw.zip"), Path("results/results.json")).private
    names = ("hw/rubrics", "hw/reference", "cache", "hw.zip", "results/results.json")
    assert set(found) == {course / name for name in names}


def test_measure_tries_one_file_of_every_private_folder(course: Path, sandbox: Sandbox) -> None:
    actions = {trial.action for trial in measure(sandbox, places_around(Path("hw"), Path("hw.zip"))).trials}
    starts = [f"read {course / name}" for name in ("hw/rubrics/", "cache/plans/1.plan", "hw.zip")]
    assert [start for start in starts if not any(action.startswith(start) for action in actions)] == []


def test_places_around_names_where_results_may_lie(course: Path) -> None:
    found = places_around(course / "hw", output=Path("results/results.json")).writable
    assert {course, course / "results", Path("/dev/shm")} <= set(found)  # noqa: S108 (nothing is written)
