"""How often a text, or a prime of an RSA key, stands in a process's memory.

    memory.py PID text WORDS
    memory.py PID prime KEY.pem

Prints the number. A prime is looked for in both orders of its octets: as files and as
OpenSSL have it. Needs CAP_SYS_PTRACE."""
import base64
import sys


def integers(der):
    """The integers of a DER structure, whatever they are in."""
    at = 0
    while at + 2 <= len(der):
        tag, length = der[at], der[at + 1]
        at += 2
        if length & 0x80:
            n = length & 0x7f
            length = int.from_bytes(der[at:at + n], "big")
            at += n
        body = der[at:at + length]
        at += length
        if tag == 2:
            yield body.lstrip(b"\0")
        elif tag in (0x30, 0x04):
            yield from integers(body)


def needles(kind, what):
    if kind == "text":
        return [what.encode()]
    with open(what) as f:
        text = "".join(line.strip() for line in f if "-----" not in line)
    numbers = list(integers(base64.b64decode(text)))
    modulus = max(len(n) for n in numbers)
    primes = [n for n in numbers if 60 < len(n) <= modulus // 2]
    assert len(primes) >= 2, "no RSA key"
    # Half of it is enough: no other number has that.
    return [p[:48] for p in primes[:2]] + [p[::-1][-48:] for p in primes[:2]]


def count(pid, wanted):
    found = 0
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            where, rights = line.split()[:2]
            if "r" not in rights or line.rstrip().endswith(("[vvar]", "[vvar_vclock]", "[vsyscall]")):
                continue
            start, end = (int(x, 16) for x in where.split("-"))
            try:
                mem.seek(start)
                data = mem.read(end - start)
            except OSError:
                continue
            found += sum(data.count(w) for w in wanted)
    return found


print(count(int(sys.argv[1]), needles(sys.argv[2], sys.argv[3])))
