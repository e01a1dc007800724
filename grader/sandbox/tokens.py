"""Counting a msgpack message's tokens without building anything.

Two bytes (a text of one letter) become an object of about fifty: the length of a message says little about the memory
that its decoding takes, the number of its tokens does. A message is its tokens in a row, so no nesting is followed.
"""

from __future__ import annotations

FIXED = {  # first byte -> bytes after it, for tokens of one size (the msgpack specification, "Formats")
    **dict.fromkeys((0xCC, 0xD0), 1),
    **dict.fromkeys((0xCD, 0xD1, 0xD4, 0xDC, 0xDE), 2),
    0xD5: 3,
    **dict.fromkeys((0xCA, 0xCE, 0xD2, 0xDD, 0xDF), 4),
    0xD6: 5,
    **dict.fromkeys((0xCB, 0xCF, 0xD3), 8),
    0xD7: 9,
    0xD8: 17,
    **{0xA0 + length: length for length in range(32)},  # short texts
}
MEASURED = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4}  # -> bytes of its length
EXTENSIONS = (0xC7, 0xC8, 0xC9)  # have a byte for their type between length and data


def has_more_tokens(body: bytes, most: int) -> bool:
    """Whether `body`, read as msgpack, has more than `most` tokens. Bytes that are not msgpack are the decoder's to refuse."""
    if len(body) <= most:  # a token has at least one byte
        return False
    position, count = 0, 0
    while position < len(body) and count <= most:
        count += 1
        first = body[position]
        position += 1 + FIXED.get(first, 0)
        if first in MEASURED:
            width = MEASURED[first]
            position += width + int.from_bytes(body[position : position + width], "big") + (first in EXTENSIONS)
    return count > most
