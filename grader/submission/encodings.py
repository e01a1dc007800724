"""The bytes of a Python file as text."""

from __future__ import annotations

import codecs
import encodings.utf_8_sig  # noqa: F401 (of most files: no child has to import it)
import re
import warnings

from grader.submission.notebook import plain_text

ENCODING = re.compile(rb"\A(?:[^\n]*\n)?[^\n]*coding[:=][ \t]*([-\w.]+)")
FOR_DOMAINS = frozenset({"idna", "punycode"})  # their time grows with the square of the length


def decode(data: bytes) -> str:
    """By the encoding that the file names, else UTF-8. Never raises."""
    match = ENCODING.match(data)
    encoding = match.group(1).decode("ascii") if match else "utf-8-sig"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of `unicode_escape`
            text = data.decode("utf-8" if codecs.lookup(encoding).name in FOR_DOMAINS else encoding, "replace")
    except (LookupError, UnicodeError):  # no such encoding, or not one of text
        text = data.decode("utf-8", "replace")
    return plain_text(text.removeprefix("\ufeff"))
