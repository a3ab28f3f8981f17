package io.weldr.it.harness;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One thread of a node that does nothing any more, as in an endless loop, while all others run. By ptrace(2), on Linux.
 * Closed by the thread that halted it: the kernel takes calls from no other.
 */
public final class HaltedThread implements AutoCloseable {
    private static final NativeLong SEIZE = new NativeLong(0x4206);
    private static final NativeLong INTERRUPT = new NativeLong(0x4207);
    private static final NativeLong DETACH = new NativeLong(17);

    /** As the C library declares it. */
    interface CLibrary extends Library {
        NativeLong ptrace(NativeLong request, int thread, @Nullable Pointer address, @Nullable Pointer data);
    }

    /** The name and the number in the kernel; JDK 17 writes the latter in hex, JDK 25 in decimal digits. */
    private static final Pattern JAVA_THREAD = Pattern.compile("^\"(.*)\" #.* nid=(\\w+)");

    private static final CLibrary C = Native.load(CLibrary.class);

    private final int thread;

    private HaltedThread(int thread) {
        this.thread = thread;
    }

    /**
     * Halts the first thread whose name begins so.
     *
     * @return null if this process may not do that
     */
    public static @Nullable HaltedThread of(Process process, String name) throws IOException {
        return halt(find(process.pid(), name));
    }

    /**
     * The same, by a part of its name in Java: the kernel knows 15 characters of it.
     *
     * @return null if this process may not do that
     */
    public static @Nullable HaltedThread ofJava(Process process, String part) throws IOException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        for (String line : Run.program(jcmd, Long.toString(process.pid()), "Thread.print")
                .lines()
                .toList()) {
            Matcher found = JAVA_THREAD.matcher(line);
            if (found.find() && found.group(1).contains(part)) {
                return halt(Integer.decode(found.group(2)));
            }
        }
        throw new IOException("no thread whose name has " + part);
    }

    private static @Nullable HaltedThread halt(int thread) throws IOException {
        if (C.ptrace(SEIZE, thread, null, null).longValue() != 0) {
            return null;
        }
        HaltedThread halted = new HaltedThread(thread);
        if (C.ptrace(INTERRUPT, thread, null, null).longValue() != 0) {
            halted.close();
            throw new IOException("thread " + thread + " could not be halted");
        }
        return halted;
    }

    private static int find(long process, String name) throws IOException {
        List<Path> threads;
        try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(process), "task"))) {
            threads = all.toList();
        }
        for (Path thread : threads) {
            if (Files.readString(thread.resolve("comm")).startsWith(name)) {
                return Integer.parseInt(thread.getFileName().toString());
            }
        }
        throw new IOException("no thread whose name begins with " + name);
    }

    /** Lets it run. */
    @Override
    public void close() {
        C.ptrace(DETACH, thread, null, null);
    }
}
