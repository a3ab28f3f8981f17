package io.weldr.leader.vip;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weldr.core.pool.HostPort;
import io.weldr.core.port.ClusterStatus;
import io.weldr.core.port.ClusterStatus.Role;
import io.weldr.core.port.ClusterStatus.Voter;
import io.weldr.core.port.LeaderDuty;
import io.weldr.core.state.MemberId;
import io.weldr.leader.vip.VirtualIpSettings.QuorumLoss;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that holds virtual IPs as a node does, and is told on its standard input who leads. Its proof of leadership
 * behaves as the real one: it is a finding that goes stale, and a late tick breaks it.
 *
 * <p>Arguments: quorum loss, answer of the rivals, addresses as {@code address/prefix@interface}, separated by commas,
 * lifetime in seconds. Commands: {@code lead TERM}, {@code doubt}, {@code lose}, {@code follow TERM}, {@code close}.
 */
final class HolderMain {
    private static final MemberId SELF = new MemberId("self");
    private static final MemberId OTHER = new MemberId("other");
    private static final long ELECTION_MILLIS =
            2_000; // a machine that stalls for less than half of it costs no leadership

    /** The watchdog of a node, with a term that the test gives. */
    private static final class Watchdog extends Thread {
        private volatile long term;
        private volatile boolean leading;
        private volatile boolean inDoubt;
        private volatile @Nullable MemberId leader;
        private volatile long foundNanos = System.nanoTime();
        private volatile @Nullable LeaderDuty duty;

        Watchdog() {
            super("watchdog");
            setDaemon(true);
        }

        @Override
        public void run() {
            while (true) {
                long now = System.nanoTime();
                if (leading && now - foundNanos > TimeUnit.MILLISECONDS.toNanos(ELECTION_MILLIS / 2)) {
                    leading = false;
                    leader = null;
                    LeaderDuty stopped = duty;
                    if (stopped != null) {
                        stopped.stop();
                    }
                }
                foundNanos = now;
                try {
                    TimeUnit.MILLISECONDS.sleep(ELECTION_MILLIS / 8);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        ClusterStatus status() {
            boolean fresh = System.nanoTime() - foundNanos < TimeUnit.MILLISECONDS.toNanos(ELECTION_MILLIS / 2);
            HostPort raft = new HostPort("127.0.0.1", 1);
            return new ClusterStatus(
                    SELF,
                    leading ? Role.LEADER : Role.FOLLOWER,
                    term,
                    leader,
                    leading && fresh && !inDoubt,
                    0,
                    0,
                    List.of(new Voter(SELF, raft), new Voter(OTHER, raft)),
                    null,
                    null);
        }
    }

    private HolderMain() {}

    public static void main(String[] arguments) throws Exception {
        List<VirtualIp> addresses = Arrays.stream(arguments[2].split(",", -1))
                .map(text ->
                        VirtualIp.parse(text.substring(0, text.indexOf('@')), text.substring(text.indexOf('@') + 1)))
                .toList();
        Duration lifetime = Duration.ofSeconds(Integer.parseInt(arguments[3]));
        VirtualIpSettings settings =
                new VirtualIpSettings(addresses, lifetime, QuorumLoss.valueOf(arguments[0]), Hooks.none());
        Rivals.Standing standing = Rivals.Standing.valueOf(arguments[1]);
        Watchdog watchdog = new Watchdog();
        watchdog.start();
        try (VirtualIps duty = VirtualIps.open(
                        settings,
                        SELF,
                        watchdog::status,
                        (member, term) -> CompletableFuture.completedFuture(standing),
                        new NoSuccessors(),
                        Duration.ofMillis(ELECTION_MILLIS));
                BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            watchdog.duty = duty;
            System.out.println("ready");
            for (String line = commands.readLine(); line != null && !line.equals("close"); line = commands.readLine()) {
                watchdog.inDoubt = line.equals("doubt");
                if (watchdog.inDoubt) {
                    duty.suspend();
                    continue;
                }
                String[] words = line.split(" ", -1);
                boolean leads = words[0].equals("lead");
                if (words.length > 1) {
                    watchdog.term = Long.parseLong(words[1]);
                }
                watchdog.leader = leads ? SELF : words[0].equals("follow") ? OTHER : null;
                watchdog.leading = leads;
                if (leads) {
                    duty.start(watchdog.term);
                } else {
                    duty.stop();
                }
            }
        } catch (VirtualIps.CannotHoldException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }
}
