"""A load tool of raw sockets: many persistent connections, one process, nothing but epoll.

Each connection sends the next request as soon as its answer is there. Written for the benchmarks,
because no other tool may be counted on; it takes some ten microseconds of a processor a request,
which the server lacks where they share the processors.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

SMALL, LARGE = 1 << 15, 1 << 20
"""Bytes taken at once: of an answer, and of the rest of a large one."""


@dataclass(frozen=True)
class Load:
    """What came back: answers a second, latencies in seconds in order, and the time it took."""

    rate: float
    latencies: Sequence[float]
    seconds: float

    def percentile(self, share: float) -> float:
        """Return the latency that this share of the answers kept to, in seconds."""
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)]


def get(path: str, key: str) -> bytes:
    """Return a request as bytes."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n"
    ).encode()


def post(path: str, key: str, body: bytes) -> bytes:
    """Return a request with a JSON body as bytes."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def load(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    """Ask for some time over so many connections; raises where an answer is not 200."""
    poll = select.epoll()
    sockets: dict[int, socket.socket] = {}
    asked: dict[int, float] = {}
    buffers: dict[int, bytes] = {}
    upcoming = cycle(requests)
    latencies: list[float] = []
    clock = time.perf_counter
    for _number in range(connections):
        made = socket.create_connection(("127.0.0.1", port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sockets[made.fileno()] = made
        poll.register(made.fileno(), select.EPOLLIN)
    began = clock()
    for number, made in sockets.items():
        asked[number], buffers[number] = clock(), b""
        made.sendall(next(upcoming))
    end = began + seconds
    now = began
    while now < end:
        for number, _event in poll.poll(1.0):
            made = sockets[number]
            # a large buffer is fresh memory each time, which costs more than a small answer
            got = made.recv(LARGE if buffers[number] else SMALL)
            if not got:
                raise ConnectionError("the server closed a connection")
            whole = buffers[number] + got if buffers[number] else got
            if not _complete(whole):
                buffers[number] = whole
                continue
            now = clock()
            latencies.append(now - asked[number])
            buffers[number], asked[number] = b"", now
            made.sendall(next(upcoming))
        now = clock()
    for made in sockets.values():
        made.close()
    latencies.sort()
    return Load(len(latencies) / (now - began), latencies, now - began)


def _complete(answer: bytes) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    if not answer.startswith(b"HTTP/1.1 200"):
        raise ValueError(answer[:300].decode(errors="replace"))
    headers = answer[: head + 2].lower()
    at = headers.find(b"content-length:")
    return len(answer) >= head + 4 + int(headers[at + 15 : headers.find(b"\r\n", at)])
