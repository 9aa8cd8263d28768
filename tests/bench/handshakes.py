"""Brings connections up, all at once, and says how many a second became SAs.

    handshakes.py CTL NAME N        NAME0 to NAME(N-1), by the daemon behind CTL

Prints SAs a second, how many came up, and seconds of processor time for each of them, of
all processes of both daemons (PIDS: theirs, in the environment)."""
import json
import os
import socket
import struct
import sys
import time

PATIENCE = 60


def connect(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(PATIENCE)
    s.connect(path)
    return s


def ask(s, **request):
    body = json.dumps(dict(request, version=1)).encode()
    s.sendall(struct.pack(">I", len(body)) + body)


def answers(s):
    buf = b""
    while True:
        while len(buf) < 4 or len(buf) < 4 + struct.unpack(">I", buf[:4])[0]:
            more = s.recv(65536)
            if not more:
                return
            buf += more
        n = struct.unpack(">I", buf[:4])[0]
        yield buf[4:4 + n]
        buf = buf[4 + n:]


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        for c in f.read().split():
            yield int(c)
            yield from children(int(c))


def used(pids):
    ticks = 0
    for pid in pids:
        for p in [pid, *children(pid)]:
            with open(f"/proc/{p}/stat") as f:
                ticks += sum(int(x) for x in f.read().rsplit(")", 1)[1].split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def main():
    path, name, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
    pids = [int(p) for p in os.environ["PIDS"].split()]
    watch = connect(path)
    ask(watch, command="watch")
    told = answers(watch)
    next(told)
    control, cpu, began = connect(path), used(pids), time.monotonic()
    for i in range(n):
        ask(control, command="initiate", name=f"{name}{i}", **{"async": True})
    up, last = 0, began
    try:
        while up < n:
            if b'"what":"child_up"' in next(told).replace(b" ", b""):
                up, last = up + 1, time.monotonic()
    except (TimeoutError, StopIteration):
        pass
    took = last - began
    print("%.1f %d %.5f" % (up / took if took else 0, up, (used(pids) - cpu) / max(up, 1)))


main()
