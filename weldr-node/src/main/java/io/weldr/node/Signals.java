package io.weldr.node;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * Signals that end a Java process unless it handles them, though nobody who sends one to a server means that: a
 * terminal that closes, a script that rotates logs or expects another daemon's meaning.
 */
final class Signals {
    /**
     * Not here: SIGTERM and SIGINT, which stop the node; SIGQUIT, by which the JVM writes what its threads do; SIGPIPE,
     * which the JVM ignores; SIGUSR2 and SIGPROF, by which the JVM and profilers suspend threads.
     */
    static final List<String> HANDLED = List.of("HUP", "USR1", "ALRM");

    private Signals() {}

    /**
     * From now on these signals call {@code received} with their names, as in {@code SIGHUP}, on threads of the JVM. A
     * signal that was ignored when the process was started, as {@code nohup} does with SIGHUP, stays ignored.
     */
    static void handle(Consumer<String> received) {
        for (String name : HANDLED) {
            try {
                handle(name, received);
            } catch (ReflectiveOperationException | RuntimeException e) {
                // Another operating system, or another kind of JVM.
                LoggerFactory.getLogger(Signals.class).debug("SIG{} is not handled", name, e);
            }
        }
    }

    /**
     * By reflection: the compiler warns of each use of this class, and there is no other that a JVM of any kind must
     * have.
     */
    private static void handle(String name, Consumer<String> received) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object called = Proxy.newProxyInstance(
                handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                    if (method.getName().equals("handle")) {
                        received.accept("SIG" + name);
                    }
                    return null;
                });
        signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), called);
    }
}
