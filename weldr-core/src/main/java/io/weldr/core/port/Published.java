package io.weldr.core.port;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * An immutable value that one side publishes and others read. {@link #get()} is one volatile read, from any thread. Subscribers
 * are called on the publishing thread, in order, and must hand over at once; they see every value, or a later one.
 */
public final class Published<T> implements Supplier<T> {
    private final List<Consumer<? super T>> subscribers = new CopyOnWriteArrayList<>();
    private volatile T current;

    public Published(T initial) {
        current = requireNonNull(initial, "initial");
    }

    @Override
    public T get() {
        return current;
    }

    /** Replaces the value and tells the subscribers. */
    public synchronized void publish(T next) {
        current = requireNonNull(next, "next");
        for (Consumer<? super T> subscriber : subscribers) {
            subscriber.accept(next);
        }
    }

    /** Calls {@code subscriber} with the current value now, on this thread, and with every later one, until closed. */
    public synchronized Subscription subscribe(Consumer<? super T> subscriber) {
        subscribers.add(subscriber);
        subscriber.accept(current);
        return () -> subscribers.remove(subscriber);
    }

    /** Ends what {@link #subscribe} began. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
