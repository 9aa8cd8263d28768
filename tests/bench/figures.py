#!/usr/bin/env python3
"""Figures out of captures and transcripts, for tests/bench/run.

figures.py ike FILE.pcap       median milliseconds from the first IKE_SA_INIT
                               request to the IKE_AUTH response, and how many
figures.py oe FILE...          medians of trials (whack --json): total, dns,
                               ike, rest, in milliseconds
figures.py iperf FILE          received Mbit/s, retransmissions
figures.py packets FILE        packets a second that arrived (iperf3 -u)
figures.py cold DIR WORDS=NAME...   a table of DIR/NAME.shots, lines of
                               first_packet; ratios are to the first
"""
import json
import statistics
import struct
import sys


def records(path):
    with open(path, "rb") as f:
        magic = struct.unpack("<I", f.read(24)[:4])[0]
        unit = 1e-9 if magic == 0xA1B23C4D else 1e-6
        while len(head := f.read(16)) == 16:
            sec, frac, caplen, _ = struct.unpack("<IIII", head)
            yield sec + frac * unit, f.read(caplen)


def ike_messages(path):
    """Time, initiator's SPI, exchange, whether it is a response."""
    for when, frame in records(path):
        if frame[12:14] != b"\x08\x00" or frame[23] != 17:
            continue
        udp = frame[14 + 4 * (frame[14] & 15):]
        ports = struct.unpack(">HH", udp[:4])
        body = udp[8:]
        if 4500 in ports:
            if body[:4] != bytes(4):
                continue
            body = body[4:]
        elif 500 not in ports:
            continue
        if len(body) >= 28 and body[17] == 0x20:
            yield when, body[:8], body[18], bool(body[19] & 0x20)


def ike(path):
    began, took = {}, []
    for when, spi, exchange, response in ike_messages(path):
        if exchange == 34 and not response:
            began.setdefault(spi, when)
        if exchange == 35 and response and spi in began:
            took.append((when - began.pop(spi)) * 1000)
    print("%.2f %d" % (statistics.median(took) if took else 0, len(took)))


def stages(path):
    """Milliseconds of one trial: total, dns, ike, rest."""
    lines = [json.loads(line) for line in open(path)]
    at = [(o["t"] * 1000, o["stage"], o["detail"]) for o in lines if "t" in o]
    asked = [t for t, s, d in at if s == "dns" and d.startswith(">")]
    told = [t for t, s, d in at if s == "key" or s == "dns" and d.startswith("<")]
    first = [t for t, s, d in at if s == "ike"]
    auth = [t for t, s, d in at if s == "auth"]
    end = at[-1][0]
    if not asked or not first or not auth or lines[-1]["code"] != 4:
        return None
    dns = max(told) - asked[0]
    exchange = max(auth) - first[0]
    return end, dns, exchange, end - dns - exchange


def oe(*paths):
    good = [s for s in map(stages, paths) if s]
    middle = [statistics.median(c) for c in zip(*good)] if good else [0] * 4
    print(" ".join("%.2f" % m for m in middle), len(good))


def iperf(path):
    end = json.load(open(path))["end"]
    print(int(end["sum_received"]["bits_per_second"] / 1e6), end["sum_sent"].get("retransmits", 0))


def packets(path):
    s = json.load(open(path))["end"]["sum"]
    print(int((s["packets"] - s["lost_packets"]) / s["seconds"]))


def shots(path):
    lines = [line.split() for line in open(path)]
    return [float(ms) for ms, _ in lines], [int(lost) for _, lost in lines]


def cold(folder, *items):
    form = "%-34s %6s %9s %9s %9s %7s   %s"
    print(form % ("first packet to delivery, ms", "starts", "median", "least", "most", "ratio",
                  "lost of 10, median (most)"))
    base = None
    for words, name in (item.rsplit("=", 1) for item in items):
        ms, lost = shots(f"{folder}/{name}.shots")
        middle = statistics.median(ms)
        base = base or middle
        print(form % (words, len(ms), "%.1f" % middle, "%.1f" % min(ms), "%.1f" % max(ms),
                      "%.2f" % (middle / base),
                      "%g (%d)" % (statistics.median(lost), max(lost))))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
