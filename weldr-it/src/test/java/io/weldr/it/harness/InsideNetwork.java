package io.weldr.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weldr.testing.Patience;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs a test class on the client's host of a {@link Network} with three hosts for nodes, or as many as {@link Nodes}
 * says, as a process of its own: a
 * JVM cannot go to another network after its start. The class must have {@code @TestInstance(PER_CLASS)}, a constructor
 * without arguments that does nothing, and methods without parameters. The network is made before and taken away after,
 * also after a failure; where none can be made, the class is skipped and says why.
 */
public final class InsideNetwork
        implements ExecutionCondition, BeforeAllCallback, AfterAllCallback, InvocationInterceptor {
    private static final int NODES = 3;

    /** How many hosts for nodes a test class has. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Nodes {
        int value();
    }

    private static final Namespace NAMESPACE = Namespace.create(InsideNetwork.class);

    /** The process inside. */
    private static final class Actor {
        private final Network network;
        private final Process process;
        private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        private final Thread shutdown = new Thread(this::remove, "network-removal");

        Actor(Class<?> testClass) throws IOException {
            Nodes nodes = testClass.getAnnotation(Nodes.class);
            network = Network.make(nodes == null ? NODES : nodes.value());
            Runtime.getRuntime().addShutdownHook(shutdown);
            List<String> command = new ArrayList<>(network.enterClient());
            List<String> properties = System.getProperties().stringPropertyNames().stream()
                    .filter(name -> name.startsWith("chaos.")
                            || name.equals(Shipped.MEASURED_PROPERTY)
                            || name.equals(Patience.PROMISES_PROPERTY))
                    .map(name -> "-D" + name + "=" + System.getProperty(name))
                    .toList();
            List<String> java = Run.javaHere("-Xmx512m");
            command.add(java.get(0));
            command.addAll(properties);
            command.addAll(java.subList(1, java.size()));
            command.addAll(List.of(
                    Inside.class.getName(), network.prefix(), Integer.toString(network.nodes()), testClass.getName()));
            try {
                process = new ProcessBuilder(command).redirectErrorStream(true).start();
            } catch (IOException e) {
                remove();
                throw e;
            }
            Thread reader = new Thread(this::read, "inside-" + testClass.getSimpleName());
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith(Inside.PASSED) || line.startsWith(Inside.FAILED)) {
                        answers.add(line);
                    } else {
                        System.out.println(line);
                    }
                }
            } catch (IOException e) {
                System.out.println("reading from inside the network: " + e);
            }
            answers.add(Inside.FAILED
                    + Base64.getEncoder().encodeToString("the process inside the network ended".getBytes(UTF_8)));
        }

        void run(Method method) throws InterruptedException {
            try {
                BufferedWriter input = process.outputWriter(UTF_8);
                input.write(method.getName() + "\n");
                input.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            String answer;
            try {
                answer = answers.take();
            } catch (InterruptedException e) {
                process.destroyForcibly(); // it would go on with what nobody waits for any more
                throw e;
            }
            if (answer.startsWith(Inside.FAILED)) {
                throw new AssertionError("inside the network: "
                        + new String(Base64.getDecoder().decode(answer.substring(Inside.FAILED.length())), UTF_8));
            }
        }

        void close() {
            remove();
            Runtime.getRuntime().removeShutdownHook(shutdown);
        }

        private void remove() {
            network.close();
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (context.getTestMethod().isPresent()) {
            return ConditionEvaluationResult.enabled("decided for the class");
        }
        String unavailable = Network.unavailable();
        if (unavailable.isEmpty()) {
            return ConditionEvaluationResult.enabled("network namespaces can be made");
        }
        System.out.println("SKIPPED: " + context.getDisplayName() + ": " + unavailable);
        return ConditionEvaluationResult.disabled(unavailable);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        context.getStore(NAMESPACE).put(Actor.class, new Actor(context.getRequiredTestClass()));
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Actor actor = context.getStore(NAMESPACE).remove(Actor.class, Actor.class);
        if (actor != null) {
            actor.close();
        }
    }

    @Override
    public void interceptBeforeAllMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws InterruptedException {
        inside(invocation, method, context);
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws InterruptedException {
        inside(invocation, method, context);
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws InterruptedException {
        inside(invocation, method, context);
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws InterruptedException {
        inside(invocation, method, context);
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws InterruptedException {
        inside(invocation, method, context);
    }

    private static void inside(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws InterruptedException {
        invocation.skip();
        context.getStore(NAMESPACE).get(Actor.class, Actor.class).run(method.getExecutable());
    }
}
