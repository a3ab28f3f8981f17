package io.weldr.leader.health;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.HostNames;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Names as the machine resolves them, or as a test says; nothing is remembered. Thread safe. */
final class TestNames implements HostNames {
    static final TestNames PLATFORM = new TestNames(InetAddress::getAllByName);

    /** What a name server would say. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] find(String host) throws UnknownHostException;
    }

    private final Lookup lookup;

    TestNames(Lookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public CompletionStage<List<InetAddress>> resolveAnew(HostPort target, Duration patience) {
        CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
        Thread thread = new Thread(() -> find(target, found), "test-names");
        thread.setDaemon(true);
        thread.start();
        return found;
    }

    private void find(HostPort target, CompletableFuture<List<InetAddress>> found) {
        try {
            found.complete(
                    List.of(target.isLiteral() ? InetAddress.getAllByName(target.host()) : lookup.find(target.host())));
        } catch (UnknownHostException e) {
            found.completeExceptionally(e);
        }
    }
}
