package io.weldr.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.weldr.node.config.NodeConfig;
import io.weldr.node.lifecycle.Node;
import io.weldr.node.lifecycle.RemovedException;
import io.weldr.node.systemd.ServiceManager;
import io.weldr.trust.SecretException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** A node as a process: its log level, its first and last words, its signals. */
final class NodeProcess {
    /** What closing may take beyond the drain timeout, before the process ends anyway. */
    private static final long CLOSE_MILLIS_MAX = 20_000;

    /** What the process may take from then on: writing the last lines of the log. */
    private static final Duration EXIT_TIME_MAX = Duration.ofSeconds(5);

    private NodeProcess() {}

    /**
     * Runs a node until SIGTERM or SIGINT end the process. Returns only if the node could not start, left its cluster
     * or was asked to restart, with the exit code.
     */
    static int run(NodeConfig config, Map<String, String> environment, PrintStream err) {
        setUpLog(config.logLevel());
        sayWhetherTheCacheIsUsed();
        ServiceManager manager = ServiceManager.of(environment);
        try {
            Node node = new Node(
                    config,
                    Version.text(),
                    StartedAgain.by(environment, ProcessHandle.current().pid()));
            // In the virtual machine's own hook, so that the exit code says that stopping went as it should: 0, not
            // 143. It is there before anything starts: what was half started is closed as well.
            Thread hook = new Thread(() -> stop(node, config, manager), "weldr-stop");
            if (!hooked(hook)) {
                return Main.EXIT_OK; // the process is ending already
            }
            Signals.handle(node::reopenLogs);
            manager.watch(node::report, node::workerSilence);
            try {
                node.start();
            } catch (IOException | RuntimeException e) {
                unhook(hook); // nothing is left to stop, and the exit code is to say what happened
                throw e;
            }
            openArchives();
            return exit(node.awaitEnd());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Main.EXIT_FAILED;
        } catch (RemovedException e) {
            err.println("weldr: " + e.getMessage());
            return Main.EXIT_REMOVED;
        } catch (SecretException e) {
            err.println("weldr: " + e.getMessage());
            return Main.EXIT_USAGE;
        } catch (IOException | RuntimeException e) {
            err.println("weldr: " + (e.getMessage() != null ? e.getMessage() : e.toString()));
            LoggerFactory.getLogger(NodeProcess.class).debug("Why it did not start", e);
            return Main.EXIT_FAILED;
        }
    }

    private static boolean hooked(Thread hook) {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            return true;
        } catch (IllegalStateException shuttingDown) {
            return false;
        }
    }

    private static void unhook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            LoggerFactory.getLogger(NodeProcess.class).debug("told to stop while failing to start");
        }
    }

    private static void stop(Node node, NodeConfig config, ServiceManager manager) {
        Duration atMost = config.drainTimeout().plusMillis(CLOSE_MILLIS_MAX);
        manager.stopping(atMost.plus(EXIT_TIME_MAX));
        Thread stopping = new Thread(node::stop, "weldr-stopping");
        stopping.setDaemon(true);
        stopping.start();
        try {
            stopping.join(atMost.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        boolean stopped = !stopping.isAlive();
        if (!stopped) {
            LoggerFactory.getLogger(NodeProcess.class)
                    .error(
                            "not everything closed within {} s; ending anyway",
                            TimeUnit.MILLISECONDS.toSeconds(CLOSE_MILLIS_MAX));
        }
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
        Node.End end = node.end();
        Runtime.getRuntime().halt(!stopped ? Main.EXIT_FAILED : end == null ? Main.EXIT_OK : exit(end));
    }

    /**
     * Opens every archive of the class path, by looking for what is in none of them. The virtual machine opens an
     * archive when it first needs it, and by then an upgrade may have replaced the file: a class of the new version
     * does not fit into a process of the old one.
     */
    private static void openArchives() {
        if (ClassLoader.getSystemResource("io/weldr/node/in-no-archive") != null) {
            throw new IllegalStateException("an archive has a file that no build makes");
        }
    }

    private static int exit(Node.End end) {
        return switch (end) {
            case LEFT -> Main.EXIT_REMOVED;
            case RESTART -> Main.EXIT_RESTART;
        };
    }

    /**
     * The start script gives the JVM a cache of classes and profiles, and a JVM that cannot use it goes on without. It
     * says that to nobody: its own messages are off. How a JVM describes itself has "sharing" in it if, and only if, it
     * uses one.
     */
    private static void sayWhetherTheCacheIsUsed() {
        String cache = System.getProperty("weldr.start-cache");
        if (cache != null && !System.getProperty("java.vm.info", "").contains("sharing")) {
            LoggerFactory.getLogger(NodeProcess.class)
                    .warn(
                            "Starting without the cache {}, which takes seconds longer: it does not fit the files in lib/, the Java, or"
                                    + " the options in WELDR_JAVA_OPTS (expected: all as they were unpacked;"
                                    + " WELDR_JAVA_OPTS=-Xlog:{}=info has the JVM say why)",
                            cache,
                            Runtime.version().feature() >= 24 ? "aot" : "cds");
        }
    }

    static void setUpLog(NodeConfig.LogLevel level) {
        LoggerContext logs = (LoggerContext) LoggerFactory.getILoggerFactory();
        // gRPC logs through java.util.logging; one log, one format.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        logs.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.toLevel(level.name()));
    }
}
