# Tells pluto which names this unbound has just answered, so that IKE begins while the
# application is still reading its answer. For unbound's Python module; what it needs is in
# oe-tap-python.conf beside it.
#
# It never waits: a note that the socket has no room for is dropped and counted, and without
# pluto nothing happens at all.
import socket
import time

PATH = "/run/pluto/dns-tap"
MAX_ADDRESSES = 4
RETRY_S = 2			# how long nothing is tried while pluto is not there
REPORT_S = 600

FAMILIES = {"A": (4, 4), "AAAA": (6, 16)}


class Tap:
    def __init__(self, path):
        self.path = path
        self.sock = None
        self.not_before = 0.0
        self.sent = self.dropped = 0
        self.reported = 0.0

    def send(self, note):
        now = time.monotonic()
        if self.sock is None:
            if now < self.not_before:
                return
            self.not_before = now + RETRY_S
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.setblocking(False)
            try:
                s.connect(self.path)
            except OSError:
                s.close()
                return
            self.sock = s
        try:
            self.sock.send(note)
            self.sent += 1
        except BlockingIOError:
            self.dropped += 1
            if now > self.reported + REPORT_S:
                self.reported = now
                log_info("oe_tap: %u notes sent, %u dropped" % (self.sent, self.dropped))
        except OSError:		# pluto has ended
            self.sock.close()
            self.sock = None


tap = Tap(PATH)


def addresses(rep, family, size):
    """Those of the answer section, each as its octets, with its family before it."""
    found = []
    for i in range(rep.an_numrrsets):
        rrset = rep.rrsets[i]
        if rrset.rk.type_str not in FAMILIES:
            continue
        data = rrset.entry.data
        for j in range(data.count):
            rdata = bytes(data.rr_data[j])[2:]	# two octets of length stand before
            if len(rdata) == size and len(found) < MAX_ADDRESSES:
                found.append(bytes([family]) + rdata)
    return found


def tell(qinfo, rep):
    kind = FAMILIES.get(qinfo.qtype_str)
    if kind is None or rep is None:
        return
    found = addresses(rep, *kind)
    name = qinfo.qname_str.encode("ascii", "replace")
    if found and len(name) < 256:
        tap.send(b"oe\x01" + bytes([len(found), len(name)]) + name + b"".join(found))


def answered(qinfo, qstate, rep, rcode, edns, opt_list_out, region, **kwargs):
    # Whatever happens here, the answer goes to whoever asked.
    try:
        tell(qinfo, rep)
    except Exception as e:
        log_err("oe_tap: %r" % e)
    return True


def init_standard(id, env):
    return register_inplace_cb_reply(answered, env, id) \
        and register_inplace_cb_reply_cache(answered, env, id)


def deinit(id):
    return True


def inform_super(id, qstate, superqstate, qdata):
    return True


def operate(id, event, qstate, qdata):
    """Everything is for the modules after this one."""
    if event in (MODULE_EVENT_NEW, MODULE_EVENT_PASS):
        qstate.ext_state[id] = MODULE_WAIT_MODULE
    elif event == MODULE_EVENT_MODDONE:
        qstate.ext_state[id] = MODULE_FINISHED
    else:
        qstate.ext_state[id] = MODULE_ERROR
    return True
