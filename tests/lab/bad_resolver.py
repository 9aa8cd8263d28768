#!/usr/bin/env python3
"""A name server as bad networks have them, for tests.

bad_resolver.py strip ADDR SERVER   asks SERVER without EDNS: no signatures come back
bad_resolver.py portal ADDR         has the address 192.0.2.80 for every name
"""
import socket
import sys


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


s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[2], 53))
while True:
    m, who = s.recvfrom(4096)
    try:
        s.sendto(strip(m, sys.argv[3]) if sys.argv[1] == "strip" else portal(m), who)
    except (OSError, IndexError):
        pass
