"""Zips byte by byte, with every field as one likes it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s4B4H3L5H2L")
END = struct.Struct("<4s4H2LH")
DEFLATED, UNIX = 8, 3
AS_IT_IS = -1


class Member(NamedTuple):
    """An entry. Fields that are AS_IT_IS are the true ones."""

    name: bytes
    data: bytes
    flags: int = 0x800  # the name is UTF-8
    method: int = DEFLATED
    mode: int = 0o100644
    size: int = AS_IT_IS  # unpacked, as both headers claim
    packed_size: int = AS_IT_IS
    checksum: int = AS_IT_IS
    name_in_directory: bytes | None = None
    extra: bytes = b""
    packed: bytes = b""  # `data` as it is stored, where that is known already


@cache
def zeros(name: bytes, megabytes: int) -> Member:
    """A file of zeros, of which nothing but the packed form is ever in memory."""
    packer, chunk, checksum = zlib.compressobj(9, zlib.DEFLATED, -15), bytes(2**20), 0
    packed = bytearray()
    for _chunk in range(megabytes):
        packed += packer.compress(chunk)
        checksum = zlib.crc32(chunk, checksum)
    return Member(name, b"", size=megabytes << 20, checksum=checksum, packed=bytes(packed + packer.flush()))


def raw_zip(members: Iterable[Member], *, count: int = AS_IT_IS, comment: bytes = b"", disk: int = 0) -> bytes:
    """The archive."""
    body, directory, number = bytearray(), bytearray(), 0
    for member in members:
        number += 1
        fields = _fields(member)
        offset = len(body)
        body += LOCAL.pack(b"PK\x03\x04", *fields, len(member.name), len(member.extra))
        body += member.name + member.extra + _packed(member)
        name = member.name if member.name_in_directory is None else member.name_in_directory
        directory += CENTRAL.pack(
            b"PK\x01\x02", 20, UNIX, 20, 0, *fields[1:], len(name), len(member.extra), 0, disk, 0,
            member.mode << 16, offset,
        )  # fmt: skip
        directory += name + member.extra
    claimed = (number if count == AS_IT_IS else count) & 0xFFFF
    end = END.pack(b"PK\x05\x06", disk, disk, claimed, claimed, len(directory), len(body), len(comment))
    return bytes(body + directory) + end + comment


def quoting_zip(count: int, kernel: bytes) -> bytes:
    """`count` files that share one `kernel`: each quotes the header of the next one and goes on in it (Fifield 2019)."""
    entries: list[tuple[bytes, list[int], int]] = []  # name, fields, bytes of its header and its data
    data, packed, header = kernel, _packed(Member(b"", kernel)), b""
    for number in reversed(range(count)):
        if header:  # a block of DEFLATE that is stored as it is, and not the last one
            packed = b"\x00" + struct.pack("<HH", len(header), 0xFFFF - len(header)) + header + packed
            data = header + data
        name = b"%d.py" % number
        fields = [20, 0, DEFLATED, 0, 0x5C21, zlib.crc32(data), len(packed), len(data)]
        header = LOCAL.pack(b"PK\x03\x04", *fields, len(name), 0) + name
        entries.append((name, fields, len(header) + len(packed)))
    body = header + packed
    directory = b"".join(
        CENTRAL.pack(
            b"PK\x01\x02", 20, UNIX, 20, 0, *fields[1:], len(name), 0, 0, 0, 0, 0o100644 << 16, len(body) - size
        ) + name
        for name, fields, size in reversed(entries)
    )  # fmt: skip
    return body + directory + END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)


def _packed(member: Member) -> bytes:
    if member.packed or member.method != DEFLATED:
        return member.packed or member.data
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(member.data) + packer.flush()


def _fields(member: Member) -> list[int]:
    """version, flags, method, time, date, checksum, packed size, size — as both headers have them."""
    truth = (zlib.crc32(member.data), len(_packed(member)), len(member.data))
    claims = (member.checksum, member.packed_size, member.size)
    sizes = [true if claim == AS_IT_IS else claim for true, claim in zip(truth, claims, strict=True)]
    return [20, member.flags, member.method, 0, 0x5C21, *sizes]
