"""The command line of benchmark/run: checks, rounds, and the table at the end."""

import argparse
import json
import os
import resource
import shutil
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import peers
import report
import workloads
from processes import BenchmarkError, stop_all

HERE = Path(__file__).resolve().parent.parent
OUT = HERE / "out"
# Debian's package of each program that is needed and not built here.
PACKAGES = {"haproxy": "haproxy", "nginx": "nginx-light", "wrk": "wrk", "java": "openjdk-17-jdk-headless", "h2load": "nghttp2-client", "openssl": "openssl"}


@dataclass(frozen=True)
class Settings:
    """What every part of the run has to know."""

    directory: Path
    threads: int
    seconds: int
    rate: int
    idle_connections: int
    slow_connections: int
    stalled_connections: int
    warm_factor: float
    weldr_home: Path
    weldr_args: list
    weldr_log_args: list
    connections_max: int
    files_max: int


def main():
    options = _options()
    # Each of these ends the run through the finally below, Ctrl-C also where a script started it in the background.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        run(options)
    except BenchmarkError as failure:
        sys.exit(f"benchmark/run: {failure}")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # stopping takes seconds; a second Ctrl-C must not leave it half done
        stop_all()


def run(options):
    chosen = [workload for workload in workloads.WORKLOADS if workload.name in options.workloads]
    _require_programs(options, chosen)
    settings = _settings(options)
    machine = report.machine(options, settings)
    say(f"output in {settings.directory}")
    origin = peers.Origin(settings)
    origin.start()
    results = {}
    for workload in chosen:
        say(f"{workload.name}: {workload.title}")
        if workload.kind in ("idle", "first"):
            results[workload.name] = _one_by_one(workload, options, settings)
        else:
            results[workload.name] = _interleaved(workload, origin, options, settings)
        _write(results, machine, options, settings)
    print((settings.directory / "table.md").read_text())


def _interleaved(workload, origin, options, settings):
    """All peers stand beside each other, warm; the rounds go A B C, C B A."""
    measures = {
        "slow-heads": workloads.resist_slow_heads,
        "stalled": workloads.resist_stalled,
        "changes": workloads.resist_changes,
    }
    measure = measures.get(workload.kind, workloads.measure)
    kinds = [kind for kind in options.peers if not (workload.kind in measures and kind == "direct")]
    if workload.kind == "changes":  # the others change nothing without a reload
        kinds = [kind for kind in kinds if kind.startswith("weldr")]
    contestants = peers.make(kinds, settings, workload)
    samples = {peer.name: [] for peer in contestants}
    try:
        for peer in contestants:
            peer.start()
            say(f"  {peer.name}: warm after {workloads.warm(peer, workload, settings)} requests")
        for number in range(options.rounds):
            for peer in contestants if number % 2 == 0 else reversed(contestants):
                sample = measure(peer, workload, origin, settings)
                samples[peer.name].append(sample)
                say(f"  round {number + 1} {peer.name}: {report.brief(sample)}")
    finally:
        for peer in contestants:
            peer.stop()
    return samples


def _one_by_one(workload, options, settings):
    """One fresh process after the other: memory, and the first requests."""
    samples = {}
    rounds = 1 if workload.kind == "idle" else min(options.rounds, 3)
    for number in range(rounds):
        for peer in peers.make(options.peers, settings, workload):
            if peer.kind == "direct":
                continue
            try:
                peer.start()
                if workload.kind == "idle":
                    workloads.warm(peer, workload, settings)
                    sample = workloads.hold_idle(peer, settings)
                else:
                    sample = workloads.first_requests(peer)
            finally:
                peer.stop()
            samples.setdefault(peer.name, []).append(sample)
            say(f"  round {number + 1} {peer.name}: {report.brief(sample)}")
    return samples


def _write(results, machine, options, settings):
    """After each workload, so that a run that is stopped leaves what it has."""
    document = {
        "machine": machine,
        "results": {
            name: {peer: [asdict(sample) for sample in samples] for peer, samples in by_peer.items()}
            for name, by_peer in results.items()
        },
    }
    (settings.directory / "results.json").write_text(json.dumps(document, indent=1) + "\n")
    (settings.directory / "table.md").write_text(report.render(results, machine, workloads.WORKLOADS))


def _settings(options):
    files_max = _raise_open_files()
    connections_max = max(1_000, options.idle_connections + 500, options.slow_connections + 500)
    for workload, wanted in (("idle", options.idle_connections), ("slow-heads", options.slow_connections)):
        needed = wanted + 1_000
        if workload in options.workloads and files_max < needed:
            raise BenchmarkError(
                f"{files_max} open files allowed (expected: {needed} for {wanted} connections of {workload}); "
                f"ulimit -Hn says the limit"
            )
    directory = OUT / time.strftime("%Y%m%d-%H%M%S")
    directory.mkdir(parents=True)
    latest = OUT / "latest"
    latest.unlink(missing_ok=True)
    latest.symlink_to(directory.name)
    return Settings(
        directory=directory,
        threads=options.threads,
        seconds=options.seconds,
        rate=options.rate,
        idle_connections=options.idle_connections,
        slow_connections=options.slow_connections,
        stalled_connections=options.stalled_connections,
        warm_factor=options.warm_factor,
        weldr_home=options.weldr_home.resolve(),
        weldr_args=options.weldr_args.split(),
        weldr_log_args=options.weldr_log_args.split(),
        connections_max=connections_max,
        files_max=files_max,
    )


def _require_programs(options, chosen):
    needed = {"nginx", "wrk"} | ({"haproxy", "nginx"} & set(options.peers))
    rate = any(workload.kind in ("rate", "slow-heads", "stalled", "changes") for workload in chosen)
    weldr = {"weldr", "weldr-io-uring"} & set(options.peers)
    if rate or weldr:
        needed.add("java")
    needed |= {"openssl" for workload in chosen if workload.tls} | {"h2load" for workload in chosen if workload.generator == "h2load"}
    missing = sorted(program for program in needed if not shutil.which(program))
    if missing:
        packages = " ".join(PACKAGES[program] for program in missing)
        raise BenchmarkError(f"{', '.join(missing)} missing (expected: apt-get install {packages})")
    if rate and not (workloads.LOAD_CLASSES / "io/weldr/benchmark/load/SlowHeads.class").exists():
        raise BenchmarkError(
            "the load generator of fixed rate is not built (expected: ./mvnw -DskipTests -pl benchmark/load package)"
        )
    if weldr:
        if not (options.weldr_home / "bin" / "weldr").exists():
            raise BenchmarkError(
                f"{options.weldr_home}/bin/weldr is not there (expected: ./mvnw -DskipTests package, or --weldr-home, "
                f"or --peers direct,haproxy,nginx)"
            )
        if any(workload.with_logging for workload in chosen) and not options.weldr_log_args:
            raise BenchmarkError("no --weldr-log-args (expected: the flags that turn weldr's access log on)")


def _raise_open_files():
    """As far as allowed; children inherit it. Root may go beyond the limit that it was given."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (65_536, hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
            return wanted
        except (ValueError, OSError):
            continue
    return soft


def _end(number, _frame):
    sys.exit(f"benchmark/run: ended by {signal.Signals(number).name}; what was done is in benchmark/out/latest")


def say(text):
    print(text, file=sys.stderr, flush=True)


def _options():
    names = [workload.name for workload in workloads.WORKLOADS]
    about = "\n".join(f"  {workload.name:15} {workload.title}" for workload in workloads.WORKLOADS)
    parser = argparse.ArgumentParser(
        prog="benchmark/run",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures weldr beside HAProxy, nginx and no proxy at all, on loopback, and prints a Markdown table.\n"
        "Installs nothing, stops all that it started. benchmark/README.md says how to read the table.",
        epilog=f"workloads:\n{about}\n\nports: {peers.PORT_FIRST} to {peers.PORT_FIRST + 99}; output: benchmark/out/",
    )
    third = max(1, (os.cpu_count() or 1) // 3)
    parser.add_argument("--peers", type=_list_of(peers.NAMES), default=list(peers.NAMES), help="default: all")
    parser.add_argument("--workloads", type=_list_of(names), default=names, help="default: all")
    parser.add_argument("--rounds", type=_positive, default=6, help="default: 6")
    parser.add_argument("--seconds", type=_positive, default=8, help="length of a round; default: 8")
    parser.add_argument(
        "--threads",
        type=_positive,
        default=third,
        help="threads of each of origin, proxy and load generator; default: a third of the cores, at least 1",
    )
    parser.add_argument("--rate", type=_positive, default=4_000, help="requests a second of rate, slow-heads, stalled and changes; default: 4000")
    parser.add_argument("--idle-connections", type=_positive, default=10_000, help="default: 10000")
    parser.add_argument("--slow-connections", type=_positive, default=10_000, help="of slow-heads; default: 10000")
    parser.add_argument("--stalled-connections", type=_positive, default=1_000, help="of stalled; default: 1000")
    parser.add_argument(
        "--warm-factor", type=float, default=1.0, metavar="X", help="of the usual warm-up; below 1 only to try things"
    )
    parser.add_argument("--weldr-home", type=Path, default=HERE.parent / "deploy" / "target" / "weldr", metavar="DIR")
    parser.add_argument("--weldr-args", default="", help="more flags for weldr, in one word")
    parser.add_argument(
        "--weldr-log-args",
        default="--access-log=@DIR@/access.log",
        help="flags that turn weldr's access log on, in one word; @DIR@ stands for a folder to write to",
    )
    return parser.parse_args()


def _list_of(known):
    def parse(text):
        words = text.split(",")
        for word in words:
            if word not in known:
                raise argparse.ArgumentTypeError(f"'{word}' (expected: some of {','.join(known)})")
        return [word for word in known if word in words]

    return parse


def _positive(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' (expected: a number from 1 on)")
    return int(text)


if __name__ == "__main__":
    main()
