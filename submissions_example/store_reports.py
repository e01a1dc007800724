"""Store the report of every example in `expected/`: run it after a deliberate change, and read the difference."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
OF_THE_MACHINE = ("layers", "version")  # not of the submission


def report_of(submission: Path) -> tuple[int, dict[str, object]]:
    """Exit code and report of the real command in a fresh process, without what depends on the machine."""
    command = [sys.executable, "-m", "grader", "run", str(submission), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603 (our own)
    return done.returncode, of_the_submission(done.stdout)


def of_the_submission(text: str) -> dict[str, object]:
    """A report as JSON without what depends on the machine."""
    report: dict[str, object] = json.loads(text)
    return {key: value for key, value in report.items() if key not in OF_THE_MACHINE}


def main() -> None:
    """Write every stored report."""
    for submission in sorted(HERE.glob("*.zip")):
        _code, report = report_of(submission)
        text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
        (HERE / "expected" / f"{submission.stem}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
