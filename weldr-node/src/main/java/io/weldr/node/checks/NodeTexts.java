package io.weldr.node.checks;

import io.weldr.core.port.SupportSource;
import io.weldr.core.port.SupportText;
import io.weldr.node.config.NodeConfig;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.List;

/** What a node tells for a support bundle: its configuration, the end of its log, its machine and its threads. */
public final class NodeTexts implements SupportSource {
    /** No thread of weldr calls deeper without a reason that is seen in its first lines. */
    private static final int FRAMES_MAX = 64;

    /** Of the virtual machine. Its command line is not among them: it may hold a password. */
    private static final List<String> PROPERTIES =
            List.of("java.version", "java.vm.name", "java.vm.version", "os.name", "os.version", "os.arch");

    private final NodeConfig config;
    private final String version;

    public NodeTexts(NodeConfig config, String version) {
        this.config = config;
        this.version = version;
    }

    @Override
    public List<SupportText> texts() {
        return List.of(
                SupportText.of("configuration.txt", ConfigurationText.of(config)),
                SupportText.of("log.txt", RecentLog.text()),
                SupportText.of("machine.txt", machine()),
                SupportText.of("threads.txt", threads()));
    }

    private String machine() {
        Machine machine = Machine.now();
        StringBuilder text = new StringBuilder("weldr: " + version + "\n");
        PROPERTIES.forEach(name ->
                text.append(name).append(": ").append(System.getProperty(name)).append('\n'));
        text.append("processors: ").append(Runtime.getRuntime().availableProcessors());
        text.append("\nuptime-seconds: ")
                .append(ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
        text.append("\nopen-files: ").append(machine.openFiles()).append(" of ").append(machine.openFilesMax());
        text.append("\nmemory-bytes: ").append(machine.memoryBytes());
        text.append("\nheap-bytes-max: ").append(machine.heapMaxBytes());
        text.append("\ndirect-bytes-max: ").append(machine.directMaxBytes());
        text.append("\nheap-bytes-used-after-collection: ").append(machine.heapUsedBytes());
        return text.append('\n').toString();
    }

    private static String threads() {
        StringBuilder text = new StringBuilder();
        for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true, FRAMES_MAX)) {
            text.append('"').append(thread.getThreadName()).append("\" ").append(thread.getThreadState());
            if (thread.getLockName() != null) {
                text.append(" on ").append(thread.getLockName());
            }
            if (thread.getLockOwnerName() != null) {
                text.append(" held by \"").append(thread.getLockOwnerName()).append('"');
            }
            for (StackTraceElement frame : thread.getStackTrace()) {
                text.append("\n    at ").append(frame);
            }
            text.append("\n\n");
        }
        return text.toString();
    }
}
