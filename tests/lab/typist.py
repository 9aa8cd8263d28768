"""COMMAND... -- QUESTION ANSWER...: runs it on a terminal of its own, types each answer
when its question has come, prints what the terminal showed."""
import os
import pty
import sys

at = sys.argv.index("--")
asked = sys.argv[at + 1:]
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:at])
seen = shown = b""
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
    shown += part
    if asked and asked[0].encode() in seen.splitlines(True)[-1] and not seen.endswith(b"\n"):
        os.write(fd, asked[1].encode() + b"\n")
        asked, seen = asked[2:], b""
sys.stdout.buffer.write(shown.replace(b"\r", b""))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
