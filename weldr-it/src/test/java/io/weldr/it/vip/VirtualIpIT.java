package io.weldr.it.vip;

import static io.weldr.testing.Patience.promised;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.weldr.it.harness.Host;
import io.weldr.it.harness.Http;
import io.weldr.it.harness.InsideNetwork;
import io.weldr.it.harness.Network;
import io.weldr.it.harness.TestCluster;
import io.weldr.it.harness.TestNode;
import io.weldr.it.harness.Weldrctl;
import io.weldr.testing.Patience;
import io.weldr.testserver.TestServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Three nodes hold a virtual IP between them; a client asks it every 10 ms, and an observer sees who has it. Three
 * faults are told in each build, the others with the tag {@code nightly}, and all of them {@code -Dchaos.rounds=10}
 * times with the tag {@code chaos}. Asserted is who may hold the address. How long it takes is printed, and asserted
 * where promised times are ({@link Patience#promised}).
 */
@ExtendWith(InsideNetwork.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VirtualIpIT {
    private static final Duration LIFETIME = Duration.ofSeconds(2);

    /** What three nodes, a client and an observer on one machine may add to the times that are promised. */
    private static final Duration BUSY = Duration.ofSeconds(1);

    private static final int PROXY_PORT = 8080;

    /** What a node says when it takes the address. */
    private static final Pattern HELD = Pattern.compile("Active, term (\\d+): holding ");

    private final Figures figures = new Figures();
    private @Nullable TestCluster cluster;
    private @Nullable TestServer origin;
    private @Nullable Observer observer;
    private @Nullable Asker asker;

    @BeforeAll
    void openSite() throws IOException {
        Network network = Network.here();
        Path folder = Network.newFolder("vip");
        origin = TestServer.start(
                TestServer.Options.defaults().address(new InetSocketAddress(network.clientAddress(), 0)));
        observer = new Observer(network.freeAddress(), network);
        cluster = TestCluster.of(
                folder,
                network.hosts(),
                "--vip-addresses",
                network.freeAddress() + "/32@eth0",
                "--vip-lifetime",
                LIFETIME.toSeconds() + "s");
        cluster().nodes().forEach(cluster()::launch);
        TestNode leader = cluster().awaitLeader();
        assertThat(leader.add(origin().url()).status()).isEqualTo(201);
        asker = new Asker(network.freeAddress(), PROXY_PORT);
    }

    @AfterAll
    void closeSite() {
        if (asker != null) {
            asker.close();
        }
        if (cluster != null) {
            cluster.close();
        }
        if (origin != null) {
            origin.close();
        }
        if (observer != null) {
            observer.close();
        }
        System.out.println(figures.table());
    }

    /** One holder, three nodes that are well, and a client that is answered. */
    @BeforeEach
    void settled() {
        for (TestNode node : cluster().nodes()) {
            if (!node.isAlive()) {
                cluster().launch(node);
            }
        }
        cluster().awaitLeader();
        for (TestNode node : cluster().nodes()) {
            until(
                    "a linearizable read through " + node.id(),
                    () -> Http.get(node.adminUrl() + "/servers").status() == 200);
            until(
                    "traffic through " + node.id(),
                    () -> Http.get(node.proxyUrl() + "/").status() == 200);
        }
        until("one holder", () -> observer().holders().size() == 1);
        Instant now = Instant.now();
        until("an answer at the virtual IP", () -> asker().first(now).isPresent());
    }

    @Test
    void aKilledHolderIsFollowed() {
        TestNode holder = holder();
        Instant struck = Instant.now();
        holder.kill();
        Duration answered = answeredByAnother(holder, struck);
        report("kill -9", holder, struck, answered);
        promised("kill -9 of the holder", answered, Duration.ofSeconds(1).plus(BUSY));
        assertThat(observer().overlap(struck)).as("two holders").isLessThanOrEqualTo(LIFETIME);
    }

    @Test
    void aPausedHolderLosesTheAddressAndDoesNotTakeItBack() {
        TestNode holder = holder();
        long held = lastTermHeld(holder);
        Instant struck = Instant.now();
        holder.pause();
        try {
            Duration answered = answeredByAnother(holder, struck);
            report("SIGSTOP", holder, struck, answered);
            promised("SIGSTOP of the holder", answered, Duration.ofMillis(3_500).plus(BUSY));
            untilPassed(struck, Duration.ofSeconds(5));
        } finally {
            holder.resume();
        }
        Instant resumed = Instant.now();
        until(
                "it to know that another one leads",
                () -> Http.get(holder.adminUrl() + "/servers").status() == 200);
        if (observer().claimed(holder.host(), resumed) != null) {
            // Rightful if leadership came back to it, as it may on a machine that stalls.
            until("the paused node to hold the address in a later term", () -> lastTermHeld(holder) > held);
        }
        assertThat(observer().overlap(struck)).as("two holders").isZero();
    }

    @Test
    @Tag("nightly") // a machine that does something else makes an election of each pause
    void aPauseThatCostsNoLeadershipCostsNoAddress() {
        for (int pauses = 1; pauses <= 20; pauses++) {
            TestNode holder = holder();
            int said = holder.output().length();
            Instant struck = Instant.now();
            holder.pause();
            // Long enough to be in doubt, too short for an election.
            untilPassed(struck, TestNode.electionTimeoutMin().multipliedBy(3).dividedBy(5));
            holder.resume();
            until(
                    "the doubt to be resolved",
                    () -> cluster().leader().isPresent()
                            && resolved(holder.output().substring(said)));
            String since = holder.output().substring(said);
            // Where the doubt lasts for longer than the address may be held without renewal, it is let go, rightfully.
            if (since.contains("Leadership is in doubt")
                    && !since.contains("Not acting as leader any more")
                    && !since.contains("Passive")) {
                assertThat(since).contains("Acting as leader");
                assertThat(observer().lost(holder.host(), struck)).as("lost").isNull();
                return;
            }
        }
        fail("with each of 20 pauses leadership moved, or the address was let go, or nothing was noticed");
    }

    /** Whether what a node said leaves its leadership no more in doubt. */
    private static boolean resolved(String output) {
        return output.contains("Not acting as leader any more")
                || output.lastIndexOf("Acting as leader") >= output.lastIndexOf("Leadership is in doubt");
    }

    @Test
    @Tag("nightly") // takes long, and aPausedHolder... tells most of it
    void anIsolatedHolderLetsGoBeforeAnotherOneClaims() {
        TestNode holder = holder();
        int number = cluster().number(holder);
        Instant struck = Instant.now();
        Network.here().isolate(number);
        try {
            Duration answered = answeredByAnother(holder, struck);
            report("isolation", holder, struck, answered);
            promised(
                    "isolation of the holder",
                    answered,
                    Duration.ofMillis(3_500).plus(BUSY));
        } finally {
            Network.here().rejoin(number);
        }
        until("it to be back", () -> Http.get(holder.adminUrl() + "/servers").status() == 200);
        assertThat(observer().overlap(struck)).as("two holders").isZero();
    }

    @Test
    void aStoppedHolderHandsOver() {
        TestNode holder = holder();
        Instant struck = Instant.now();
        holder.process().destroy();
        Duration answered = answeredByAnother(holder, struck);
        report("SIGTERM", holder, struck, answered);
        assertThat(holder.awaitExit())
                .as("exit code; it said: %s", holder.output())
                .isZero();
        promised("SIGTERM of the holder", answered, Duration.ofMillis(300).plus(BUSY));
        assertThat(observer().overlap(struck)).as("two holders").isZero();
    }

    /** The old holder lives on, and has just heard of the new term when it is asked to let go. */
    @Test
    void aTransferMovesTheAddress() {
        TestNode holder = holder();
        TestNode heir = cluster().except(holder).get(0);
        Instant struck = Instant.now();
        Weldrctl.Result transferred = Weldrctl.run(holder.grpcAddress(), "cluster", "transfer-leader", heir.id());
        assertThat(transferred.exit()).as("%s", transferred).isZero();
        Duration answered = answeredByAnother(holder, struck);
        report("transfer, weldrctl included", holder, struck, answered);
        promised("transfer of leadership", answered, Duration.ofSeconds(2).plus(BUSY));
        assertThat(observer().overlap(struck)).as("two holders").isZero();
    }

    @Test
    @Tag("nightly") // takes long
    void withTwoNodesPausedNobodyHoldsAndOneDoesAgainAfterwards() {
        TestNode holder = holder();
        TestNode other = cluster().except(holder).get(0);
        Instant struck = Instant.now();
        other.pause();
        holder.pause();
        try {
            until("the kernel to take the address", () -> observer().lost(holder.host(), struck) != null);
            untilPassed(struck, Duration.ofSeconds(4));
            assertThat(observer().holders()).as("without a majority").isEmpty();
        } finally {
            holder.resume();
            other.resume();
        }
        Instant resumed = Instant.now();
        until("one holder", () -> observer().holders().size() == 1);
        until("an answer", () -> asker().first(resumed).isPresent());
        figures.add("two paused: resumed to answered", asked(resumed));
        assertThat(observer().overlap(struck)).as("two holders").isZero();
    }

    @Test
    @Tag("nightly") // takes long
    void withoutAMajorityTheAddressIsReleasedAndTrafficFlows() {
        TestNode holder = holder();
        Instant struck = Instant.now();
        cluster().except(holder).forEach(TestNode::kill);
        until("the address to be released", () -> observer().lost(holder.host(), struck) != null);
        figures.add("majority lost: to released", Duration.between(struck, lost(holder, struck)));
        assertThat(Http.get(holder.proxyUrl() + "/").status())
                .as("at the node's own address")
                .isEqualTo(200);
        assertThat(observer().holders()).isEmpty();
        cluster().except(holder).forEach(cluster()::launch);
        until("one holder", () -> observer().holders().size() == 1);
        assertThat(observer().overlap(struck)).as("two holders").isZero();
    }

    @Test
    @Tag("nightly") // takes long, and VirtualIpsIT of weldr-leader tells it of one node
    void nothingIsLeftAfterStop() {
        Network network = Network.here();
        for (TestNode node : cluster().nodes()) {
            assertThat(node.terminate()).as("%s: %s", node.id(), node.output()).isZero();
        }
        for (TestNode node : cluster().nodes()) {
            assertThat(network.ip(cluster().number(node), "-oneline", "address", "show", "to", network.freeAddress()))
                    .as(node.id())
                    .isEmpty();
        }
    }

    @Test
    void anAddressThatADhcpServerGaveIsRefusedAndKept() {
        Network network = Network.here();
        TestNode returning = cluster().except(holder()).get(0);
        int number = cluster().number(returning);
        assertThat(returning.terminate()).isZero();
        String address = network.freeAddress() + "/32";
        // Elsewhere than where it would come to, and out of the way of the client.
        network.ip(number, "address", "add", address, "dev", "lo", "valid_lft", "600", "preferred_lft", "600");
        cluster().launch(returning);
        assertThat(returning.awaitExit()).isNotZero();
        assertThat(returning.output()).contains("is configured on lo for another ");
        network.ip(number, "address", "delete", address, "dev", "lo"); // fails if it is not there any more
        cluster().start(returning);
    }

    @Test
    @Tag("chaos")
    @Timeout(3_600)
    void manyRounds() {
        int rounds = Integer.getInteger("chaos.rounds", 10);
        for (int i = 1; i <= rounds; i++) {
            System.out.println("virtual IP: round " + i + " of " + rounds);
            List<Runnable> stories = List.of(
                    this::aKilledHolderIsFollowed,
                    this::aPausedHolderLosesTheAddressAndDoesNotTakeItBack,
                    this::anIsolatedHolderLetsGoBeforeAnotherOneClaims,
                    this::aStoppedHolderHandsOver,
                    this::aTransferMovesTheAddress,
                    this::withTwoNodesPausedNobodyHoldsAndOneDoesAgainAfterwards,
                    this::withoutAMajorityTheAddressIsReleasedAndTrafficFlows,
                    this::nothingIsLeftAfterStop);
            for (Runnable story : stories) {
                settled();
                story.run();
            }
        }
    }

    /** The latest term in which that node has held the address since it was started. */
    private static long lastTermHeld(TestNode node) {
        return HELD.matcher(node.output())
                .results()
                .mapToLong(line -> Long.parseLong(line.group(1)))
                .max()
                .orElse(0);
    }

    private void report(String fault, TestNode holder, Instant struck, Duration answered) {
        figures.add(fault + ": address gone", Duration.between(struck, lost(holder, struck)));
        figures.add(fault + ": answered by the next", answered);
        figures.add(fault + ": longest time without an answer", asker().longestGap(struck));
        figures.add(fault + ": two holders", observer().overlap(struck));
    }

    private Instant lost(TestNode holder, Instant since) {
        until("the address to be gone from " + holder.id(), () -> observer().lost(holder.host(), since) != null);
        return Objects.requireNonNull(observer().lost(holder.host(), since));
    }

    /**
     * How long after {@code struck} the client had an answer that only another node than {@code holder} can have given.
     */
    private Duration answeredByAnother(TestNode holder, Instant struck) {
        until(
                "another holder",
                () -> cluster().except(holder).stream()
                        .anyMatch(node -> observer().claimed(node.host(), struck) != null));
        Instant claimed = cluster().except(holder).stream()
                .map(node -> observer().claimed(node.host(), struck))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
        Instant alone = claimed.isAfter(lost(holder, struck)) ? claimed : lost(holder, struck);
        until("an answer", () -> asker().first(alone).isPresent());
        return Duration.between(struck, asker().first(alone).orElseThrow().answered());
    }

    private Duration asked(Instant since) {
        return Duration.between(since, asker().first(since).orElseThrow().answered());
    }

    /** The one that holds now: on a machine that is starved leadership may have moved since the cluster had settled. */
    private TestNode holder() {
        List<Host> one = await("one holder")
                .pollDelay(Duration.ZERO)
                .until(() -> observer().holders(), holders -> holders.size() == 1);
        return cluster().nodes().stream()
                .filter(node -> node.host().equals(one.get(0)))
                .findFirst()
                .orElseThrow();
    }

    private static void until(String what, Callable<Boolean> condition) {
        await(what)
                .pollInterval(Duration.ofMillis(50)) // what is measured comes from the observer and the client
                .pollDelay(Duration.ZERO)
                .until(condition);
    }

    private static void untilPassed(Instant since, Duration howLong) {
        until(howLong + " to pass", () -> Instant.now().isAfter(since.plus(howLong)));
    }

    private TestCluster cluster() {
        return Objects.requireNonNull(cluster);
    }

    private TestServer origin() {
        return Objects.requireNonNull(origin);
    }

    private Observer observer() {
        return Objects.requireNonNull(observer);
    }

    private Asker asker() {
        return Objects.requireNonNull(asker);
    }
}
