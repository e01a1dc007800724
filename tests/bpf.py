"""An interpreter of classic BPF as the kernel runs it for seccomp(2), as much as the shipped programs use; their numbers."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from grader.sandbox import seccomp

DATA = struct.Struct("<IIQ6Q")  # struct seccomp_data: number, architecture, instruction pointer, six arguments
INSTRUCTION = struct.Struct("<HBBI")
LOW_HALF = 0xFFFFFFFF

LOAD_WORD, AND, RETURN, JUMP = 0x20, 0x54, 0x06, 0x05  # linux/bpf_common.h
TESTS: dict[int, Callable[[int, int], bool]] = {
    0x15: lambda accumulator, constant: accumulator == constant,
    0x25: lambda accumulator, constant: accumulator > constant,
    0x35: lambda accumulator, constant: accumulator >= constant,
}


def run(program: bytes, architecture: int, number: int, arguments: Sequence[int] = ()) -> int:
    """The action for a system call. Raises ValueError for an opcode that is not known here."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = DATA.pack(number & LOW_HALF, architecture, 0, *(argument & (1 << 64) - 1 for argument in padded))
    instructions = list(INSTRUCTION.iter_unpack(program))
    accumulator = counter = 0
    while True:
        code, if_true, if_false, constant = instructions[counter]
        counter += 1
        if code == RETURN:
            return int(constant)
        if code in TESTS:
            counter += if_true if TESTS[code](accumulator, constant) else if_false
        elif code == JUMP:
            counter += constant
        else:
            accumulator = _compute(code, accumulator, constant, data)


def _compute(code: int, accumulator: int, constant: int, data: bytes) -> int:
    if code == LOAD_WORD:
        if constant % 4:
            raise ValueError(f"the kernel refuses to load from {constant}")
        return int(struct.unpack_from("<I", data, constant)[0])
    if code == AND:
        return accumulator & constant
    raise ValueError(f"unknown opcode {code:#x}")


@cache
def numbers(machine: str) -> dict[str, int]:
    """The system calls of a machine, as its table says."""
    text = Path(seccomp.__file__).with_name(f"seccomp_{machine}.json").read_text("ascii")
    return {name: row[0] for name, row in json.loads(text)["policy"].items()}
