"""The origin and what stands before it: how each is configured, started and asked whether it is ready."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

from processes import BenchmarkError, OwnProcess, wait_until

HERE = Path(__file__).resolve().parent.parent
PORT_FIRST = 22000
PORTS_EACH = 10
# 100 hosts of 10 paths each. Every route adds a header field of its own, and removes one.
ROUTES = [(f"r{h}-{p}", f"h{h}.bench.example", f"/s{p}/") for h in range(100) for p in range(10)]
CHANGING_HOST = "changing.bench.example"
# Where peers that speak TLS are asked for, so that their certificate is for a name.
HOST = "localhost"
# Five bytes in the frame of gRPC: not compressed, and their length.
GRPC_MESSAGE = b"\0\0\0\0\5hello"
NAMES = ("direct", "haproxy", "nginx", "weldr", "weldr-io-uring")


class Origin:
    """nginx with a 12-byte answer at /, 1 MiB at /1m, 64 MiB in chunks at /stream, and /post that answers once it has the body."""

    port = PORT_FIRST
    grpc_port = PORT_FIRST + 1

    def __init__(self, settings):
        self.settings = settings
        self.process = None

    def start(self):
        directory = self.settings.directory
        file = directory / "1m"
        file.write_bytes(b"0123456789abcdef" * 65536)
        file.chmod(0o644)
        with open(directory / "64m", "wb") as long:
            for _ in range(64):
                long.write(b"0123456789abcdef" * 65536)
        (directory / "64m").chmod(0o644)
        config = _write_config("origin.conf", directory / "origin.conf", self.settings, PORT=self.port)
        _require_free(self.port, "the origin")
        self.process = OwnProcess("origin", ["nginx", "-c", config], directory / "origin.log")
        wait_until(lambda: _connects(self.port), "listening", self.process)


class Peer:
    """One contestant: a way to the origin, with or without an access log. Fresh at every start."""

    # Caches and connection pools fill within a few thousand requests; only compiled code needs more.
    warm_requests = 5_000

    def __init__(self, kind, index, settings, workload, logging=False):
        self.kind = kind
        self.logging = logging
        self.routes = workload.with_routes
        self.tls = workload.tls
        self.grpc = workload.grpc
        self.name = f"{kind}+log" if logging else kind
        self.port = PORT_FIRST + PORTS_EACH * index
        self.settings = settings
        self.process = None
        self.directory = settings.directory / self.name

    def start(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        _require_free(self.port, self.name)
        self._launch()

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None

    def check_alive(self):
        if self.process:
            self.process.check_alive()

    def cpu_micros(self):
        return self.process.cpu_micros() if self.process else 0

    def allocated_bytes(self):
        """Bytes allocated on the heap by all live threads so far, or None where there is no such thing."""
        return None

    def live_heap_bytes(self):
        """Heap in use after a full collection, or None where there is no such thing."""
        return None

    def _launch(self):
        raise NotImplementedError

    def _started(self, argv, env=None):
        self.process = OwnProcess(self.name, argv, self.directory / "log", env)
        wait_until(lambda: _connects(self.port), "listening", self.process)


class Direct(Peer):
    """No proxy: how far the origin and the load generator go by themselves."""

    def __init__(self, kind, index, settings, workload, logging=False):
        super().__init__(kind, index, settings, workload, logging)
        self.port = Origin.port

    def start(self):
        pass


class HaProxy(Peer):
    def _launch(self):
        lines = "    default_backend origins"
        if self.routes:
            names = self.directory / "routes.map"
            names.write_text("".join(f"{host}{path} {name}\n" for name, host, path in ROUTES))
            pools = self.directory / "pools.map"
            pools.write_text("".join(f"{host}{path} origins\n" for _, host, path in ROUTES))
            lines = (
                f"    http-request set-header X-Route %[base,map_beg({names})]\n"
                f"    http-request del-header X-Drop\n"
                f"    use_backend %[base,map_beg({pools})]"
            )
        config = _write_config(
            "haproxy.cfg",
            self.directory / "haproxy.cfg",
            self.settings,
            PORT=self.port,
            CONNECTIONS=self.settings.connections_max,
            ROUTE_LINES=lines,
            TLS=f" ssl crt {_certificate(self.settings, self.tls)[2]} alpn h2,http/1.1" if self.tls else "",
            SERVER=f"127.0.0.1:{Origin.grpc_port} proto h2" if self.grpc else f"127.0.0.1:{Origin.port}",
            LOG_LINE="    log stdout format raw local0" if self.logging else "",
            FRONTEND_LOG_LINES="    log global\n    option httplog" if self.logging else "",
        )
        self._started(["haproxy", "-db", "-f", config])


class Nginx(Peer):
    def _launch(self):
        log = f"{self.directory}/access.log combined buffer=64k flush=1s" if self.logging else "off"
        config = _write_config(
            "nginx.conf",
            self.directory / "nginx.conf",
            self.settings,
            SERVERS=self._servers(),
            DIR=self.directory,
            PORT=self.port,
            ACCESS_LOG=log,
        )
        self._started(["nginx", "-c", config])


    def _servers(self):
        """One server for all hosts; with routes one for each, as they are told apart by nothing else."""
        if self.tls:
            chain, key, _ = _certificate(self.settings, self.tls)
            server = "nginx-grpc.conf" if self.grpc else "nginx-tls.conf"
            return (HERE / "conf" / server).read_text().replace("@CHAIN@", str(chain)).replace("@KEY@", str(key)).replace("@GRPC_PORT@", str(Origin.grpc_port))
        if not self.routes:
            return (HERE / "conf" / "nginx-server.conf").read_text()
        location = (HERE / "conf" / "nginx-route.conf").read_text()
        servers = {}
        for name, host, path in ROUTES:
            servers.setdefault(host, []).append(location.replace("@PATH@", path).replace("@NAME@", name))
        options = " reuseport backlog=4096"  # may be said once for each address
        texts = []
        for host, locations in servers.items():
            texts.append(
                f"    server {{\n        listen 127.0.0.1:@PORT@{options};\n        server_name {host};\n{''.join(locations)}    }}\n"
            )
            options = ""
        return "    server_names_hash_max_size 1024;\n" + "".join(texts)


class Weldr(Peer):
    """The built distribution as a cluster of one, its pool filled through its HTTP API."""

    warm_requests = 250_000
    transport = []  # as it comes

    def _launch(self):
        admin, grpc, raft = self.port + 1, self.port + 2, self.port + 3
        for port in (admin, grpc, raft):
            _require_free(port, self.name)
        data = self.directory / "data"
        shutil.rmtree(data, ignore_errors=True)
        extra = self.transport + (self.settings.weldr_log_args if self.logging else self.settings.weldr_args)
        self._started(
            [
                self.settings.weldr_home / "bin" / "weldr",
                *("--proxy-address", f"127.0.0.1:{self.port}"),
                *("--admin-address", f"127.0.0.1:{admin}"),
                *("--grpc-address", f"127.0.0.1:{grpc}"),
                *("--raft-address", f"127.0.0.1:{raft}"),
                *("--data-dir", data),
                *("--workers", self.settings.threads),
                *(word.replace("@DIR@", str(self.directory)) for word in extra),
            ]
        )
        wait_until(lambda: _answer(admin, "GET", "/readyz")[0] == 200, "GET /readyz answering 200", self.process)
        wait_until(lambda: self._added(admin), "the pool taking the origin", self.process)
        if self.tls:
            self._speak_tls(admin)
        if self.routes:
            for route in ROUTES:
                self._add_route(admin, *route)

    def _added(self, admin):
        status, text = _answer(admin, "POST", "/servers", {"url": f"http://127.0.0.1:{Origin.port}"})
        if 400 <= status < 500:
            raise BenchmarkError(f"{self.name}: POST /servers answered {status}: {text}")
        return status in (200, 201)

    def _speak_tls(self, admin):
        """Leaves the listener "default" in the clear, and takes the load at another one."""
        chain, key, _ = _certificate(self.settings, self.tls)
        port = self.port + 4
        _require_free(port, self.name)
        pool = "grpc" if self.grpc else "default"
        if self.grpc:
            self._put(admin, "/v1/pools/grpc", {"protocol": "h2"})
            self._post(admin, "/v1/pools/grpc/origins", {"url": f"http://127.0.0.1:{Origin.grpc_port}"})
        self._put(admin, "/v1/routes/tls", {"hosts": [HOST], "pools": [{"pool": pool}]})
        self._put(admin, "/v1/certificates/bench", {"chain": chain.read_text(), "privateKey": key.read_text()})
        listener = {"protocol": "https", "address": f"127.0.0.1:{port}", "tls": {"certificates": ["bench"]}}
        self._put(admin, "/v1/listeners/tls", listener)
        self.port = port
        wait_until(lambda: _connects(port), "listening with TLS", self.process)

    def _put(self, admin, path, document):
        self._written("PUT", admin, path, document)

    def _post(self, admin, path, document):
        self._written("POST", admin, path, document)

    def _written(self, method, admin, path, document):
        status, text = _answer(admin, method, path, document)
        if status not in (200, 201):
            raise BenchmarkError(f"{self.name}: {method} {path} answered {status}: {text}")

    def _add_route(self, admin, name, host, path):
        route = {
            "name": name,
            "listeners": ["default"],
            "hosts": [host],
            "matches": [{"path": path}],
            "pools": [{"pool": "default"}],
            "requestHeaders": {"set": [{"name": "X-Route", "value": name}], "remove": ["X-Drop"]},
        }
        self._post(admin, "/v1/routes", route)

    def change_route(self, number):
        """Makes a route answer with that number."""
        route = {
            "listeners": ["default"],
            "hosts": [CHANGING_HOST],
            "fixedResponse": {"status": 200, "body": str(number)},
        }
        self._put(self.port + 1, "/v1/routes/changing", route)

    def allocated_bytes(self):
        text = self._jcmd("Thread.print", "-e")
        if text is None:
            return None
        units = {"B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
        return sum(int(number) * units[unit] for number, unit in re.findall(r" allocated=(\d+)([BKMG]) ", text))

    def live_heap_bytes(self):
        if self._jcmd("GC.run") is None:
            return None
        used = re.search(r" used (\d+)K", self._jcmd("GC.heap_info") or "")
        return int(used.group(1)) * 1024 if used else None

    def _jcmd(self, *words):
        """What the JDK's jcmd says of the process; None with a Java that has no jcmd."""
        jcmd = Path(os.path.realpath(f"/proc/{self.process.pid}/exe")).parent / "jcmd"
        if not jcmd.exists():
            return None
        done = subprocess.run([jcmd, str(self.process.pid), *words], capture_output=True, text=True, timeout=30)
        return done.stdout if done.returncode == 0 else None


class WeldrOnIoUring(Weldr):
    """The same, with the one setting that changes how it talks to the kernel."""

    transport = ["--transport", "io-uring"]


def make(kinds, settings, workload):
    """The contestants of a workload; with_logging: each one beside itself with its access log on."""
    classes = {"direct": Direct, "haproxy": HaProxy, "nginx": Nginx, "weldr": Weldr, "weldr-io-uring": WeldrOnIoUring}
    variants = [(kind, False) for kind in kinds]
    if workload.with_logging:
        variants += [(kind, True) for kind in kinds if kind != "direct"]
    return [classes[kind](kind, index, settings, workload, logging) for index, (kind, logging) in enumerate(variants, start=1)]


def _certificate(settings, key_type):
    """A chain, its key, and both in one file, made with the first use of each type of key."""
    chain, key, both = (settings.directory / f"{key_type}-{part}.pem" for part in ("chain", "key", "both"))
    if not both.exists():
        kind = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key_type == "ec" else ["rsa:2048"]
        names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
        made = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", *kind, "-keyout", key, "-out", chain, *names]
        done = subprocess.run([str(word) for word in made], capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise BenchmarkError(f"openssl made no certificate: {done.stderr}")
        both.write_text(chain.read_text() + key.read_text())
    return chain, key, both


def _write_config(template, to, settings, **words):
    text = (HERE / "conf" / template).read_text()
    words = {
        "DIR": settings.directory,
        "THREADS": settings.threads,
        "FILES": settings.files_max,
        "ORIGIN_PORT": Origin.port,
        "GRPC_PORT": Origin.grpc_port,
        "GRPC_MESSAGE": GRPC_MESSAGE.decode(),
        # As root nginx would run its workers as nobody, who may not read the folder that all of this is in.
        "USER_LINE": "user root;" if os.geteuid() == 0 else "",
        **words,
    }
    for word, value in words.items():
        text = text.replace(f"@{word}@", str(value))
    to.write_text(text)
    return to


def _connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def _require_free(port, who):
    if _connects(port):
        raise BenchmarkError(f"port {port} for {who} is taken (expected: {PORT_FIRST} to {PORT_FIRST + 99} free on loopback)")


def _answer(port, method, path, document=None):
    """Status and text of one HTTP call; status 0 when there was no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        body = None if document is None else json.dumps(document)
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()
