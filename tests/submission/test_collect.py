"""What lies on disk becomes a Bundle, or a clear message."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from builders import notebook

from grader.errors import SubmissionError, UsageError
from grader.records import Bundle, File
from grader.submission.collect import collect
from grader.submission.read import Wanted, read_submission


def test_collect_takes_a_zip_unopened(tmp_path: Path) -> None:
    (tmp_path / "hw.zip").write_bytes(b"anything")
    expected = Bundle(name="hw.zip", files=(File(name="hw.zip", data=b"anything"),), is_archive=True)
    assert collect(tmp_path / "hw.zip") == expected


@pytest.mark.parametrize("name", ["hw.ipynb", "hw.py", "HW.IPYNB"])
def test_collect_takes_single_files(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert collect(tmp_path / name) == Bundle(name=name, files=(File(name=name, data=b"x"),))


def test_collect_takes_a_folder_in_order(tmp_path: Path) -> None:
    for name in (
        "b/two.py",
        "a/one.ipynb",
        "c.txt",
        ".git/x.py",
        "__MACOSX/y.py",
        ".ipynb_checkpoints/z.ipynb",
        "._w.py",
    ):
        path = tmp_path / "hw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(notebook("x"))
    bundle = collect(tmp_path / "hw")
    assert (bundle.name, [file.name for file in bundle.files]) == ("hw", ["a/one.ipynb", "b/two.py"])


def test_collect_follows_no_links(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("x = 1")
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "link.py").symlink_to(tmp_path / "secret.py")
    (tmp_path / "hw" / "folder").symlink_to(tmp_path)
    bundle = collect(tmp_path / "hw")
    assert (bundle.files, bundle.notes) == ((), ("link.py is a link: it was skipped",))


def test_collect_says_that_there_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file or folder"):
        collect(tmp_path / "missing.zip")


@pytest.mark.parametrize(
    ("name", "what"), [("hw.pdf", ".pdf"), ("hw.tar.gz", ".gz"), ("hw", "a file without an ending")]
)
def test_collect_refuses_other_endings(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(SubmissionError) as caught:
        collect(tmp_path / name)
    assert str(caught.value) == f"{name}: {what} cannot be graded; hand in a .zip, a folder, an .ipynb or a .py"


def test_collect_refuses_a_large_file_before_reading_it(tmp_path: Path) -> None:
    with (tmp_path / "hw.zip").open("wb") as file:
        file.truncate(300 * 2**20)
    with pytest.raises(SubmissionError, match=r"hw.zip is 300 MB; the limit is 100 MB"):
        collect(tmp_path / "hw.zip")


def test_collect_refuses_a_folder_with_too_much_in_it(tmp_path: Path) -> None:
    for number in range(6):
        with (tmp_path / f"{number}.py").open("wb") as file:
            file.truncate(18 * 2**20)
    with pytest.raises(SubmissionError, match="more than 100 MB"):
        collect(tmp_path)


def test_collect_refuses_a_folder_with_very_many_files(tmp_path: Path) -> None:
    for number in range(10_001):
        os.mknod(tmp_path / f"{number}.txt")
    with pytest.raises(SubmissionError, match="is it the right folder"):
        collect(tmp_path)


@pytest.mark.usefixtures("ordinary_user")
def test_collect_says_that_a_file_cannot_be_read() -> None:
    Path("hw.py").touch(0)
    with pytest.raises(SubmissionError, match=r"^hw.py cannot be read \(Permission denied\)$"):
        collect(Path("hw.py"))


@pytest.mark.usefixtures("ordinary_user")
def test_collect_says_that_a_folder_cannot_be_read() -> None:
    Path("hw").mkdir(0)
    with pytest.raises(SubmissionError, match=r"^hw/ cannot be read \(Permission denied\)$"):
        collect(Path("hw"))


@pytest.mark.usefixtures("ordinary_user")
@pytest.mark.parametrize("name", ["barred/hw.zip", "barred/hw.py", "barred/hw"])
def test_collect_says_that_the_way_is_barred(name: str) -> None:
    Path("barred").mkdir(0)
    with pytest.raises(UsageError, match=rf"^{name} cannot be opened: Permission denied$"):
        collect(Path(name))


@pytest.mark.usefixtures("ordinary_user")
def test_collect_notes_what_it_cannot_read_in_a_folder() -> None:
    Path("hw/barred").mkdir(parents=True)
    Path("hw/listed").mkdir()
    Path("hw/listed/c.py").touch()
    Path("hw/a.py").touch(0)
    Path("hw/b.py").touch()
    Path("hw/barred").chmod(0)
    Path("hw/listed").chmod(0o444)
    bundle = collect(Path("hw"))
    assert [file.name for file in bundle.files] == ["b.py"]
    assert bundle.notes == (
        "a.py cannot be read (Permission denied): it was skipped",
        "barred/ cannot be read (Permission denied): it was skipped",
        "listed/c.py cannot be read (Permission denied): it was skipped",
    )


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + ".zip"])
def test_collect_says_that_a_name_is_too_long(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"cannot be opened: File name too long$"):
        collect(tmp_path / name)


def test_collect_says_that_there_is_nothing_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "hw.zip").touch()
    with pytest.raises(UsageError, match="there is no such file or folder"):
        collect(tmp_path / "hw.zip" / "hw.ipynb")


def test_collect_names_a_folder_by_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hw").mkdir()
    monkeypatch.chdir(tmp_path / "hw")
    assert collect(Path()).name == "hw"


@pytest.mark.parametrize("name", [b"bad\xff.zip", b"bad\xff.ipynb", b"bad\xff.py"])
def test_collect_takes_names_that_are_not_utf_8(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.touch()
    shown = name.decode("utf-8", "replace")
    bundle = collect(path)
    assert (bundle.name, bundle.files[0].name) == (shown, shown)


def test_collect_keeps_names_apart_that_are_not_utf_8(tmp_path: Path) -> None:
    for name in (b"b\xfe.py", b"b\xff.py", b"sub\xff/b.py"):
        path = tmp_path / "hw\udcff" / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name)
    bundle = collect(tmp_path / "hw\udcff")
    files = {file.name: file.data for file in bundle.files}
    assert (bundle.name, files) == (
        "hw\ufffd",
        {"b\ufffd.py": b"b\xfe.py", "b\ufffd-2.py": b"b\xff.py", "sub\ufffd/b.py": b"sub\xff/b.py"},
    )


def test_collect_says_that_an_ending_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "hw.\udcff").touch()
    with pytest.raises(SubmissionError, match=r"^hw.\ufffd: .\ufffd cannot be graded"):
        collect(tmp_path / "hw.\udcff")


@pytest.mark.parametrize("name", ["x.ipynb", "x.py", "x.zip"])
def test_collect_does_not_wait_for_a_pipe(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(SubmissionError, match=rf"^{name} is not an ordinary file$"):
        collect(tmp_path / name)


@pytest.mark.parametrize("name", ["x.ipynb", "x.zip"])
def test_collect_does_not_read_a_device(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("/dev/zero")
    with pytest.raises(SubmissionError, match=rf"^{name} is not an ordinary file$"):
        collect(tmp_path / name)


def test_collect_skips_a_pipe_in_a_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.ipynb")
    (tmp_path / "y.py").write_bytes(b"y")
    bundle = collect(tmp_path)
    assert bundle.files == (File(name="y.py", data=b"y"),)
    assert bundle.notes == ("x.ipynb is not an ordinary file: it was skipped",)


def test_collect_skips_a_large_file_in_a_folder(tmp_path: Path) -> None:
    with (tmp_path / "big.py").open("wb") as file:
        file.truncate(20 * 2**20 + 1)
    (tmp_path / "hw.py").write_bytes(b"x = 1")
    reading = read_submission(collect(tmp_path), Wanted((), ("*.py",), {}, {}))
    note = "big.py is 21 MB; the limit is 20 MB (leave out data sets and large outputs): it was skipped"
    assert ([document.name for document in reading.documents], reading.notes) == (["hw.py"], (note,))


def test_collect_refuses_a_large_notebook(tmp_path: Path) -> None:
    with (tmp_path / "hw.ipynb").open("wb") as file:
        file.truncate(20 * 2**20 + 1)
    with pytest.raises(SubmissionError, match=r"^hw.ipynb is 21 MB; the limit is 20 MB"):
        collect(tmp_path / "hw.ipynb")


def test_collect_takes_a_file_of_just_the_limit(tmp_path: Path) -> None:
    with (tmp_path / "hw.ipynb").open("wb") as file:
        file.truncate(20 * 2**20)
    assert len(collect(tmp_path / "hw.ipynb").files[0].data) == 20 * 2**20


def test_collect_skips_a_large_log(tmp_path: Path) -> None:
    (tmp_path / "hw.ipynb").write_bytes(b"{}")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.npz").write_bytes(bytes(2**21 + 1))
    (tmp_path / "logs" / "b.npz").write_bytes(b"x")
    bundle = collect(tmp_path, ("logs/*.npz",))
    assert [file.name for file in bundle.files] == ["hw.ipynb", "logs/b.npz"]
    assert bundle.notes == (
        "logs/a.npz is 3 MB; the limit is 2 MB (leave out data sets and large outputs): it was skipped",
    )


def test_collect_skips_logs_that_are_too_much_together(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    for number in range(17):
        (tmp_path / "logs" / f"{number:02}.npz").write_bytes(bytes(2**21))
    (tmp_path / "z.py").write_bytes(b"")
    bundle = collect(tmp_path, ("logs/*.npz",))
    assert [file.name for file in bundle.files][::16] == ["z.py", "logs/15.npz"]
    assert bundle.notes == ("logs/16.npz is among more than 32 MB of logs: it was skipped",)


def test_collect_opens_the_zip_in_a_folder_without_code(tmp_path: Path) -> None:
    for name in ("hw-2.zip", "hw-1.zip", "notes.pdf"):
        (tmp_path / name).write_bytes(name.encode())
    found = collect(tmp_path)
    assert (found.is_archive, found.files) == (True, (File(name="hw-2.zip", data=b"hw-2.zip"),))
    assert found.notes == ("hw-1.zip is not the only zip: the last one counts",)


def test_collect_opens_no_zip_beside_code(tmp_path: Path) -> None:
    (tmp_path / "hw.zip").write_bytes(b"a zip")
    (tmp_path / "hw.py").write_bytes(b"x = 1")
    assert collect(tmp_path).files == (File(name="hw.py", data=b"x = 1"),)
