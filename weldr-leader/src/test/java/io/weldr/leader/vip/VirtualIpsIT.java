package io.weldr.leader.vip;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static io.weldr.testing.Patience.promised;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weldr.leader.vip.Site.Holder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Processes that hold addresses, in network namespaces. Times are printed as measured. */
class VirtualIpsIT {
    private static final String V4 = "10.99.0.100";
    private static final String V6 = "fd99::100";
    private static final String BOTH = V4 + "/24@eth0," + V6 + "/64@eth0";

    private final Site site = new Site();

    @BeforeAll
    static void rootIsNeeded() {
        String unavailable = Site.unavailable();
        if (!unavailable.isEmpty()) {
            System.out.println("SKIPPED: virtual IP tests: " + unavailable);
        }
        assumeTrue(unavailable.isEmpty(), unavailable);
    }

    @AfterEach
    void removeSite() {
        site.close();
    }

    @Test
    void letsGoWhenClosed() throws Exception {
        Holder holder = holding("a", "RELEASE");
        holder.tell("close");
        assertThat(holder.process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                .isTrue();
        assertGone("a");
        assertHostIsWhole("a");
    }

    @Test
    @Tag("nightly") // a machine that stalls lets the lifetime run out
    void holdsForLongerThanALifetime() throws Exception {
        Holder holder = holding("a", "RELEASE");
        throughout(Duration.ofSeconds(5), () -> {
            assertThat(site.has("a", V4)).isTrue();
            assertThat(site.has("a", V6)).isTrue();
        });
        assertThat(site.in("a", "-oneline", "address", "show", "dev", "eth0"))
                .containsPattern(V4 + "/24 .* valid_lft [12]sec")
                .containsPattern(V6 + "/64 .* deprecated .* valid_lft [12]sec preferred_lft 0sec");
        holder.tell("close");
    }

    @Test
    void freesWithinMillisecondsWhenKilled() throws Exception {
        Holder holder = holding("a", "RELEASE");
        long killed = System.nanoTime();
        holder.process.destroyForcibly();
        promised("kill -9 to address gone", awaitGone("a", killed), Duration.ofSeconds(1));
        assertHostIsWhole("a");
    }

    @Test
    void aFrozenProcessLosesTheAddressAndDoesNotTakeItBack() throws Exception {
        Holder holder = holding("a", "RELEASE");
        long frozen = System.nanoTime();
        holder.signal("STOP");
        promised("SIGSTOP to address gone", awaitGone("a", frozen), Duration.ofMillis(2_500));
        holder.signal("CONT");
        assertStaysGone("a", Duration.ofSeconds(1));
        assertHostIsWhole("a");
    }

    @Test
    void aFrozenProcessThatHoldsOnWithoutMajorityDoesNotTakeItBackEither() throws Exception {
        Holder holder = holding("a", "HOLD");
        holder.tell("lose");
        holder.signal("STOP");
        awaitGone("a", System.nanoTime());
        holder.signal("CONT");
        assertStaysGone("a", Duration.ofSeconds(1));
    }

    @Test
    void letsGoAtOnceWhenTheMajorityIsLost() throws Exception {
        Holder holder = holding("a", "RELEASE");
        long lost = System.nanoTime();
        holder.tell("lose");
        promised("lost majority to address gone", awaitGone("a", lost), Duration.ofSeconds(1));
    }

    @Test
    @Tag("nightly") // a machine that stalls lets the lifetime run out
    void leadershipThatIsInDoubtForAMomentCostsNoAddress() throws Exception {
        Holder holder = holding("a", "RELEASE");
        for (int doubts = 0; doubts < 4; doubts++) {
            holder.tell("doubt");
            throughout(
                    Duration.ofMillis(700), () -> assertThat(site.has("a", V4)).isTrue());
            holder.tell("lead 7");
            // A renewal is due after 250.
            throughout(
                    Duration.ofMillis(300), () -> assertThat(site.has("a", V4)).isTrue());
        }
        long doubted = System.nanoTime();
        holder.tell("doubt");
        promised("leadership in doubt for good to address gone", awaitGone("a", doubted), Duration.ofMillis(2_500));
    }

    @Test
    @Tag("nightly") // a machine that stalls lets the lifetime run out
    void holdsOnWithoutMajorityIfToldToUntilAnotherLeads() throws Exception {
        Holder holder = holding("a", "HOLD");
        holder.tell("lose");
        throughout(Duration.ofSeconds(3), () -> assertThat(site.has("a", V4)).isTrue());
        holder.tell("follow 9");
        awaitGone("a", System.nanoTime());
    }

    @Test
    @Tag("nightly") // a machine that stalls lets the lifetime run out
    void anotherKeeperTakesOverWhenOneIsKilled() throws Exception {
        Holder holder = holding("a", "RELEASE");
        ProcessHandle keeper = holder.process
                .children()
                .filter(child -> child.info().arguments().stream()
                        .anyMatch(arguments -> List.of(arguments).contains("weldr-vip")))
                .findFirst()
                .orElseThrow();
        keeper.descendants().forEach(ProcessHandle::destroyForcibly);
        await().until(() -> !keeper.isAlive());
        await().until(() -> site.has("a", V4) && site.has("a", V6));
        // The new one renews: it is there for longer than the last lifetime of the old one.
        throughout(Duration.ofSeconds(3), () -> assertThat(site.has("a", V4)).isTrue());
    }

    @Test
    @Tag("nightly") // it is replaced before a lifetime is over, or too late
    void aKeeperThatIsFrozenIsReplacedInTime() throws Exception {
        Holder holder = holding("a", "RELEASE");
        long keeper = holder.process
                .descendants()
                .filter(child -> child.info().commandLine().orElse("").contains("-batch -"))
                .filter(child -> child.children().findAny().isEmpty())
                .findFirst()
                .orElseThrow()
                .pid();
        assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(keeper))
                        .start()
                        .waitFor())
                .isZero();
        throughout(Duration.ofSeconds(4), () -> assertThat(site.has("a", V4)).isTrue());
    }

    @Test
    void theClientFollowsWithoutAsking() throws Exception {
        Holder first = holding("a", "RELEASE");
        Holder second = site.holder("b", "RELEASE", "DEAD", BOTH).ready();
        site.send(V4);
        site.send(V6);
        await().until(() -> knows(V4, "a") && knows(V6, "a"));
        first.process.destroyForcibly();
        long killed = System.nanoTime();
        second.tell("lead 8");
        await().pollInterval(Duration.ofMillis(10)).until(() -> knows(V4, "b") && knows(V6, "b"));
        report("kill -9 and new leader to client knows", millisSince(killed));
        assertThat(site.has("b", V4)).isTrue();
    }

    @Test
    void waitsForAFrozenPredecessorAndIsNeverTheSecondHolder() throws Exception {
        Holder first = holding("a", "RELEASE");
        Holder second = site.holder("b", "RELEASE", "MAY_HOLD", BOTH).ready();
        first.signal("STOP");
        long frozen = System.nanoTime();
        second.tell("lead 8");
        boolean taken = false;
        while (!taken) {
            // The old holder is looked at last: what it still has then it had when the new one was looked at.
            taken = site.has("b", V4);
            assertThat(taken && site.has("a", V4)).as("two holders").isFalse();
            assertThat(millisSince(frozen)).as("given up").isLessThan(PATIENCE_MILLIS);
            pause();
        }
        report("SIGSTOP and new leader to address taken", millisSince(frozen));
        assertThat(millisSince(frozen)).isGreaterThanOrEqualTo(3_000);
        first.signal("CONT");
        throughout(Duration.ofSeconds(1), () -> assertThat(site.has("a", V4)).isFalse());
    }

    /** With the longest lifetime, so that the kernel does not remove them first. */
    @Test
    void removesWhatAnEarlierRunLeft() throws Exception {
        site.in("a", "address", "add", V4 + "/32", "dev", "eth0", "valid_lft", "60", "preferred_lft", "60");
        site.in("a", "address", "add", V6 + "/64", "dev", "eth0", "nodad", "valid_lft", "60", "preferred_lft", "0");
        site.holder("a", "RELEASE", "DEAD", BOTH, 60).ready();
        assertGone("a");
        assertHostIsWhole("a");
    }

    @Test
    void refusesAnAddressThatADhcpServerGave() throws Exception {
        site.in("a", "address", "add", V4 + "/24", "dev", "eth0", "valid_lft", "600", "preferred_lft", "600");
        assertThat(site.holder("a", "RELEASE", "DEAD", BOTH).says())
                .matches(
                        "refused: virtual IP 10\\.99\\.0\\.100: 10\\.99\\.0\\.100/24 is configured on eth0 for another "
                                + "[0-9]+ s, as by a DHCP server \\(expected: only weldr configures it, for 2 s at most; "
                                + "choose an address that no other program assigns\\)");
        assertThat(site.has("a", V4)).isTrue();
    }

    /** The network may come up after the node, and with it the address of a DHCP server. */
    @Test
    void anAddressThatSomebodyElseSetsLaterIsNeitherTakenNorDeleted() throws Exception {
        Holder holder = site.holder("a", "RELEASE", "DEAD", BOTH).ready();
        site.in("a", "address", "add", V4 + "/24", "dev", "eth0", "valid_lft", "600", "preferred_lft", "600");
        holder.tell("lead 7");
        await().until(() -> site.has("a", V6));
        throughout(Duration.ofSeconds(3), () -> assertThat(secondsLeft("a")).isGreaterThan(60));
        holder.tell("lose");
        await().until(() -> !site.has("a", V6));
        holder.tell("lead 8");
        await().until(() -> site.has("a", V6));
        holder.process.destroyForcibly();
        await().until(() -> !site.has("a", V6));
        assertThat(secondsLeft("a")).isGreaterThan(60);
    }

    /** Somebody else takes the address over while the node holds it. */
    @Test
    void anAddressThatSomebodyElseTakesOverIsLeftAlone() throws Exception {
        Holder holder = holding("a", "RELEASE");
        long tried = System.nanoTime();
        // Between a look and the renewal after it the other's lifetime would be replaced: then the other tries again.
        while (secondsLeft("a") <= 60) {
            site.in("a", "address", "replace", V4 + "/24", "dev", "eth0", "valid_lft", "600", "preferred_lft", "600");
            pause();
            assertThat(millisSince(tried)).as("given up").isLessThan(30_000);
        }
        throughout(Duration.ofSeconds(2), () -> assertThat(secondsLeft("a")).isGreaterThan(60));
        holder.tell("close");
        assertThat(holder.process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                .isTrue();
        assertThat(site.has("a", V6)).isFalse();
        assertThat(secondsLeft("a")).isGreaterThan(60);
    }

    /** How long the kernel keeps {@link #V4}; 0 if it is not there. */
    private long secondsLeft(String host) {
        return site.in(host, "-oneline", "address", "show", "to", V4)
                .lines()
                .map(Shown::parse)
                .filter(Objects::nonNull)
                .mapToLong(shown -> Objects.requireNonNull(shown.secondsLeft()))
                .max()
                .orElse(0);
    }

    @Test
    void refusesAnAddressThatIsThereForGood() throws Exception {
        site.in("a", "address", "add", V4 + "/24", "dev", "eth0");
        assertThat(site.holder("a", "RELEASE", "DEAD", BOTH).says())
                .isEqualTo(
                        "refused: virtual IP 10.99.0.100: 10.99.0.100/24 is configured on eth0 permanently (expected: only weldr configures it; "
                                + "remove it with: ip address delete 10.99.0.100/24 dev eth0)");
        assertThat(site.has("a", V4)).isTrue();
    }

    @Test
    void refusesAnInterfaceThatDoesNotExist() throws Exception {
        assertThat(site.holder("a", "RELEASE", "DEAD", V4 + "/24@eth7").says())
                .startsWith("refused: virtual IP: interface \"eth7\": ")
                .contains("(expected: an interface of this machine)");
    }

    private Holder holding(String host, String quorumLoss) throws IOException {
        Holder holder = site.holder(host, quorumLoss, "DEAD", BOTH).ready();
        long term = 7;
        do { // again, if this machine stalled for so long that its leadership was over before it had the address
            holder.tell("lead " + term++);
        } while (!comesTo(host));
        return holder;
    }

    private boolean comesTo(String host) {
        long began = System.nanoTime();
        while (millisSince(began) < 10_000) {
            if (site.has(host, V4) && site.has(host, V6)) {
                return true;
            }
            pause();
        }
        return false;
    }

    private boolean knows(String address, String host) {
        return site.neighbour(address).contains(site.hardwareAddress(host));
    }

    private Duration awaitGone(String host, long sinceNanos) {
        while (site.has(host, V4) || site.has(host, V6)) {
            assertThat(millisSince(sinceNanos)).as("given up").isLessThan(PATIENCE_MILLIS);
            pause();
        }
        return Duration.ofNanos(System.nanoTime() - sinceNanos);
    }

    private void assertGone(String host) {
        assertThat(site.has(host, V4)).isFalse();
        assertThat(site.has(host, V6)).isFalse();
    }

    private void assertStaysGone(String host, Duration howLong) {
        throughout(howLong, () -> assertGone(host));
    }

    private static void throughout(Duration howLong, Runnable look) {
        long began = System.nanoTime();
        while (System.nanoTime() - began < howLong.toNanos()) {
            look.run();
            pause();
        }
    }

    /** Each look is a process: without a pause they would take the processor away from what they look at. */
    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }

    /** Its own addresses and routes are as they were. */
    private void assertHostIsWhole(String host) {
        assertThat(site.has(host, "10.99.0.1")).isTrue();
        assertThat(site.has(host, "fd99::1")).isTrue();
        assertThat(site.in(host, "route", "show")).contains("10.99.0.0/24 dev eth0");
        assertThat(site.in(host, "-6", "route", "show")).contains("fd99::/64 dev eth0");
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    private static void report(String what, long millis) {
        System.out.println("virtual IP: " + what + ": " + millis + " ms");
    }
}
