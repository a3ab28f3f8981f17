package io.weldr.core.port;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An immutable value that one side publishes and others read. {@link #get()} is one volatile read, from any thread.
 * Subscribers are called on the publishing thread, in order, and must hand over at once; they see every value, or a
 * later one. With a handler for failures a subscriber that throws keeps neither the others from hearing nor the
 * publisher from going on: the thread that applies the log must not end because of one who listens.
 */
public final class Published<T> implements Supplier<T> {
    private final List<Consumer<? super T>> subscribers = new CopyOnWriteArrayList<>();
    private final Consumer<? super Throwable> failures;
    private volatile T current;

    /** What a subscriber throws reaches whoever publishes. */
    public Published(T initial) {
        this(initial, Published::pass);
    }

    /** {@code failures} hears what subscribers throw, on the publishing thread; it must not throw. */
    public Published(T initial, Consumer<? super Throwable> failures) {
        this.current = requireNonNull(initial, "initial");
        this.failures = requireNonNull(failures, "failures");
    }

    private static void pass(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure; // there is no other that a subscriber can throw
    }

    @Override
    public T get() {
        return current;
    }

    /** Replaces the value and tells the subscribers. */
    public synchronized void publish(T next) {
        current = requireNonNull(next, "next");
        for (Consumer<? super T> subscriber : subscribers) {
            tell(subscriber, next);
        }
    }

    private void tell(Consumer<? super T> subscriber, T value) {
        try {
            subscriber.accept(value);
        } catch (RuntimeException | Error e) {
            failures.accept(e);
        }
    }

    /** Calls {@code subscriber} with the current value now, on this thread, and with every later one, until closed. */
    public synchronized Subscription subscribe(Consumer<? super T> subscriber) {
        subscribers.add(subscriber);
        tell(subscriber, current);
        return () -> subscribers.remove(subscriber);
    }

    /** Ends what {@link #subscribe} began. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
