package io.weldr.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** How long this process runs already. Whoever waits for a command waits for its virtual machine to start as well. */
final class ProcessAge {
    /** The kernel's unit of time towards programs, on every architecture that weldr runs on. */
    private static final long TICKS_PER_SECOND = 100;

    /** Behind the name, which ends with a parenthesis, the start time is the 20th field (proc(5): the 22nd of all). */
    private static final int START_TIME = 19;

    /** More is a kernel that tells something else. */
    private static final Duration MOST = Duration.ofHours(1);

    private ProcessAge() {}

    /** Zero where the kernel does not tell. */
    static Duration now() {
        try {
            return of(Files.readString(Path.of("/proc/self/stat")), Files.readString(Path.of("/proc/uptime")));
        } catch (IOException | RuntimeException e) {
            return Duration.ZERO;
        }
    }

    /** From the texts of {@code /proc/self/stat} and {@code /proc/uptime}. */
    static Duration of(String stat, String uptime) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long startMillis = Long.parseLong(fields[START_TIME]) * 1000 / TICKS_PER_SECOND;
        long nowMillis = (long) (Double.parseDouble(uptime.split(" ", -1)[0]) * 1000);
        Duration age = Duration.ofMillis(nowMillis - startMillis);
        return age.isNegative() || age.compareTo(MOST) > 0 ? Duration.ZERO : age;
    }
}
