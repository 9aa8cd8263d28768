#!/usr/bin/env python3
"""An application that looks a name up and talks to it, and whoever misuses the DNS tap.

hasty.py echo ADDR...                 answers UDP on port 7007 of each
hasty.py look NAME PAUSE_MS [COUNT]   looks NAME up, waits, sends COUNT (1) datagrams; prints
                                      "NAME ADDR looked up in X ms, first answer after Y ms"
hasty.py notes PATH NET COUNT         COUNT notes, as fast as they go, of addresses in NET
                                      (a.b); prints how many were taken and dropped
hasty.py garbage PATH                 things that are no notes, and no streams of dnstap
hasty.py silent PATH SECONDS          keeps streams open and says nothing
"""
import os
import random
import select
import socket
import sys
import time

PORT = 7007


def echo(addrs):
    socks = []
    for a in addrs:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((a, PORT))
        socks.append(s)
    while True:
        for s in select.select(socks, [], [])[0]:
            m, who = s.recvfrom(2048)
            s.sendto(m, who)


def look(name, pause_ms, count=1):
    t0 = time.monotonic()
    addr = socket.getaddrinfo(name, PORT, socket.AF_INET, socket.SOCK_DGRAM)[0][4]
    t1 = time.monotonic()
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(6)
    time.sleep(pause_ms / 1000)
    t2 = time.monotonic()
    for i in range(count):
        s.sendto(b"%d" % i, addr)
    s.recv(100)
    t3 = time.monotonic()
    print("%s %s looked up in %.1f ms, first answer after %.1f ms"
          % (name, addr[0], 1000 * (t1 - t0), 1000 * (t3 - t2)))


def note(name, addrs):
    return b"oe\x01" + bytes([len(addrs), len(name)]) + name \
        + b"".join(b"\x04" + socket.inet_aton(a) for a in addrs)


def notes(path, net, count):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.connect(path)
    s.setblocking(False)
    taken = dropped = 0
    for i in range(count):
        try:
            s.send(note(b"n%d.oe.lab." % i, ["%s.%d.%d" % (net, i // 250 % 250, 1 + i % 250)]))
            taken += 1
        except BlockingIOError:
            dropped += 1
            time.sleep(0.0005)
    print(taken, dropped)


def garbage(path):
    rnd = random.Random(5011)
    good = note(b"east.oe.lab.", ["192.1.2.23"])
    bad = [b"", b"oe", good[:-1], good + b"x", b"oe\x02" + good[3:], b"oe\x01\x00" + good[4:],
           note(b"a b.lab.", ["192.1.2.23"]), note(b"$(reboot).lab.", ["192.1.2.23"]),
           b"oe\x01\xff" + good[4:], os.urandom(2000), b"\0" * 5000]
    bad += [bytes(rnd.randrange(256) for _ in range(rnd.randrange(60))) for _ in range(50)]
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.connect(path)
    for b in bad:
        s.send(b)
    start = b"\0\0\0\0" + b"\0\0\0\x04" + b"\0\0\0\x02"
    for b in [b"GET / HTTP/1.0\r\n\r\n", b"\0" * 64, b"\xff" * 64, start + b"\0\0\0\x05hello",
              start + b"\x7f\xff\xff\xff" + b"x" * 100000, start + start]:
        t = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        t.connect(path + ".dnstap")
        try:
            t.sendall(b)
            t.shutdown(socket.SHUT_WR)
            t.settimeout(3)
            t.recv(100)
        except OSError:
            pass
        t.close()
    print(len(bad))


def silent(path, seconds):
    held = []
    for _ in range(20):
        t = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        t.connect(path + ".dnstap")
        held.append(t)
    time.sleep(seconds)


what, args = sys.argv[1], sys.argv[2:]
if what == "echo":
    echo(args)
elif what == "look":
    look(args[0], int(args[1]), *map(int, args[2:]))
elif what == "notes":
    notes(args[0], args[1], int(args[2]))
elif what == "garbage":
    garbage(args[0])
elif what == "silent":
    silent(args[0], float(args[1]))
