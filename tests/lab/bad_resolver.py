#!/usr/bin/env python3
"""A name server as bad networks have them, for tests.

bad_resolver.py strip ADDR SERVER   asks SERVER without EDNS: no signatures come back
bad_resolver.py portal ADDR         has the address 192.0.2.80 for every name
bad_resolver.py slow ADDR SERVER MS LOG
                                    gives SERVER's answers MS late; in LOG "SECONDS NAME
                                    TYPE" for each question
"""
import asyncio
import socket
import sys
import time


def question_end(m):
    at = 12
    while m[at]:
        at += m[at] + 1
    return at + 5


def bare(m):
    """The question alone, without OPT; the CD bit stays."""
    return m[:4] + b"\0\1\0\0\0\0\0\0" + m[12:question_end(m)]


def strip(m, server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.sendto(bare(m), (server, 53))
        return s.recv(4096)


def portal(m):
    end = question_end(m)
    is_a = m[end - 4:end - 2] == b"\0\1"
    answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton("192.0.2.80") if is_a else b""
    return m[:2] + b"\x81\x80\0\1" + (b"\0\1" if is_a else b"\0\0") + b"\0\0\0\0" + m[12:end] + answer


def question(m):
    labels, at = [], 12
    while m[at]:
        labels.append(m[at + 1:at + 1 + m[at]].decode("ascii", "replace").lower())
        at += m[at] + 1
    return ".".join(labels) + ".", int.from_bytes(m[at + 1:at + 3], "big")


class Slow(asyncio.DatagramProtocol):
    """Questions go on at once; their answers wait."""
    def __init__(self, server, ms, log):
        self.server, self.ms, self.log = server, ms, log

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, m, who):
        asyncio.get_running_loop().create_task(self.answer(m, who))

    async def answer(self, m, who):
        begun = time.monotonic()
        name, kind = question(m)
        print("%.3f %s %d" % (time.time(), name, kind), file=self.log, flush=True)
        loop = asyncio.get_running_loop()
        got = loop.create_future()

        class Once(asyncio.DatagramProtocol):
            def datagram_received(self, m, who):
                got.done() or got.set_result(m)

        t, _ = await loop.create_datagram_endpoint(Once, remote_addr=(self.server, 53))
        try:
            t.sendto(m)
            reply = await asyncio.wait_for(got, 3)
        finally:
            t.close()
        await asyncio.sleep(max(0, self.ms / 1000 - (time.monotonic() - begun)))
        self.transport.sendto(reply, who)


async def slow(addr, server, ms, log):
    with open(log, "a", encoding="ascii") as f:
        await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Slow(server, int(ms), f), local_addr=(addr, 53))
        await asyncio.Event().wait()


if sys.argv[1] == "slow":
    asyncio.run(slow(*sys.argv[2:]))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[2], 53))
while True:
    m, who = s.recvfrom(4096)
    try:
        s.sendto(strip(m, sys.argv[3]) if sys.argv[1] == "strip" else portal(m), who)
    except (OSError, IndexError):
        pass
