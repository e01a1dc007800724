"""Attacks that want to reach something outside."""

from __future__ import annotations

from attack import Attack, code

ATTACKS: tuple[Attack, ...] = (
    code(
        (129, 137),
        "connect-by-tcp",
        "seccomp, Landlock (TCP), namespaces",
        """
        import socket
        with socket.create_connection(("127.0.0.1", facts["port"]), timeout=0.3):
            return "succeeded: connected"
        """,
    ),
)
