#!/usr/bin/env python3
"""Small talkers for the lab.

talk.py serve FILE            echoes TCP on port 7; notes each UDP datagram to
                              port 9 in FILE as "SOURCE TEXT..."; says "ready"
talk.py tcp SRC DST SECONDS   connects, sends a line, expects it back
talk.py udp SRC DST COUNT TAG sends COUNT datagrams "TAG NUMBER" back to back
talk.py big SRC DST SIZE TAG  sends one datagram of SIZE bytes, "TAG xxx..."
talk.py spray SRC NET COUNT   one datagram to each of COUNT addresses from NET on,
                              a socket each
talk.py silent PORT           takes UDP datagrams and never answers
talk.py stream SRC DST FILE   keeps one TCP connection busy until FILE exists,
                              then says how many lines came back
talk.py crowd PATH NAME       sixty-four clients initiate connection NAME and go; then
                              one more wants an answer
talk.py half PATH             asks a daemon's control socket, closes its own side,
                              and expects the whole answer
"""
import ipaddress
import os
import select
import socket
import sys
import time


def family(addr):
    return socket.AF_INET6 if ":" in addr else socket.AF_INET


def listen(fam, kind, port):
    s = socket.socket(fam, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if fam == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind(("", port))
    if kind == socket.SOCK_STREAM:
        s.listen(32)
    return s


def serve(path):
    tcp = [listen(f, socket.SOCK_STREAM, 7) for f in (socket.AF_INET, socket.AF_INET6)]
    udp = [listen(f, socket.SOCK_DGRAM, 9) for f in (socket.AF_INET, socket.AF_INET6)]
    open_ = []
    with open(path, "w") as out:
        print("ready", file=out, flush=True)
        while True:
            for s in select.select(tcp + udp + open_, [], [])[0]:
                if s in tcp:
                    open_.append(s.accept()[0])
                elif s in udp:
                    data, src = s.recvfrom(65535)
                    print(src[0], data.decode(), file=out, flush=True)
                else:
                    try:
                        data = s.recv(65536)
                        if data:
                            s.sendall(data)
                    except OSError:
                        data = b""
                    if not data:
                        open_.remove(s)
                        s.close()


def connect(src, dst, seconds):
    s = socket.socket(family(dst), socket.SOCK_STREAM)
    s.settimeout(seconds)
    s.bind((src, 0))
    s.connect((dst, 7))
    return s


def tcp(src, dst, seconds):
    s = connect(src, dst, float(seconds))
    s.sendall(b"hello\n")
    sys.exit(0 if s.recv(100) == b"hello\n" else 1)


def udp(src, dst, count, tag):
    s = socket.socket(family(dst), socket.SOCK_DGRAM)
    s.bind((src, 0))
    s.connect((dst, 9))
    for i in range(int(count)):
        s.send(b"%s %d" % (tag.encode(), i))


def big(src, dst, size, tag):
    s = socket.socket(family(dst), socket.SOCK_DGRAM)
    s.bind((src, 0))
    s.sendto((tag + " ").encode().ljust(int(size), b"x"), (dst, 9))


def spray(src, net, count):
    first = int(ipaddress.ip_address(net))
    for i in range(int(count)):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        s.bind((src, 0))
        try:
            s.sendto(b"x", (str(ipaddress.ip_address(first + i)), 9))
        except OSError:
            pass
        s.close()


def silent(port):
    s = listen(socket.AF_INET, socket.SOCK_DGRAM, int(port))
    while True:
        s.recv(2000)


def stream(src, dst, path):
    s = connect(src, dst, 10)
    n = 0
    while not os.path.exists(path):
        line = b"line %d\n" % n
        s.sendall(line)
        got = b""
        while not got.endswith(b"\n"):
            part = s.recv(100)
            if not part:
                sys.exit("the connection was closed after %d lines" % n)
            got += part
        if got != line:
            sys.exit("line %d came back as %r" % (n, got))
        n += 1
        time.sleep(0.02)
    print(n)


def ask(path, request):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(5)
    s.connect(path)
    request = b'{"version":1,"command":' + request + b"}"
    s.sendall(len(request).to_bytes(4, "big") + request)
    return s


def answered(s):
    got = b""
    try:
        while b"end of status" not in got:
            part = s.recv(65536)
            if not part:
                return False
            got += part
    except OSError:
        return False
    return True


def crowd(path, name):
    all_ = [ask(path, b'"initiate","name":"%s"' % name.encode()) for _ in range(64)]
    time.sleep(2.3)		# between two retransmissions, which would show who has gone
    for s in all_:
        s.close()
    time.sleep(0.2)
    sys.exit(0 if answered(ask(path, b'"status"')) else 1)


def half(path):
    s = ask(path, b'"status"')
    s.shutdown(socket.SHUT_WR)
    sys.exit(0 if answered(s) else 1)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
