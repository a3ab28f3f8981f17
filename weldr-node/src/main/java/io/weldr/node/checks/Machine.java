package io.weldr.node.checks;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import org.jspecify.annotations.Nullable;

/**
 * What the machine gives to this process.
 *
 * @param openFiles files and sockets that are open; 0: not known
 * @param openFilesMax 0: not known
 * @param memoryBytes of the machine, or of the container
 * @param heapUsedBytes after the last collection of the largest pool; 0: there was none
 */
record Machine(
        long openFiles,
        long openFilesMax,
        long memoryBytes,
        long heapMaxBytes,
        long directMaxBytes,
        long heapUsedBytes) {

    /** As it is now. Takes milliseconds. */
    static Machine now() {
        long open = 0;
        long openMax = 0;
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        if (system instanceof UnixOperatingSystemMXBean unix) {
            open = unix.getOpenFileDescriptorCount();
            openMax = unix.getMaxFileDescriptorCount();
        }
        long heapMax = Runtime.getRuntime().maxMemory();
        return new Machine(open, openMax, system.getTotalMemorySize(), heapMax, direct(heapMax), usedAfterCollection());
    }

    /** 0 of the option stands for as much as the heap. */
    private static long direct(long heapMax) {
        HotSpotDiagnosticMXBean options = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        long set = Long.parseLong(options.getVMOption("MaxDirectMemorySize").getValue());
        return set == 0 ? heapMax : set;
    }

    private static long usedAfterCollection() {
        long most = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            @Nullable MemoryUsage after = pool.getCollectionUsage();
            boolean old = pool.getName().contains("Old") || pool.getName().contains("Tenured");
            if (pool.getType() == MemoryType.HEAP && old && after != null) {
                most = Math.max(most, after.getUsed());
            }
        }
        return most;
    }
}
