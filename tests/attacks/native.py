"""What an attacker brings along: system calls by number, past the C library's and Python's wrappers; many ways in a row."""

from __future__ import annotations

import re
import textwrap
from functools import partial

from arena import Arena
from attack import Attack
from environments import _numbers

TOOLS = """
import ctypes, os, struct, sys, time
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long
def word(argument):
    return ctypes.c_long(argument) if isinstance(argument, int) else argument
def checked(result):
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
def syscall(call, *arguments):
    number = call if isinstance(call, int) else NUMBERS[call]
    return checked(LIBC.syscall(ctypes.c_long(number), *map(word, arguments)))
def read(fd):
    try:
        return os.read(fd, 200).decode("latin-1")
    finally:
        os.close(fd)
def collect(start):
    # what a process prints that `start(descriptor)` starts
    readable, writable = os.pipe()
    os.set_inheritable(writable, True)
    try:
        start(writable)
    finally:
        os.close(writable)
        os.set_blocking(readable, False)
        import select
        text = read(readable) if select.select([readable], [], [], 0.3)[0] else ""
    return text
def refused(way, won, name):
    try:
        got = way()
    except Exception:
        return
    if got is not False and got != "":
        won.append(f"{name}: {got!r:.120}")
def tried(ways):
    # every way is tried; one that neither raises nor gives False or "" has worked
    won = []
    for name, way in ways.items():
        refused(way, won, name)
    return "succeeded: " + ", ".join(won)[:1500] if won else ""
"""

_ATTACK = """
def attack(facts):
    try:
        return ways(facts)
    except (ImportError, NameError, TypeError, AttributeError) as error:  # a slip of the attacker's proves nothing
        return f"succeeded: no, it was not even tried: {error}"
"""


def program(body: str, **told: object) -> str:
    """A cell with the tools and `attack(facts)`; `told` are further names that the attack knows."""
    body = textwrap.dedent(body).strip()
    known = _numbers()
    numbers = {name: known[name] for name in re.findall(r'"(\w+)"', body) if name in known}
    names = "".join(f"{name} = {value!r}\n" for name, value in {"NUMBERS": numbers, **told}.items())
    return f"{names}{TOOLS}\ndef ways(facts):\n{textwrap.indent(body, '    ')}\n{_ATTACK}"


def native(numbers: tuple[int, ...], name: str, stopped_by: str, body: str) -> Attack:
    """As attack.code, for a body that uses the tools."""
    return Attack(numbers, name, stopped_by, partial(Arena.attack, source=program(body)))
