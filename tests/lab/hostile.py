#!/usr/bin/env python3
"""Sends what no honest peer sends.

hostile.py malformed SRC DST          IKE datagrams broken in every way, to 500 and 4500
hostile.py spoof SRC DST SPI...       as if from the peer SRC: notifies, deletes, short ESP
hostile.py flood NET DST COUNT SECONDS    SA_INITs from COUNT addresses of NET
hostile.py whack PATH                 garbage for the control socket
"""
import ipaddress
import os
import random
import socket
import struct
import sys
import time

SA_INIT, AUTH, CREATE_CHILD, INFORMATIONAL = 34, 35, 36, 37
P_SA, P_KE, P_NONCE, P_N, P_SK, P_SKF = 33, 34, 40, 41, 46, 53
random.seed(7)


def header(first, body, exchange=SA_INIT, flags=8, mid=0, spi_i=None, spi_r=bytes(8),
           version=0x20, length=None):
    return ((spi_i or os.urandom(8)) + spi_r + struct.pack(
        ">BBBBII", first, version, exchange, flags, mid,
        28 + len(body) if length is None else length & 0xffffffff) + body)


def payload(next_, body, critical=0, length=None):
    return struct.pack(">BBH", next_, critical,
                       4 + len(body) if length is None else length & 0xffff) + body


def chain(items, **kw):
    """(type, body[, payload's keywords]) after each other."""
    out = b""
    for i, item in enumerate(items):
        after = items[i + 1][0] if i + 1 < len(items) else 0
        out += payload(after, item[1], **(item[2] if len(item) > 2 else {}))
    return header(items[0][0] if items else 0, out, **kw)


def transform(last, type_, id_, bits=0):
    attr = struct.pack(">HH", 0x800e, bits) if bits else b""
    return struct.pack(">BBHBBH", 0 if last else 3, 0, 8 + len(attr), type_, 0, id_) + attr


def proposal(transforms, count=None, proto=1, spi=b""):
    body = struct.pack(">BBBB", 1, proto, len(spi), len(transforms) if count is None else count)
    body += spi + b"".join(transforms)
    return struct.pack(">BBH", 0, 0, 4 + len(body)) + body


def good_sa(group=31):
    return proposal([transform(False, 1, 20, 256), transform(False, 2, 5),
                     transform(True, 4, group)])


def good_ke(group=31, value=None):
    return struct.pack(">HH", group, 0) + (os.urandom(32) if value is None else value)


def good_items():
    return [(P_SA, good_sa()), (P_KE, good_ke()), (P_NONCE, os.urandom(32))]


def broken():
    """One datagram after another."""
    whole = chain(good_items())
    for n in list(range(0, 60)) + [len(whole) - 1]:
        yield whole[:n]
    for n in (0, 1, 27, 28, len(whole) - 1, len(whole) + 1, 0xffff, 0xffffffff):
        yield whole[:24] + struct.pack(">I", n) + whole[28:]
    for version in (0x00, 0x10, 0x11, 0x21, 0x2f, 0x30, 0xf0):
        yield chain(good_items(), version=version)
    for i in range(3):		# every length field, off by one and worse
        for off in (-4096, -5, -4, -1, 1, 4, 5, 30000):
            items = [list(x) for x in good_items()]
            items[i].append({"length": 4 + len(items[i][1]) + off})
            yield chain(items)
        items = [list(x) for x in good_items()]
        items[i].append({"length": 0})
        yield chain(items)
        for n in range(4):
            items = [list(x) for x in good_items()]
            items[i].append({"length": n})
            yield chain(items)
    sa = good_sa()		# the lengths and counts inside the SA
    for at in range(len(sa)):
        for value in (0, 1, 2, 3, 7, 0x80, 0xff):
            yield chain([(P_SA, sa[:at] + bytes([value]) + sa[at + 1:])] + good_items()[1:])
    for n in (60, 61, 62, 63, 64, 65, 300):
        yield chain(good_items() + [(P_N, b"\0\0\x40\x0c")] * (n - 3))
        yield chain(good_items() + [(200, b"")] * (n - 3))
    for type_ in (1, 15, 47, 52, 54, 128, 255):
        yield chain(good_items() + [(type_, b"x" * 8, {"critical": 0x80})])
        yield chain([(type_, b"x" * 8)] + good_items())
    for i in range(3):		# each left out, each twice
        yield chain(good_items()[:i] + good_items()[i + 1:])
        yield chain(good_items() + [good_items()[i]])
    for value in (b"", bytes(32), bytes([1] + [0] * 31), b"\xff" * 32, bytes(31), bytes(33),
                  bytes(1024), b"x" * 60000):
        yield chain([(P_SA, sa), (P_KE, good_ke(31, value)), (P_NONCE, os.urandom(32))])
    for group, n in ((14, 256), (19, 64), (20, 96)):
        for value in (bytes(n), b"\xff" * n, bytes(n - 1) + b"\1", os.urandom(n), bytes(n - 1)):
            yield chain([(P_SA, good_sa(group)), (P_KE, good_ke(group, value)),
                         (P_NONCE, os.urandom(32))])
    for group in (0, 1, 2, 22, 1024, 1025, 65535):
        yield chain([(P_SA, good_sa(group)), (P_KE, good_ke(group)), (P_NONCE, os.urandom(32))])
        yield chain([(P_SA, sa), (P_KE, good_ke(group)), (P_NONCE, os.urandom(32))])
    for n in (0, 1, 15, 257, 5000):
        yield chain(good_items()[:2] + [(P_NONCE, os.urandom(n))])
    for n in (0, 1, 64, 65, 10000, 60000):
        yield chain([(P_N, struct.pack(">BBH", 0, 0, 16390) + b"c" * n)] + good_items())
    for spi in (1, 8, 255):
        yield chain([(P_N, struct.pack(">BBH", 1, spi, 16390))] + good_items())
    for n in (0, 1, 3, 20, 1000):
        for which in (16388, 16389, 16430, 16431, 14, 17):
            yield chain(good_items() + [(P_N, struct.pack(">BBH", 0, 0, which) + b"h" * n)])
    yield chain([(P_SA, proposal([transform(False, 1, 20, 256), transform(True, 2, 5)]))]
                + good_items()[1:])
    yield chain([(P_SA, proposal([transform(True, 4, 31)] * 255))] + good_items()[1:])
    yield chain([(P_SA, proposal([transform(False, 1, 20, b)for b in (1, 65535, 128)]))]
                + good_items()[1:])
    for first in (1, 4, 13):	# IKEv1: main mode, with a DOI of all ones, and others
        for exchange in (2, 4, 5, 6, 32):
            yield header(first, payload(0, b"\xff" * 40), version=0x10, exchange=exchange, flags=0)
    for flags in range(256):
        yield chain(good_items(), flags=flags)
    for exchange in range(256):
        yield chain(good_items(), exchange=exchange, spi_r=os.urandom(8), mid=1)
    for n in (0, 1, 7, 8, 16, 17, 40, 1000):
        for type_ in (P_SK, P_SKF):
            for exchange in (AUTH, CREATE_CHILD, INFORMATIONAL, SA_INIT):
                yield chain([(type_, os.urandom(n))], exchange=exchange, spi_r=os.urandom(8), mid=1)
    same = chain(good_items())
    for _ in range(50):
        yield same
    for _ in range(1500):	# whatever else
        m = bytearray(chain(good_items()))
        for _ in range(random.choice((1, 1, 2, 8))):
            m[random.randrange(len(m))] = random.randrange(256)
        yield bytes(m)


def half_open(s, dst):
    """What is sent on an SA that has no keys yet, or keys but no AUTH."""
    spi_i = os.urandom(8)
    s.sendto(chain(good_items(), spi_i=spi_i), dst)
    try:
        spi_r = s.recv(4000)[8:16]
    except OSError:
        return
    on = {"spi_i": spi_i, "spi_r": spi_r}
    for exchange in (AUTH, CREATE_CHILD, INFORMATIONAL, SA_INIT):
        for mid in (0, 1, 2, 0xffffffff):
            for flags in (0x08, 0x28, 0x00, 0x20):
                s.sendto(chain([(P_SK, os.urandom(60))], exchange=exchange, mid=mid, flags=flags, **on), dst)
                s.sendto(chain([(42, b"\1\0\0\0")], exchange=exchange, mid=mid, flags=flags, **on), dst)
    for number, total in ((0, 0), (0, 1), (1, 0), (2, 1), (1, 1), (1, 65535), (65535, 65535), (2, 2)):
        for n in (0, 1, 24, 500):
            s.sendto(chain([(P_SKF, struct.pack(">HH", number, total) + os.urandom(n))],
                           exchange=AUTH, mid=1, **on), dst)
    for n in (59, 60, 61, 62, 63, 64, 65):
        s.sendto(chain([(200, b"")] * n + [(P_SKF, struct.pack(">HH", 1, 2) + os.urandom(60))],
                       exchange=AUTH, mid=1, **on), dst)


def malformed(src, dst):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    s.bind((src, 0))
    s.settimeout(0.5)
    n = 0
    for _ in range(3):
        half_open(s, (dst, 500))
    for m in broken():
        s.sendto(m, (dst, 500))
        s.sendto(bytes(4) + m, (dst, 4500))
        n += 2
        if n % 100 == 0:
            time.sleep(0.02)
    for m in [b"", b"\0", b"\0\0", b"\0\0\0", bytes(4), bytes(5), b"\xff", b"\xff\xff",
              b"\xff\xff\xff\xff", b"\0\0\0\1"] + [os.urandom(k) for k in range(0, 80)]:
        s.sendto(m, (dst, 4500))
    print(n)


def raw():
    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
    return s


def udp(src, dst, sport, dport, data):
    return struct.pack(">BBHHHBBH", 0x45, 0, 0, 0, 0, 64, 17, 0) + socket.inet_aton(src) \
        + socket.inet_aton(dst) + struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data


def spoof(src, dst, *spis):
    s = raw()
    for port in (500, 4500):
        mark = bytes(4) if port == 4500 else b""
        for notify in (16384, 14, 24, 4, 5, 11, 16390, 44):
            for exchange in (SA_INIT, AUTH, INFORMATIONAL):
                for flags in (0, 8, 0x20, 0x28):
                    s.sendto(udp(src, dst, port, port, mark + chain(
                        [(P_N, struct.pack(">BBH", 0, 0, notify))], exchange=exchange,
                        flags=flags, spi_r=os.urandom(8), mid=0)), (dst, 0))
        s.sendto(udp(src, dst, port, port, mark + chain(
            [(42, b"\1\0\0\0")], exchange=INFORMATIONAL, spi_r=os.urandom(8))), (dst, 0))
    for spi in spis:
        for n in list(range(0, 60)) + [100, 1400]:
            m = bytes.fromhex(spi) + os.urandom(n)
            s.sendto(udp(src, dst, 4500, 4500, m), (dst, 0))
            m = bytes.fromhex(spi) + struct.pack(">I", random.choice((0, 1, 0xffffffff))) + os.urandom(n)
            s.sendto(udp(src, dst, 4500, 4500, m), (dst, 0))


def flood(net, dst, count, seconds):
    s, first = raw(), int(ipaddress.ip_address(net))
    count, began = int(count), time.monotonic()
    for i in range(count):
        src = str(ipaddress.ip_address(first + i))
        s.sendto(udp(src, dst, 500, 500, chain(good_items())), (dst, 0))
        ahead = began + i * float(seconds) / count - time.monotonic()
        if ahead > 0.002:
            time.sleep(ahead)
    print("%d in %.1f s" % (count, time.monotonic() - began))


def whack(path):
    for i in range(300):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            s.connect(path)
            s.send(random.choice((b"", b"\0\0", struct.pack(">I", i))) + os.urandom(random.randrange(600)))
        except OSError:
            pass
        s.close()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
