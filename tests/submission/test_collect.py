"""What lies on disk becomes a Bundle, or a clear message."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from builders import notebook

from grader.errors import SubmissionError, UsageError
from grader.records import Bundle, File
from grader.submission.collect import collect


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
    assert collect(tmp_path / "hw").files == ()


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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_collect_says_that_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "hw.py").write_bytes(b"x")
    (tmp_path / "hw.py").chmod(0)
    with pytest.raises(SubmissionError, match="cannot be read"):
        collect(tmp_path / "hw.py")
