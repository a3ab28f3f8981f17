package io.weldr.proxy.upstream;

import static io.weldr.testing.Patience.PATIENCE;
import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.HostPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NameResolverTest {

    private static final HostPort NAME = new HostPort("origin.example", 80);

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger lookups = new AtomicInteger();
    private final AtomicReference<NameResolver.Lookup> server = new AtomicReference<>(host -> addresses(1));
    private final NameResolver resolver = new NameResolver(
            host -> {
                lookups.incrementAndGet();
                return java.util.Objects.requireNonNull(server.get()).find(host);
            },
            now::get,
            PATIENCE);

    @AfterEach
    void close() {
        resolver.close();
    }

    private static InetAddress[] addresses(int last) throws UnknownHostException {
        return new InetAddress[] {InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last})};
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private List<InetAddress> answer() throws Exception {
        return resolver.resolve(NAME).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Test
    void anAnswerIsKeptFromWhenItCame() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        server.set(host -> {
            go.await();
            return addresses(1);
        });
        var first = resolver.resolve(NAME);
        pass(NameResolver.KEPT.multipliedBy(3)); // a slow name server: the answer is not old when it comes
        go.countDown();
        first.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        assertThat(answer()).isEqualTo(List.of(addresses(1)));
        assertThat(lookups).hasValue(1);
    }

    @Test
    void anOldAnswerServesWhileItIsLookedUpAgain() throws Exception {
        answer();
        CountDownLatch go = new CountDownLatch(1);
        server.set(host -> {
            go.await();
            return addresses(2);
        });
        pass(NameResolver.KEPT);
        for (int i = 0; i < 10; i++) {
            assertThat(resolver.resolve(NAME)).isDone();
            assertThat(answer()).isEqualTo(List.of(addresses(1)));
        }
        go.countDown();
        await().untilAsserted(() -> assertThat(answer()).isEqualTo(List.of(addresses(2))));
        assertThat(lookups).hasValue(2);
    }

    @Test
    void aNameServerThatFailsDoesNotTakeAwayWhatItSaidBefore() throws Exception {
        answer();
        server.set(host -> {
            throw new UnknownHostException(host);
        });
        pass(NameResolver.KEPT);
        answer();
        await().untilAsserted(() -> assertThat(lookups).hasValue(2));
        pass(NameResolver.FAILURE_KEPT.dividedBy(2));
        assertThat(answer()).isEqualTo(List.of(addresses(1)));
        pass(NameResolver.FAILURE_KEPT);
        await().untilAsserted(() -> {
            assertThat(answer()).isEqualTo(List.of(addresses(1)));
            assertThat(lookups).hasValueGreaterThanOrEqualTo(3);
        });
    }

    @Test
    void aFailureIsNotAskedAboutAgainAtOnce() {
        server.set(host -> {
            throw new UnknownHostException(host);
        });
        assertThat(resolver.resolve(NAME)).failsWithin(PATIENCE);
        for (int i = 0; i < 10; i++) {
            assertThat(resolver.resolve(NAME)).isCompletedExceptionally();
        }
        assertThat(lookups).hasValue(1);
        pass(NameResolver.FAILURE_KEPT);
        assertThat(resolver.resolve(NAME)).failsWithin(PATIENCE);
        assertThat(lookups).hasValue(2);
    }

    @Test
    void anAnswerThatIsTooOldIsWaitedFor() throws Exception {
        answer();
        CountDownLatch go = new CountDownLatch(1);
        server.set(host -> {
            go.await();
            return addresses(2);
        });
        pass(NameResolver.TOO_OLD_AFTER.plusNanos(1));
        var first = resolver.resolve(NAME);
        var second = resolver.resolve(NAME);
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        go.countDown();
        assertThat(first).succeedsWithin(PATIENCE).isEqualTo(List.of(addresses(2)));
        assertThat(second).succeedsWithin(PATIENCE).isEqualTo(List.of(addresses(2)));
        assertThat(lookups).hasValue(2);
    }

    @Test
    void aNameServerThatIsSilentIsWaitedForOncePerLookupOnly() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        Duration moment = Duration.ofMillis(20);
        try (NameResolver impatient = new NameResolver(
                host -> {
                    if (asked.incrementAndGet() > 1) {
                        end.await();
                    }
                    return addresses(1);
                },
                now::get,
                moment)) {
            impatient.resolve(NAME).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            pass(NameResolver.TOO_OLD_AFTER.plusNanos(1));
            assertThat(impatient.resolve(NAME)).succeedsWithin(PATIENCE).isEqualTo(List.of(addresses(1)));
            pass(moment);
            for (int i = 0; i < 10; i++) {
                assertThat(impatient.resolve(NAME)).isCompletedWithValue(List.of(addresses(1)));
                assertThat(usable(impatient)).as("connections are reused").isTrue();
                pass(NameResolver.NEW);
            }
            await().untilAsserted(() -> assertThat(asked).hasValue(2));
        } finally {
            end.countDown();
        }
    }

    private static boolean usable(NameResolver resolver) {
        var current = resolver.current(NAME.host());
        return current != null && !current.addresses.isEmpty();
    }

    @Test
    void aReusedConnectionDoesNotTrustAnAnswerThatIsTooOld() throws Exception {
        answer();
        CountDownLatch go = new CountDownLatch(1);
        server.set(host -> {
            go.await();
            return addresses(2);
        });
        pass(NameResolver.TOO_OLD_AFTER);
        assertThat(usable(resolver)).isTrue(); // and it is looked up again
        pass(Duration.ofNanos(1));
        for (int i = 0; i < 3; i++) { // of all that idle, none is reused
            assertThat(usable(resolver)).isFalse();
        }
        go.countDown();
        await().until(() -> usable(resolver));
        assertThat(answer()).isEqualTo(List.of(addresses(2)));
        assertThat(lookups).hasValue(2);
    }

    @Test
    void whileTheNameServerFailsConnectionsAreReused() throws Exception {
        answer();
        server.set(host -> {
            throw new UnknownHostException(host);
        });
        pass(NameResolver.NEW);
        anew(PATIENCE); // ends when the lookup has failed
        CountDownLatch end = new CountDownLatch(1);
        server.set(host -> {
            end.await();
            return addresses(2);
        });
        pass(NameResolver.TOO_OLD_AFTER.plusNanos(1));
        assertThat(usable(resolver)).isTrue();
        await("it is looked up again all the same")
                .untilAsserted(() -> assertThat(lookups).hasValue(3));
        end.countDown();
    }

    @Test
    void aNameWithAGoodAnswerIsNotForgottenWhileThereIsRoom() throws Exception {
        answer();
        server.set(host -> {
            throw new UnknownHostException(host);
        });
        pass(NameResolver.FORGOTTEN_AFTER.plusSeconds(1));
        assertThat(resolver.resolve(new HostPort("other.example", 80))).failsWithin(PATIENCE);
        assertThat(answer()).isEqualTo(List.of(addresses(1)));
    }

    @Test
    void aReusedConnectionHasANameThatWasForgottenLookedUpAgain() throws Exception {
        await().until(() -> resolver.current("forgotten.example") != null);
        assertThat(lookups).hasValue(1);
    }

    /**
     * No caller gets the error, and the name is looked up again. InternalError stands for OutOfMemoryError, which would
     * end the test run.
     */
    @Test
    void whereThereIsNoThreadForALookupTheNameIsLookedUpLater() throws Exception {
        AtomicBoolean exhausted = new AtomicBoolean();
        try (NameResolver exhaustible =
                new NameResolver(host -> addresses(lookups.incrementAndGet()), now::get, PATIENCE, task -> {
                    if (exhausted.get()) {
                        throw new InternalError("unable to create native thread");
                    }
                    return new Thread(task);
                })) {
            exhausted.set(true);
            assertThat(exhaustible.resolve(NAME))
                    .failsWithin(PATIENCE)
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageContaining("native thread");
            exhausted.set(false);
            pass(NameResolver.FAILURE_KEPT);
            assertThat(exhaustible.resolve(NAME)).succeedsWithin(PATIENCE).isEqualTo(List.of(addresses(1)));
            pass(NameResolver.KEPT);
            exhausted.set(true);
            assertThat(usable(exhaustible)).isTrue();
            exhausted.set(false);
            pass(NameResolver.FAILURE_KEPT);
            await().untilAsserted(
                            () -> assertThat(exhaustible.resolve(NAME)).isCompletedWithValue(List.of(addresses(2))));
        }
    }

    @Test
    void aLookupThatEndsWithAnErrorIsRepeated() throws Exception {
        server.set(host -> {
            throw new InternalError("of the test");
        });
        assertThat(resolver.resolve(NAME))
                .failsWithin(PATIENCE)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(InternalError.class);
        server.set(host -> addresses(1));
        pass(NameResolver.FAILURE_KEPT);
        assertThat(answer()).isEqualTo(List.of(addresses(1)));
    }

    @Test
    void namesThatHangDoNotHoldUpOthers() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        server.set(host -> {
            if (host.startsWith("hangs")) {
                end.await();
            }
            return addresses(1);
        });
        for (int i = 0; i < 200; i++) {
            resolver.resolve(new HostPort("hangs" + i + ".example", 80));
        }
        assertThat(answer()).isEqualTo(List.of(addresses(1)));
        end.countDown();
    }

    @Test
    void beyondTheLimitKnownNamesLiveOnAndNewOnesSayWhy() throws Exception {
        answer();
        CountDownLatch end = new CountDownLatch(1);
        server.set(host -> {
            end.await();
            return addresses(2);
        });
        for (int i = 0; i < NameResolver.THREADS_MAX; i++) {
            resolver.resolve(new HostPort("hangs" + i + ".example", 80));
        }
        pass(NameResolver.KEPT);
        assertThat(answer()).isEqualTo(List.of(addresses(1)));
        assertThat(resolver.resolve(new HostPort("new.example", 80)))
                .failsWithin(PATIENCE)
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("other names are looked up");
        end.countDown();
    }

    @Test
    void noMoreThanSoManyNamesAreRemembered() throws Exception {
        for (int i = 0; i < NameResolver.NAMES_MAX; i++) {
            pass(Duration.ofNanos(1)); // the first one was not asked for longest
            assertThat(resolver.resolve(new HostPort("name" + i + ".example", 80)))
                    .succeedsWithin(PATIENCE);
        }
        assertThat(resolver.current("name0.example")).isNotNull();
        answer();
        assertThat(resolver.current("name1.example")).isNotNull();
        assertThat(resolver.current(NAME.host())).isNotNull();
        CountDownLatch end = new CountDownLatch(1);
        server.set(host -> {
            end.await();
            return addresses(1);
        });
        assertThat(resolver.current("name0.example")).isNull(); // last, because it makes room for itself
        end.countDown();
    }

    @Test
    void askingForTheCurrentAnswerHasAnOldOneLookedUpAgain() throws Exception {
        answer();
        var first = resolver.current(NAME.host());
        assertThat(resolver.current(NAME.host())).isSameAs(first);
        server.set(host -> addresses(2));
        pass(NameResolver.KEPT.minusNanos(1));
        assertThat(resolver.current(NAME.host())).isSameAs(first);
        assertThat(lookups).hasValue(1);
        pass(Duration.ofNanos(1));
        await().untilAsserted(() -> assertThat(resolver.current(NAME.host())).isNotSameAs(first));
        assertThat(answer()).isEqualTo(List.of(addresses(2)));
        assertThat(lookups).hasValue(2);
    }

    private List<InetAddress> anew(Duration patience) throws Exception {
        return resolver.resolveAnew(NAME, patience).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Test
    void whoeverAsksAnewGetsAnAnswerThatIsNotOlderThanAMoment() throws Exception {
        assertThat(anew(PATIENCE)).isEqualTo(List.of(addresses(1)));
        server.set(host -> addresses(2));
        pass(NameResolver.NEW.minusNanos(1));
        assertThat(anew(PATIENCE)).isEqualTo(List.of(addresses(1)));
        pass(Duration.ofNanos(1));
        assertThat(anew(PATIENCE)).isEqualTo(List.of(addresses(2)));
        assertThat(answer()).as("traffic has it too").isEqualTo(List.of(addresses(2)));
        assertThat(lookups).hasValue(2);
    }

    @Test
    void aNameServerThatIsSilentIsAskedOnceAndWaitedForAsLongAsThereIsPatience() throws Exception {
        answer();
        CountDownLatch go = new CountDownLatch(1);
        server.set(host -> {
            go.await();
            return addresses(2);
        });
        pass(NameResolver.NEW);
        for (int i = 0; i < 5; i++) {
            assertThat(anew(Duration.ofMillis(20))).isEqualTo(List.of(addresses(1)));
        }
        var patient = resolver.resolveAnew(NAME, PATIENCE);
        assertThat(patient).isNotDone();
        await().untilAsserted(() -> assertThat(lookups).hasValue(2));
        go.countDown();
        assertThat(patient).succeedsWithin(PATIENCE).isEqualTo(List.of(addresses(2)));
        assertThat(lookups).hasValue(2);
    }

    @Test
    void aNameServerThatFailsDoesNotTakeAwayWhatItSaidBeforeFromThoseWhoAskAnew() throws Exception {
        answer();
        server.set(host -> {
            throw new UnknownHostException(host);
        });
        pass(NameResolver.NEW);
        assertThat(anew(PATIENCE)).isEqualTo(List.of(addresses(1)));
        assertThat(anew(PATIENCE)).isEqualTo(List.of(addresses(1)));
        assertThat(lookups).as("a failure is not asked about again at once").hasValue(2);
        assertThat(resolver.resolveAnew(new HostPort("never-known.example", 80), PATIENCE))
                .failsWithin(PATIENCE)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(UnknownHostException.class);
    }
}
