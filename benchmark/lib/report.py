"""What comes out: medians over the rounds, ratios within a round, as Markdown."""

import os
import platform
import subprocess
import time
from pathlib import Path
from statistics import median

MIB = 1024 * 1024
DASH = "–"


def machine(options, settings):
    """What somebody has to know to judge the figures."""
    processor = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    versions = [_first_line("nginx", "-v"), _first_line("wrk", "-v")]
    if "haproxy" in options.peers:
        versions.append(_first_line("haproxy", "-v"))
    if {"weldr", "weldr-io-uring"} & set(options.peers):
        versions.append(_first_line(settings.weldr_home / "bin" / "weldr", "--version"))
        versions.append(_first_line("java", "-version"))
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": f"{os.cpu_count()} cores of {processor}, {memory:.0f} GiB, Linux {platform.release()}",
        "versions": "; ".join(versions),
        "setting": f"{options.threads} thread(s) for each of origin, proxy and load generator; {options.rounds} rounds of "
        f"{options.seconds} s, interleaved; fixed rate {options.rate}/s; warm-up factor {options.warm_factor:g}",
        "load": f"load average before the run {os.getloadavg()[0]:.1f}",
    }


def brief(sample):
    """One round in one line, for the person who waits."""
    if "pss_each" in sample.extra:
        heap = sample.extra.get("heap_each")
        heap = "" if heap is None else f", {heap:.0f} B live heap"
        return f"{sample.extra['pss_each']:.0f} B PSS a connection{heap}, {sample.errors} closed by the proxy"
    if "over_10ms" in sample.extra:
        return f"p99 {sample.p99_us / 1000:.1f} ms, max {sample.max_us / 1000:.1f} ms"
    if "changes" in sample.extra:
        return (
            f"p99 {sample.extra['alone_p99_us'] / 1000:.2f} -> {sample.p99_us / 1000:.2f} ms beside {sample.extra['changes']} "
            f"changes, to be seen after {sample.extra['visible_p50_us'] / 1000:.1f} ms (p99 {sample.extra['visible_p99_us'] / 1000:.1f}), "
            f"{sample.errors} errors"
        )
    if "stalled" in sample.extra:
        return (
            f"p99 {sample.extra['alone_p99_us'] / 1000:.2f} -> {sample.p99_us / 1000:.2f} ms beside {sample.extra['stalled']} "
            f"stalled readers, RSS {sample.extra['rss_before'] / MIB:.0f} -> {sample.rss_bytes / MIB:.0f} MiB, {sample.errors} errors"
        )
    if "held" in sample.extra:
        return (
            f"p50 {sample.extra['alone_p50_us'] / 1000:.2f} -> {sample.p50_us / 1000:.2f} ms, p99 "
            f"{sample.extra['alone_p99_us'] / 1000:.2f} -> {sample.p99_us / 1000:.2f} ms beside {sample.extra['held']} slow heads, "
            f"{sample.extra['cut_off_per_second']:.0f} of them cut off a second, {sample.errors} errors"
        )
    cpu = "" if sample.cpu_us is None else f", {sample.cpu_us:.1f} µs CPU, {sample.cost:.2f} of the generator's"
    return (
        f"{sample.rate:.0f} req/s{cpu}, p99 {sample.p99_us / 1000:.2f} ms, {sample.errors} errors, "
        f"{sample.foreign_share:.0%} of the machine busy with other things"
    )


def render(results, about, workloads):
    parts = [f"Measured {about['date']} on {about['processor']}.", about["versions"] + ".", about["setting"] + ".", ""]
    known = {workload.name: workload for workload in workloads if workload.name in results}
    steady = {name: workload for name, workload in known.items() if workload.kind in ("closed", "rate")}
    if steady:
        parts += _steady_table(results, steady)
        shares = [sample.foreign_share for name in steady for samples in results[name].values() for sample in samples]
        parts += [
            f"Noise: {about['load']}; others had {median(shares):.0%} of the machine's CPU time in the median round, "
            f"{max(shares):.0%} in the worst.",
            "",
        ]
    if "log" in results:
        parts += _log_table(results["log"])
    if "slow-heads" in results:
        parts += _slow_heads_table(results["slow-heads"])
    if "stalled" in results:
        parts += _stalled_table(results["stalled"])
    if "changes" in results:
        parts += _changes_table(results["changes"])
    for name in ("idle", "https-idle"):
        if name in results:
            parts += _idle_table(known[name].title, results[name])
    if "first" in results:
        parts += _first_table(results["first"])
    parts += _goals(results)
    return "\n".join(parts)


def _steady_table(results, workloads):
    parts = [
        "| workload | peer | req/s | to HAProxy | to nginx | CPU µs/req | CPU/generator | to HAProxy | to nginx "
        "| p50 ms | p99 ms | RSS MiB | PSS MiB | heap B/req | errors |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, workload in workloads.items():
        for peer, samples in results[name].items():
            suffix = "+log" if peer.endswith("+log") else ""
            haproxy, nginx = results[name].get("haproxy" + suffix), results[name].get("nginx" + suffix)
            cells = [
                workload.title,
                peer,
                f"{median(sample.rate for sample in samples):.0f}",
                _ratio(samples, haproxy, "rate"),
                _ratio(samples, nginx, "rate"),
                _number(samples, "cpu_us", "{:.1f}"),
                _spread(samples),
                _ratio(samples, haproxy, "cost"),
                _ratio(samples, nginx, "cost"),
                f"{median(sample.p50_us for sample in samples) / 1000:.2f}",
                f"{median(sample.p99_us for sample in samples) / 1000:.2f}",
                _mebibytes(samples, "rss_bytes"),
                _mebibytes(samples, "pss_bytes"),
                _number(samples, "allocated_bytes", "{:.0f}"),
                str(sum(sample.errors for sample in samples)),
            ]
            parts.append("| " + " | ".join(cells) + " |")
    return parts + [""]


def _log_table(by_peer):
    parts = ["| access log | CPU with the log to CPU without | req/s |", "|---|--:|--:|"]
    for peer in by_peer:
        logged = by_peer.get(peer + "+log")
        if logged:
            parts.append(f"| {peer} | {_ratio(logged, by_peer[peer], 'cost')} | {_ratio(logged, by_peer[peer], 'rate')} |")
    return parts + [""]


def _slow_heads_table(by_peer):
    parts = [
        "| beside slow heads | held | p50 ms without | with | p99 ms without | with | req/s with | cores with | cut off a second | after s | errors |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for peer, samples in by_peer.items():

        def of(key):
            return median(sample.extra[key] for sample in samples)

        p50, p99 = (median(getattr(sample, key) for sample in samples) / 1000 for key in ("p50_us", "p99_us"))
        parts.append(
            f"| {peer} | {of('held'):.0f} | {of('alone_p50_us') / 1000:.2f} | {p50:.2f} | {of('alone_p99_us') / 1000:.2f} | {p99:.2f} "
            f"| {median(sample.rate for sample in samples):.0f} | {of('cores'):.2f} | {of('cut_off_per_second'):.0f} | {of('mean_life_ms') / 1000:.1f} "
            f"| {sum(sample.errors for sample in samples)} |"
        )
    return parts + [""]


def _stalled_table(by_peer):
    parts = [
        "| beside stalled readers | standing | p50 ms without | with | p99 ms without | with | RSS MiB without | with | errors |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for peer, samples in by_peer.items():

        def of(key):
            return median(sample.extra[key] for sample in samples)

        p50, p99 = (median(getattr(sample, key) for sample in samples) / 1000 for key in ("p50_us", "p99_us"))
        rss = median(sample.rss_bytes for sample in samples)
        parts.append(
            f"| {peer} | {of('stalled'):.0f} | {of('alone_p50_us') / 1000:.2f} | {p50:.2f} | {of('alone_p99_us') / 1000:.2f} | {p99:.2f} "
            f"| {of('rss_before') / MIB:.0f} | {rss / MIB:.0f} | {sum(sample.errors for sample in samples)} |"
        )
    return parts + [""]


def _changes_table(by_peer):
    parts = [
        "| beside changes of a route | changes | p50 ms without | with | p99 ms without | with | to be seen after ms, p50 | p99 | errors |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for peer, samples in by_peer.items():

        def of(key):
            return median(sample.extra[key] for sample in samples)

        p50, p99 = (median(getattr(sample, key) for sample in samples) / 1000 for key in ("p50_us", "p99_us"))
        parts.append(
            f"| {peer} | {of('changes'):.0f} | {of('alone_p50_us') / 1000:.2f} | {p50:.2f} | {of('alone_p99_us') / 1000:.2f} | {p99:.2f} "
            f"| {of('visible_p50_us') / 1000:.1f} | {of('visible_p99_us') / 1000:.1f} | {sum(sample.errors for sample in samples)} |"
        )
    return parts + [""]


def _idle_table(title, by_peer):
    parts = [f"| {title} | held | closed by the proxy | PSS B each | live heap B each | PSS MiB |", "|---|--:|--:|--:|--:|--:|"]
    for peer, samples in by_peer.items():
        sample = samples[-1]
        heap = sample.extra.get("heap_each")
        parts.append(
            f"| {peer} | {sample.requests} | {sample.errors} | {sample.extra['pss_each']:.0f} "
            f"| {DASH if heap is None else f'{heap:.0f}'} | {sample.pss_bytes / MIB:.1f} |"
        )
    return parts + [""]


def _first_table(by_peer):
    parts = ["| first 1000 requests | p50 ms | p99 ms | max ms | above 10 ms | errors |", "|---|--:|--:|--:|--:|--:|"]
    for peer, samples in by_peer.items():
        p50, p99 = (median(getattr(sample, key) for sample in samples) / 1000 for key in ("p50_us", "p99_us"))
        worst = max(sample.max_us for sample in samples) / 1000
        slow = max(sample.extra["over_10ms"] for sample in samples)
        errors = sum(sample.errors for sample in samples)
        parts.append(f"| {peer} | {p50:.2f} | {p99:.2f} | {worst:.2f} | {slow} | {errors} |")
    return parts + [""]


def _goals(results):
    """What weldr wants to reach beside what it reached, as far as this run can tell: as it comes, and on io_uring."""
    found = {peer: _found(results, peer) for peer in ("weldr", "weldr-io-uring")}
    found = {peer: values for peer, values in found.items() if any(value is not None for value in values)}
    if not found:
        return []
    parts = [
        "| goal | wanted | " + " | | ".join(found) + " | |",
        "|---|--:|" + "--:|---|" * len(found),
    ]
    for number, (title, sign, wanted) in enumerate(GOALS):
        cells = []
        for values in found.values():
            value = values[number]
            if value is None:
                cells += [DASH, ""]
                continue
            met = value >= wanted if sign == "≥" else value < wanted if sign == "<" else value <= wanted
            cells += [f"{value:.2f}" if value < 100 else f"{value:.0f}", "met" if met else "**missed**"]
        if any(cell != DASH for cell in cells[::2]):
            parts.append(f"| {title} | {sign} {wanted:g} | " + " | ".join(cells) + " |")
    return parts + [""]


GOALS = [
    ("CPU a request, small GET, to nginx", "≤", 0.80),
    ("CPU a request, small GET, to HAProxy", "≤", 0.72),
    ("req/s, small GET, to the better of the two", "≥", 1.05),
    ("req/s, POST, to the better of the two", "≥", 1.05),
    ("CPU a request, 1 MiB GET, to HAProxy with splice", "≤", 1.0),
    ("CPU, connection per request, to nginx", "≤", 0.95),
    ("p99 at a fixed rate, to HAProxy", "≤", 1.1),
    ("bytes an idle connection (PSS or live heap, the larger)", "≤", 2048),
    ("CPU with the access log on, to off", "≤", 1.08),
    ("ms of the slowest of the first 1000 requests", "<", 10),
    ("CPU a request, https keep-alive, to the better of the two", "≤", 0.9),
    ("CPU, https, connection per request, sessions resumed, to the better", "≤", 1.0),
    ("CPU a request, HTTP/2 over TLS, to the better", "≤", 1.0),
    ("PSS bytes an idle https connection, above HAProxy's", "≤", 12 * 1024),
]


def _found(results, peer):
    """One value for each of GOALS; None where this run has none."""

    def to(workload, other, key="cost"):
        return _ratio_of(results, workload, peer, other, key)

    def rate(workload):
        ratios = [to(workload, other, "rate") for other in ("haproxy", "nginx")]
        return None if None in ratios else min(ratios)

    def to_better(workload):
        ratios = [to(workload, other) for other in ("haproxy", "nginx")]
        return None if None in ratios else max(ratios)

    def idle_each(of):
        samples = results.get("https-idle", {}).get(of)
        return samples[-1].extra["pss_each"] if samples else None

    idle_https, idle_haproxy = idle_each(peer), idle_each("haproxy")
    idle = results.get("idle", {}).get(peer)
    first = results.get("first", {}).get(peer)
    return [
        to("get-64", "nginx"),
        to("get-64", "haproxy"),
        rate("get-64"),
        rate("post-16k"),
        to("get-1m", "haproxy"),
        to("close", "nginx"),
        to("rate", "haproxy", "p99_us"),
        max(idle[-1].extra["pss_each"], idle[-1].extra.get("heap_each") or 0) if idle else None,
        _ratio_of(results, "log", f"{peer}+log", peer, "cost"),
        max(sample.max_us for sample in first) / 1000 if first else None,
        to_better("https-64"),
        to_better("https-resume"),
        to_better("h2-64x10"),
        None if None in (idle_https, idle_haproxy) else idle_https - idle_haproxy,
    ]


def _ratios(samples, others, key):
    """Within each round, where both had the same weather."""
    pairs = zip(samples, others or [])
    return [getattr(one, key) / getattr(other, key) for one, other in pairs if getattr(one, key) and getattr(other, key)]


def _ratio(samples, others, key):
    ratios = _ratios(samples, others, key)
    return f"{median(ratios):.2f}" if ratios else DASH


def _ratio_of(results, workload, peer, other, key):
    by_peer = results.get(workload, {})
    ratios = _ratios(by_peer.get(peer, []), by_peer.get(other), key)
    return median(ratios) if ratios else None


def _spread(samples):
    """CPU in units of the generator's, and how far the rounds lie from the median."""
    costs = [sample.cost for sample in samples if sample.cost]
    if not costs:
        return DASH
    middle = median(costs)
    return f"{middle:.2f} ±{max(abs(cost - middle) for cost in costs) / middle:.0%}"


def _number(samples, key, form):
    values = [getattr(sample, key) for sample in samples if getattr(sample, key) is not None]
    return form.format(median(values)) if values else DASH


def _mebibytes(samples, key):
    value = median(getattr(sample, key) for sample in samples)
    return f"{value / MIB:.1f}" if value else DASH


def _first_line(*argv):
    """What a program says of its version. java, nginx and wrk say it in their own ways."""
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, timeout=30)
    line = (done.stdout + done.stderr).strip().splitlines()[0:1]
    text = line[0] if line else "unknown"
    return text.removeprefix("nginx version: ").partition(" Copyright")[0].partition(" - https")[0]
