"""Makes a TLS connection for each GET, with a full handshake or a resumed session (RFC 8446 section 2.2), as fast as it can.

handshakes.py PORT HOST PATH full|resumed PROCESSES SECONDS prints RESULT with JSON at the end. Any certificate is believed: it
measures servers of its own machine.
"""

import json
import os
import socket
import ssl
import sys
import time

TIMEOUT_SECONDS = 10


def main():
    port, host, path, mode, processes, seconds = sys.argv[1:]
    end = time.monotonic() + float(seconds)
    start = time.perf_counter_ns()
    pipes = []
    for _ in range(int(processes)):
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.close(reading)
            counts = _loop(int(port), host, path, mode == "resumed", end)
            with os.fdopen(writing, "w") as out:
                json.dump(counts, out)
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    micros, resumed, errors, failure = [], 0, 0, ""
    for reading in pipes:
        with os.fdopen(reading) as answers:
            one = json.load(answers)
        micros += one["micros"]
        resumed += one["resumed"]
        errors += one["errors"]
        failure = one["failure"] or failure
        os.wait()
    elapsed = (time.perf_counter_ns() - start) // 1000
    if not micros:
        sys.exit(f"handshakes: no answer; the last failure: {failure}")
    micros.sort()
    expected = len(micros) - int(processes) if mode == "resumed" else 0
    if abs(resumed - expected) > len(micros) // 50:
        sys.exit(f"handshakes: {resumed} of {len(micros)} connections resumed a session (expected: {expected})")
    result = {
        "requests": len(micros),
        "micros": elapsed,
        "p50_us": micros[len(micros) // 2],
        "p99_us": micros[len(micros) * 99 // 100],
        "max_us": micros[-1],
        "errors": errors,
    }
    print("RESULT " + json.dumps(result), flush=True)


def _loop(port, host, path, resume, end):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()
    session = None
    counts = {"micros": [], "resumed": 0, "errors": 0, "failure": ""}
    while time.monotonic() < end:
        start = time.perf_counter_ns()
        try:
            with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as plain:
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with context.wrap_socket(plain, server_hostname=host, session=session) as connection:
                    connection.sendall(request)
                    answer = b""
                    while True:
                        more = connection.recv(4096)
                        if not more:
                            break
                        answer += more
                    counts["resumed"] += connection.session_reused
                    if resume:
                        session = connection.session
            if not answer.startswith(b"HTTP/1.1 200"):
                raise OSError(f"answer {answer[:40]!r} (expected: HTTP/1.1 200)")
            counts["micros"].append((time.perf_counter_ns() - start) // 1000)
        except OSError as failure:
            counts["errors"] += 1
            counts["failure"] = str(failure)
    return counts


if __name__ == "__main__":
    main()
