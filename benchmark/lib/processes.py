"""Processes that this run started: start, CPU time, memory, stop. Nothing here touches any other process."""

import ctypes
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
STOP_SECONDS_MAX = 15
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class BenchmarkError(Exception):
    """Something that ends the run; the message is for the person who started it."""


@dataclass(frozen=True)
class Memory:
    rss_bytes: int
    pss_bytes: int


class OwnProcess:
    """A program in a process group of its own, so that its children are counted, and stopped, with it."""

    started = []

    def __init__(self, name, argv, log, env=None):
        self.name = name
        self.log = Path(log)
        with open(log, "ab") as out:
            try:
                self.popen = subprocess.Popen(
                    [str(word) for word in argv],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **(env or {})},
                    start_new_session=True,
                    preexec_fn=_die_with_parent,
                )
            except OSError as failure:
                raise BenchmarkError(f"{name} does not start: {failure}") from failure
        self.pid = self.popen.pid
        OwnProcess.started.append(self)

    def check_alive(self):
        if self.popen.poll() is not None:
            tail = self.log.read_text(errors="replace").splitlines()[-15:]
            raise BenchmarkError(
                f"{self.name} ended with code {self.popen.returncode}; the end of {self.log}:\n" + "\n".join(tail)
            )

    def members(self):
        """Process ids of the group, found by the group's id, which is that of the process started here."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                fields = _stat(entry.name)
                if fields and int(fields[2]) == self.pid:
                    found.append(int(entry.name))
        return found

    def cpu_micros(self):
        """User and system time so far, children that ended included. The kernel counts it in ticks of 10 ms."""
        ticks = 0
        for pid in self.members():
            fields = _stat(pid)
            if fields:
                ticks += sum(int(field) for field in fields[11:15])
        return ticks * 1_000_000 // TICKS_PER_SECOND

    def memory(self):
        rss = pss = 0
        for pid in self.members():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            for line in lines:
                if line.startswith("Rss:"):
                    rss += int(line.split()[1]) * 1024
                elif line.startswith("Pss:"):
                    pss += int(line.split()[1]) * 1024
        return Memory(rss, pss)

    def stop(self):
        self._signal(signal.SIGTERM)
        try:
            self.popen.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            pass
        self._signal(signal.SIGKILL)  # what is left of the group, if anything
        self.popen.wait()
        if self in OwnProcess.started:
            OwnProcess.started.remove(self)

    def _signal(self, number):
        # While one of the group lives its id cannot be given to anybody else; without a member there is nothing to do.
        if self.members():
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                pass


def stop_all():
    for process in reversed(list(OwnProcess.started)):
        process.stop()


def machine_busy_micros():
    """CPU time that the whole machine has spent, by anybody, time stolen by its host included."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(field) for field in fields[:8])
    return (user + nice + system + irq + softirq + steal) * 1_000_000 // TICKS_PER_SECOND


def wait_until(condition, what, process, seconds_max=60):
    """Polls until condition() is true; gives up when the process ends or the time is over."""
    deadline = time.monotonic() + seconds_max
    while not condition():
        process.check_alive()
        if time.monotonic() > deadline:
            raise BenchmarkError(f"{process.name}: {what} did not happen within {seconds_max} s; see {process.log}")
        time.sleep(0.01)


def _stat(pid):
    """The fields of /proc/PID/stat behind the command name, which may contain anything; None if the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _die_with_parent():
    # If this run is killed the hard way, what it started gets a SIGTERM from the kernel.
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
