package io.weldr.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weldr.testing.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Base64;

/**
 * The process that runs a test class inside a {@link Network}, on the host of the client. Told on standard input which
 * method to run, it answers with a line on standard output; what the test prints goes between. Ends with its input, and
 * everything that it started with it.
 */
final class Inside {
    /** Begins a line that is an answer. */
    static final String PASSED = "\u0001passed";

    static final String FAILED = "\u0001failed ";

    private Inside() {}

    /** Arguments: prefix of the network, number of nodes, name of the test class. */
    public static void main(String[] arguments) throws ReflectiveOperationException, IOException {
        Patience.apply();
        Network.enter(arguments[0], Integer.parseInt(arguments[1]));
        Class<?> testClass = Class.forName(arguments[2]);
        Constructor<?> constructor = testClass.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object test = constructor.newInstance();
        BufferedReader names = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String name = names.readLine(); name != null; name = names.readLine()) {
            System.out.println(run(test, name));
        }
        System.exit(0);
    }

    private static String run(Object test, String name) {
        try {
            Method method = test.getClass().getDeclaredMethod(name);
            method.setAccessible(true);
            method.invoke(test);
            return PASSED;
        } catch (InvocationTargetException e) {
            return failed(e.getCause() == null ? e : e.getCause());
        } catch (ReflectiveOperationException e) {
            return failed(e);
        }
    }

    private static String failed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return FAILED + Base64.getEncoder().encodeToString(text.toString().getBytes(UTF_8));
    }
}
