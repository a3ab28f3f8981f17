"""What is measured: the workloads, and how one round of each is done."""

import json
import os
import re
import resource
import socket
import ssl
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

import peers
from peers import CHANGING_HOST, ROUTES
from processes import BenchmarkError, OwnProcess, machine_busy_micros, wait_until

HERE = Path(__file__).resolve().parent.parent
LOAD_CLASSES = HERE / "load" / "target" / "classes"
WARM_SECONDS_MAX = 180
# The generator of fixed rate compiles its own code during this time, which is not counted.
RATE_WARM_SECONDS = 3
SETTLE_SECONDS = 3
# Each slow connection sends a byte that often, and no proxy here gives a head longer than SLOW_OPENING_SECONDS: opened over
# as long a time, they are cut off one after the other.
SLOW_BYTE_MILLIS = 1_000
SLOW_OPENING_SECONDS = 10
FIRST_REQUESTS = 1_000
STREAMS = 10
CHANGE_SECONDS = 60 / 1_000


@dataclass(frozen=True)
class Workload:
    name: str
    title: str
    kind: str  # "closed": as fast as the connections allow; "rate"; "slow-heads"; "stalled"; "changes"; "idle"; "first"
    connections: int = 64
    path: str = "/"
    post_bytes: int = 0
    headers: tuple = ()
    with_logging: bool = False  # each peer beside itself with its access log on
    with_routes: bool = False  # requests to all hosts and paths of peers.ROUTES
    warm_share: float = 1.0  # of the peer's own number of requests; less where a request is long
    tls: str = ""  # the key of the certificate, "ec" or "rsa"; none: in the clear
    generator: str = "wrk"  # or "h2load"; "full" or "resumed": the handshake of a connection for each request
    grpc: bool = False  # HTTP/2 to the origin as well


WORKLOADS = (
    Workload("get-64", "small GET, 64 connections", "closed"),
    Workload("get-256", "small GET, 256 connections", "closed", connections=256),
    Workload("get-1m", "1 MiB GET, 16 connections", "closed", connections=16, path="/1m", warm_share=0.08),
    Workload("post-16k", "POST 16 KiB, 64 connections", "closed", path="/post", post_bytes=16_384),
    Workload("close", "connection per request, 64 at once", "closed", headers=("Connection: close",), warm_share=0.4),
    Workload("routes-64", "small GET over 100 hosts of 10 routes, 64 connections", "closed", with_routes=True),
    Workload("log", "small GET, 64 connections, access log off and on", "closed", with_logging=True),
    Workload("rate", "small GET at a fixed rate, 64 connections", "rate"),
    Workload("slow-heads", "small GET at a fixed rate, beside slow request heads", "slow-heads", warm_share=0.4),
    Workload("stalled", "small GET at a fixed rate, beside clients that read nothing", "stalled", warm_share=0.4),
    Workload(
        "changes",
        "small GET at a fixed rate, beside 1000 changes of a route a minute",
        "changes",
        with_routes=True,
        warm_share=0.4,
    ),
    Workload("https-64", "https small GET, 64 connections", "closed", tls="ec"),
    Workload("https-close", "https, connection and full handshake per request, ECDSA P-256", "closed", connections=2, tls="ec", generator="full", warm_share=0.1),
    Workload("https-close-rsa", "the same, RSA 2048", "closed", connections=2, tls="rsa", generator="full", warm_share=0.05),
    Workload("https-resume", "https, connection per request, sessions resumed by tickets", "closed", connections=2, tls="ec", generator="resumed", warm_share=0.1),
    Workload("h2-64x10", "HTTP/2 over TLS, small GET, 64 connections of 10 streams", "closed", tls="ec", generator="h2load"),
    Workload("grpc-unary", "gRPC over TLS, unary calls of 5 bytes, 64 connections of 10 streams", "closed", path="/bench.Bench/Unary", tls="ec", generator="h2load", grpc=True),
    Workload("idle", "idle connections", "idle"),
    Workload("https-idle", "idle https connections", "idle", tls="ec"),
    Workload("first", f"the first {FIRST_REQUESTS} requests, one connection", "first"),
)


@dataclass
class Sample:
    """One peer in one round. Times are per request, in microseconds."""

    requests: int = 0
    seconds: float = 0
    cpu_us: Optional[float] = None
    generator_us: Optional[float] = None
    p50_us: int = 0
    p99_us: int = 0
    max_us: int = 0
    errors: int = 0
    rss_bytes: int = 0
    pss_bytes: int = 0
    allocated_bytes: Optional[float] = None
    # Share of the machine's CPU time that went to none of ours: builds, browsers, a host that steals.
    foreign_share: float = 0
    extra: dict = field(default_factory=dict)

    @property
    def rate(self):
        return self.requests / self.seconds if self.seconds else 0.0

    @property
    def cost(self):
        """CPU of the proxy in units of the load generator's: what is left when the machine's speed is taken out."""
        return self.cpu_us / self.generator_us if self.cpu_us and self.generator_us else None


def warm(peer, workload, settings):
    """Sends as many requests as the peer's code needs to settle; by count, as slower machines need longer. Says how many."""
    wanted = max(1, int(peer.warm_requests * workload.warm_share * settings.warm_factor))
    done = 0
    deadline = time.monotonic() + WARM_SECONDS_MAX
    while done < wanted:
        if time.monotonic() > deadline:
            raise BenchmarkError(f"{peer.name}: {done} of {wanted} requests to warm up in {WARM_SECONDS_MAX} s")
        result, _ = _load(peer, workload, 1 if wanted < 20_000 else 3, settings)
        peer.check_alive()
        if not result["requests"]:
            raise BenchmarkError(f"{peer.name}: no answer at all to {workload.title}; see {peer.directory}")
        if result.get("errors", 0) * 2 > result["requests"]:
            raise BenchmarkError(f"{peer.name}: {result['errors']} of {result['requests']} requests failed while it warmed up")
        done += result["requests"]
    return done


def measure(peer, workload, origin, settings):
    """One round of a workload that sends requests all the time."""
    seconds = settings.seconds
    allocated_before = peer.allocated_bytes()
    before = _Cpu(peer, origin)
    if workload.kind == "rate":
        result, before = _fixed_rate(peer, workload, origin, settings)
        generator = result["cpu_us"]
    else:
        result, generator = _load(peer, workload, seconds, settings)
    after = _Cpu(peer, origin)
    peer.check_alive()
    requests = result["requests"]
    if not requests:
        raise BenchmarkError(f"{peer.name}: no answer at all to {workload.title}; see {peer.directory}")
    sample = Sample(
        requests=requests,
        seconds=result["micros"] / 1e6,
        generator_us=generator / requests,
        p50_us=result["p50_us"],
        p99_us=result["p99_us"],
        max_us=result["max_us"],
        errors=result["errors"],
    )
    busy = after.machine - before.machine
    ours = (after.peer - before.peer) + (after.origin - before.origin) + generator
    sample.foreign_share = max(0.0, busy - ours) / ((after.at - before.at) * 1e6 * (os.cpu_count() or 1))
    if peer.process:
        sample.cpu_us = (after.peer - before.peer) / requests
        memory = peer.process.memory()
        sample.rss_bytes, sample.pss_bytes = memory.rss_bytes, memory.pss_bytes
    if allocated_before is not None and workload.kind != "rate":
        sample.allocated_bytes = (peer.allocated_bytes() - allocated_before) / requests
    if workload.kind == "rate":
        sample.extra["p999_us"] = result["p999_us"]
    return sample


def resist_slow_heads(peer, workload, origin, settings):
    """Ordinary requests at a fixed rate: first alone, then beside connections that send a head one byte at a time."""
    alone, _ = _fixed_rate(peer, workload, origin, settings)
    log = settings.directory / "slow-heads.log"
    log.write_bytes(b"")
    java = ["java", "-Xmx200m", "-XX:+UseSerialGC", "-cp", LOAD_CLASSES, "io.weldr.benchmark.load.SlowHeads"]
    plan = ["127.0.0.1", peer.port, settings.slow_connections, SLOW_BYTE_MILLIS, SLOW_OPENING_SECONDS]
    slow = OwnProcess("slow-heads", [*java, *plan], log)
    try:
        wait_until(lambda: _last_held(log), "all connections standing", slow)
        before, since = _last_held(log), time.monotonic()
        beside, counting = _fixed_rate(peer, workload, origin, settings)
        cores = (peer.cpu_micros() - counting.peer) / 1e6 / (time.monotonic() - counting.at)
        slow.check_alive()
        after, seconds = _last_held(log), time.monotonic() - since
    finally:
        slow.stop()
    peer.check_alive()
    sample = Sample(
        requests=beside["requests"],
        seconds=beside["micros"] / 1e6,
        p50_us=beside["p50_us"],
        p99_us=beside["p99_us"],
        max_us=beside["max_us"],
        errors=beside["errors"] + alone["errors"],
    )
    sample.extra["alone_p50_us"], sample.extra["alone_p99_us"] = alone["p50_us"], alone["p99_us"]
    sample.extra["held"] = after["held"]
    sample.extra["cores"] = cores
    sample.extra["cut_off_per_second"] = (after["cut_off"] - before["cut_off"]) / seconds
    sample.extra["mean_life_ms"] = after["mean_life_ms"]
    return sample


def resist_stalled(peer, workload, origin, settings):
    """Ordinary requests at a fixed rate: first alone, then beside clients that ask for a long answer and read none of it."""
    alone, _ = _fixed_rate(peer, workload, origin, settings)
    memory_before = peer.process.memory()
    sockets = []
    try:
        for _ in range(settings.stalled_connections):
            connection = socket.socket()
            sockets.append(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", peer.port))
            connection.sendall(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(SETTLE_SECONDS)
        beside, _ = _fixed_rate(peer, workload, origin, settings)
        memory = peer.process.memory()
        standing = sum(1 for connection in sockets if not _is_reset(connection))
    except OSError as failure:
        raise BenchmarkError(f"{peer.name}: connection {len(sockets)}: {failure}") from failure
    finally:
        for connection in sockets:
            connection.close()
    peer.check_alive()
    sample = Sample(
        requests=beside["requests"],
        seconds=beside["micros"] / 1e6,
        p50_us=beside["p50_us"],
        p99_us=beside["p99_us"],
        max_us=beside["max_us"],
        errors=beside["errors"] + alone["errors"],
        rss_bytes=memory.rss_bytes,
        pss_bytes=memory.pss_bytes,
    )
    sample.extra["alone_p50_us"], sample.extra["alone_p99_us"] = alone["p50_us"], alone["p99_us"]
    sample.extra["stalled"] = standing
    sample.extra["rss_before"] = memory_before.rss_bytes
    return sample


class _Changes(threading.Thread):
    """Writes a route anew again and again, and asks for it until the new one answers."""

    def __init__(self, peer):
        super().__init__(daemon=True)
        self.peer = peer
        self.visible_us = []
        self.failures = []
        self._over = threading.Event()

    def run(self):
        number = 0
        due = time.monotonic()
        try:
            with socket.create_connection(("127.0.0.1", self.peer.port), 10) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while not self._over.wait(max(0.0, due - time.monotonic())):
                    due += CHANGE_SECONDS
                    number += 1
                    self.peer.change_route(number)
                    written = time.perf_counter_ns()
                    while self._seen(connection) != number:
                        if time.perf_counter_ns() - written > 5e9:
                            raise BenchmarkError(f"change {number} is not to be seen after 5 s")
                    self.visible_us.append((time.perf_counter_ns() - written) // 1000)
        except (OSError, BenchmarkError) as failure:
            self.failures.append(str(failure))

    @staticmethod
    def _seen(connection):
        """The number that the route answers with; -1 before there is the route."""
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {CHANGING_HOST}\r\n\r\n".encode())
        answer = b""
        while True:
            more = connection.recv(4096)
            if not more:
                raise BenchmarkError("the connection was closed")
            answer += more
            head, end, body = answer.partition(b"\r\n\r\n")
            length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
            if end and (not length or len(body) >= int(length.group(1))):
                return int(body) if body.isdigit() else -1

    def stop(self):
        self._over.set()
        self.join(30)


def resist_changes(peer, workload, origin, settings):
    """Ordinary requests at a fixed rate: first alone, then while a route is written anew 1000 times a minute."""
    alone, _ = _fixed_rate(peer, workload, origin, settings)
    changes = _Changes(peer)
    changes.start()
    try:
        beside, _ = _fixed_rate(peer, workload, origin, settings)
    finally:
        changes.stop()
    peer.check_alive()
    if changes.failures or not changes.visible_us:
        raise BenchmarkError(f"{peer.name}: {changes.failures or 'no change was made'}")
    seen = sorted(changes.visible_us)
    sample = Sample(
        requests=beside["requests"],
        seconds=beside["micros"] / 1e6,
        p50_us=beside["p50_us"],
        p99_us=beside["p99_us"],
        max_us=beside["max_us"],
        errors=beside["errors"] + alone["errors"],
    )
    sample.extra["alone_p50_us"], sample.extra["alone_p99_us"] = alone["p50_us"], alone["p99_us"]
    sample.extra["changes"] = len(seen)
    sample.extra["visible_p50_us"], sample.extra["visible_p99_us"] = seen[len(seen) // 2], seen[len(seen) * 99 // 100]
    return sample


def _is_reset(connection):
    """Whether the proxy has broken the connection off; what it has sent is not read."""
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


def _last_held(log):
    """What the slow connections said last of themselves; None before they all stand."""
    lines = [line for line in log.read_text().split("\n")[:-1] if line.startswith("HELD ")]
    return json.loads(lines[-1][len("HELD ") :]) if lines else None


def hold_idle(peer, settings):
    """Memory of connections that each had one answer and then nothing more to do."""
    wanted = settings.idle_connections
    heap_before = peer.live_heap_bytes()
    memory_before = peer.process.memory()
    sockets = []
    try:
        for _ in range(wanted):
            connection = _connected(peer)
            sockets.append(connection)
            if not _get(connection):
                raise BenchmarkError(f"{peer.name}: connection {len(sockets)} of {wanted} was not served")
        time.sleep(SETTLE_SECONDS)
        heap_after = peer.live_heap_bytes()
        memory = peer.process.memory()
        closed = sum(1 for connection in sockets if _is_closed(connection))
    except OSError as failure:
        raise BenchmarkError(f"{peer.name}: connection {len(sockets) + 1} of {wanted}: {failure}") from failure
    finally:
        for connection in sockets:
            connection.close()
    sample = Sample(requests=wanted, errors=closed, rss_bytes=memory.rss_bytes, pss_bytes=memory.pss_bytes)
    sample.extra["pss_each"] = (memory.pss_bytes - memory_before.pss_bytes) / wanted
    if heap_before is not None and heap_after is not None:
        sample.extra["heap_each"] = (heap_after - heap_before) / wanted
    return sample


def first_requests(peer):
    """Latencies of the first requests of a process that has just said that it is ready, one after the other."""
    micros = []
    errors = 0
    with socket.create_connection(("127.0.0.1", peer.port), 10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(FIRST_REQUESTS):
            start = time.perf_counter_ns()
            if not _get(connection):
                errors += 1
            micros.append((time.perf_counter_ns() - start) // 1000)
    micros.sort()
    sample = Sample(requests=FIRST_REQUESTS, errors=errors)
    sample.p50_us, sample.p99_us, sample.max_us = micros[FIRST_REQUESTS // 2], micros[FIRST_REQUESTS * 99 // 100], micros[-1]
    sample.extra["over_10ms"] = sum(1 for each in micros if each > 10_000)
    return sample


class _Cpu:
    """CPU time of everybody concerned at one moment."""

    def __init__(self, peer, origin):
        self.at = time.monotonic()
        self.machine = machine_busy_micros()
        self.peer = peer.cpu_micros()
        self.origin = origin.process.cpu_micros()


def _load(peer, workload, seconds, settings):
    """Runs the workload's generator; returns its result and the CPU time it took, in microseconds."""
    if workload.generator == "wrk":
        return _wrk(peer.port, workload, seconds, settings)
    if workload.generator == "h2load":
        return _h2load(peer.port, workload, seconds, settings)
    plan = [peer.port, peers.HOST, workload.path, workload.generator, workload.connections, seconds]
    return _generate("handshakes", [sys.executable, HERE / "lib" / "handshakes.py", *plan], seconds, settings)


def _wrk(port, workload, seconds, settings):
    threads = min(settings.threads, workload.connections)
    argv = ["wrk", f"-t{threads}", f"-c{workload.connections}", f"-d{seconds}s", "--timeout", "10s"]
    for header in workload.headers:
        argv += ["-H", header]
    scheme, host = ("https", peers.HOST) if workload.tls else ("http", "127.0.0.1")
    argv += ["-s", HERE / "lib" / "wrk.lua", f"{scheme}://{host}:{port}{workload.path}"]
    return _generate("wrk", argv, seconds, settings, {"BENCH_POST_BYTES": str(workload.post_bytes), "BENCH_ROUTES": _routes(workload)})


def _h2load(port, workload, seconds, settings):
    argv = ["h2load", "-t", settings.threads, "-c", workload.connections, "-m", STREAMS, "-D", seconds]
    if workload.grpc:
        message = settings.directory / "message"
        message.write_bytes(peers.GRPC_MESSAGE)
        argv += ["-d", message, "-H", "content-type: application/grpc", "-H", "te: trailers"]
    argv.append(f"https://{peers.HOST}:{port}{workload.path}")
    return _generate("h2load", argv, seconds, settings, read=_h2load_result)


def _h2load_result(text):
    """What h2load says at its end, in the words of the other generators. It says no percentiles."""
    finished = re.search(r"finished in ([\d.]+)(ms|s)", text)
    counts = re.search(r"requests: (\d+) total, \d+ started, \d+ done, (\d+) succeeded, (\d+) failed, (\d+) errored", text)
    mean = re.search(r"time for request: +\S+ +(\S+) +(\S+)", text)
    if not finished or not counts or not mean:
        return None
    total, succeeded, failed, errored = (int(count) for count in counts.groups())
    micros = float(finished.group(1)) * (1e3 if finished.group(2) == "ms" else 1e6)
    worst, middle = (_micros(word) for word in mean.groups())
    return {"requests": succeeded, "micros": micros, "p50_us": middle, "p99_us": 0, "max_us": worst, "errors": failed + errored}


def _micros(word):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", word).groups()
    return int(float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit])


def _connected(peer):
    """A connection to a peer, with a handshake where it speaks TLS."""
    connection = socket.create_connection(("127.0.0.1", peer.port), 10)
    if not peer.tls:
        return connection
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # the certificate was made for this run, and nobody vouches for it
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname=peers.HOST)


def _routes(workload):
    return " ".join(f"{host}{path}" for _, host, path in ROUTES) if workload.with_routes else ""


def _generate(name, argv, seconds, settings, env=None, at_line=None, read=None):
    """Runs a load generator to its end. at_line: called with each line that it prints, as soon as it is there. read: finds the result."""
    log = settings.directory / f"{name}.log"
    log.write_bytes(b"")
    cpu_before = _children_cpu_micros()
    process = OwnProcess(name, argv, log, env)
    seen = 0
    deadline = time.monotonic() + seconds + 90
    try:
        while process.popen.poll() is None:
            if time.monotonic() > deadline:
                raise BenchmarkError(f"{name} does not end; see {log}")
            lines = log.read_text().splitlines() if at_line else []
            for line in lines[seen:]:
                at_line(line)
            seen = max(seen, len(lines))
            time.sleep(0.02)
    finally:
        process.stop()
    cpu = _children_cpu_micros() - cpu_before
    result = read(log.read_text()) if read else None
    if result:
        return result, cpu
    for line in log.read_text().splitlines():
        if line.startswith("RESULT "):
            return json.loads(line[len("RESULT ") :]), cpu
    raise BenchmarkError(f"{name} has no result:\n{log.read_text()[-2000:]}")


def _children_cpu_micros():
    """CPU time of all children that ended: between two calls only a load generator does."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((usage.ru_utime + usage.ru_stime) * 1e6)


def _fixed_rate(peer, workload, origin, settings):
    """Runs the generator of fixed rate; returns its result and the CPU times when it began to count."""
    moments = []

    def at_line(line):
        if line == "COUNTING":
            moments.append(_Cpu(peer, origin))

    # A fixed young generation that a run does not fill, so that its own collector stays out of the latencies.
    java = ["java", "-Xms400m", "-Xmx400m", "-Xmn300m", "-XX:+UseSerialGC", "-XX:+AlwaysPreTouch", "-cp", LOAD_CLASSES]
    plan = ["127.0.0.1", peer.port, workload.path, settings.rate, workload.connections, RATE_WARM_SECONDS, settings.seconds]
    seconds = RATE_WARM_SECONDS + settings.seconds
    argv = [*java, "io.weldr.benchmark.load.FixedRate", *plan]
    result, _ = _generate("fixed-rate", argv, seconds, settings, at_line=at_line)
    if not moments:
        raise BenchmarkError("fixed-rate never began to count")
    return result, moments[0]


def _get(connection):
    """One exchange on a connection, its answer read to the end. Whether it was a 200."""
    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = b""
    while True:
        more = connection.recv(4096)
        if not more:
            raise BenchmarkError("a connection was closed in the middle of an answer")
        answer += more
        head, end, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
        if end and (not length or len(body) >= int(length.group(1))):
            return head.startswith(b"HTTP/1.1 200")


def _is_closed(connection):
    connection.setblocking(False)
    try:
        return socket.socket.recv(connection, 1, socket.MSG_PEEK) == b""  # of the socket below TLS, if that is spoken
    except BlockingIOError:
        return False
    except OSError:
        return True
