package io.weldr.it.vip;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weldr.it.harness.Host;
import io.weldr.it.harness.Network;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sees when an address comes to a host and leaves it. The kernel tells of every change on all hosts, through one socket
 * and so in the order in which they were made: a machine that stalls shifts all times, and never swaps two changes.
 * Thread safe.
 */
final class Observer implements AutoCloseable {
    private static final Pattern LINE =
            Pattern.compile("\\[(\\S+)\\] \\[nsid (\\d+)\\] ?(Deleted )?\\d+: \\S+\\s+inet6? ([^/ ]+)/.*");

    /** How long a host held it; without an end it still does. */
    record Holding(Host host, Instant from, @Nullable Instant until) {
        boolean at(Instant when) {
            return !from.isAfter(when) && (until == null || until.isAfter(when));
        }

        /** The time that both held it, if these are two hosts. */
        private Duration together(Holding other, Instant since, Instant now) {
            if (host.equals(other.host)) {
                return Duration.ZERO;
            }
            Instant begin = latest(latest(from, other.from), since);
            Instant end = earliest(until == null ? now : until, other.until == null ? now : other.until);
            return end.isAfter(begin) ? Duration.between(begin, end) : Duration.ZERO;
        }

        private static Instant latest(Instant one, Instant other) {
            return one.isAfter(other) ? one : other;
        }

        private static Instant earliest(Instant one, Instant other) {
            return one.isBefore(other) ? one : other;
        }
    }

    private final String address;
    private final Process monitor;
    private final List<Holding> holdings = new ArrayList<>(); // in the order of their beginnings; guarded by this

    /** Observes from now on; nobody may hold the address yet. */
    Observer(String address, Network network) throws IOException {
        this.address = address;
        network.numberHosts();
        monitor = new ProcessBuilder("ip", "-tshort", "monitor", "all-nsid", "address")
                .redirectErrorStream(true)
                .start();
        Thread reader = new Thread(() -> read(network), "observer");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(Network network) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(monitor.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches() && matcher.group(4).equals(address)) {
                    Instant when = LocalDateTime.parse(matcher.group(1))
                            .atZone(ZoneId.systemDefault())
                            .toInstant();
                    seen(network.host(Integer.parseInt(matcher.group(2))), when, matcher.group(3) == null);
                }
            }
        } catch (IOException e) {
            System.out.println("observer: " + e);
        }
    }

    private synchronized void seen(Host host, Instant when, boolean there) {
        int last = holdings.size() - 1;
        while (last >= 0
                && (holdings.get(last).until() != null
                        || !holdings.get(last).host().equals(host))) {
            last--;
        }
        if (there && last < 0) {
            holdings.add(new Holding(host, when, null));
        } else if (!there && last >= 0) {
            holdings.set(last, new Holding(host, holdings.get(last).from(), when));
        }
    }

    /** Who holds it. */
    synchronized List<Host> holders() {
        return holdings.stream()
                .filter(holding -> holding.until() == null)
                .map(Holding::host)
                .toList();
    }

    /** When {@code host} got it, for the first time since {@code since}; null: not yet. */
    synchronized @Nullable Instant claimed(Host host, Instant since) {
        return holdings.stream()
                .filter(holding ->
                        holding.host().equals(host) && !holding.from().isBefore(since))
                .map(Holding::from)
                .findFirst()
                .orElse(null);
    }

    /** When {@code host} lost it, for the first time since {@code since}; null: not yet. */
    synchronized @Nullable Instant lost(Host host, Instant since) {
        return holdings.stream()
                .filter(holding -> holding.host().equals(host))
                .map(Holding::until)
                .filter(until -> until != null && !until.isBefore(since))
                .findFirst()
                .orElse(null);
    }

    /** For how long, since {@code since}, two hosts held it at the same time. */
    synchronized Duration overlap(Instant since) {
        Instant now = Instant.now();
        Duration sum = Duration.ZERO;
        for (int i = 0; i < holdings.size(); i++) {
            for (int j = i + 1; j < holdings.size(); j++) {
                sum = sum.plus(holdings.get(i).together(holdings.get(j), since, now));
            }
        }
        return sum;
    }

    @Override
    public void close() {
        monitor.destroy();
    }
}
