package io.weldr.leader.health;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.pool.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NameLookupTest {
    private static final HostPort NAME = new HostPort("origin.example", 80);
    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(20);

    private final AtomicInteger lookups = new AtomicInteger();
    private final AtomicReference<NameLookup.Lookup> server = new AtomicReference<>(host -> addresses(1));
    private final CountDownLatch end = new CountDownLatch(1);
    private final NameLookup names = new NameLookup(host -> {
        lookups.incrementAndGet();
        return Objects.requireNonNull(server.get()).find(host);
    });

    @AfterEach
    void close() {
        end.countDown();
        names.close();
    }

    private static InetAddress[] addresses(int last) throws UnknownHostException {
        return new InetAddress[] {InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last})};
    }

    private static List<InetSocketAddress> sockets(int last) throws UnknownHostException {
        return List.of(new InetSocketAddress(addresses(last)[0], NAME.port()));
    }

    private CompletableFuture<List<InetSocketAddress>> ask(HostPort name, Duration patience) {
        return names.lookup(name, patience).toCompletableFuture();
    }

    private List<InetSocketAddress> answer(Duration patience) throws Exception {
        return ask(NAME, patience).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Test
    void aNameThatMovesIsFollowed() throws Exception {
        assertThat(answer(PATIENT)).isEqualTo(sockets(1));
        server.set(host -> addresses(2));
        assertThat(answer(PATIENT)).isEqualTo(sockets(2));
    }

    @Test
    void aServerThatFailsDoesNotTakeAwayWhatItSaidBefore() throws Exception {
        answer(PATIENT);
        server.set(host -> {
            throw new UnknownHostException(host);
        });
        assertThat(answer(PATIENT)).isEqualTo(sockets(1));
        assertThat(answer(PATIENT)).isEqualTo(sockets(1));
        assertThat(lookups).hasValue(3);
        assertThat(ask(new HostPort("never-known.example", 80), PATIENT))
                .failsWithin(PATIENT)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(UnknownHostException.class);
    }

    @Test
    void aServerThatIsSilentIsWaitedForAndAskedOnceOnly() throws Exception {
        answer(PATIENT);
        server.set(host -> {
            end.await();
            return addresses(2);
        });
        for (int i = 0; i < 5; i++) {
            assertThat(answer(SHORT)).isEqualTo(sockets(1));
        }
        CompletableFuture<List<InetSocketAddress>> patient = ask(NAME, PATIENT);
        assertThat(patient).isNotDone();
        assertThat(lookups).hasValue(2);
        end.countDown();
        assertThat(patient).succeedsWithin(PATIENT).isEqualTo(sockets(2));
    }

    @Test
    void namesThatHangHoldUpNoOthers() throws Exception {
        server.set(host -> {
            if (host.startsWith("hangs")) {
                end.await();
            }
            return addresses(1);
        });
        List<CompletableFuture<?>> hanging = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            hanging.add(ask(new HostPort("hangs" + i + ".example", 80), PATIENT));
        }
        assertThat(answer(PATIENT)).isEqualTo(sockets(1));
        assertThat(hanging).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void beyondTheLimitKnownNamesLiveOnAndNewOnesSayWhy() throws Exception {
        answer(PATIENT);
        server.set(host -> {
            end.await();
            return addresses(2);
        });
        List<CompletableFuture<?>> hanging = new ArrayList<>();
        for (int i = 0; i < NameLookup.THREADS_MAX; i++) {
            hanging.add(ask(new HostPort("hangs" + i + ".example", 80), PATIENT));
        }
        assertThat(answer(PATIENT)).isEqualTo(sockets(1));
        assertThat(ask(new HostPort("new.example", 80), PATIENT))
                .failsWithin(PATIENT)
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("other names are looked up");
        assertThat(hanging)
                .filteredOn(CompletableFuture::isDone)
                .hasSizeLessThanOrEqualTo(1); // the idle thread may be gone or not
    }
}
