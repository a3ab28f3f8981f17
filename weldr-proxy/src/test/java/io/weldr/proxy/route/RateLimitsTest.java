package io.weldr.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.balance.Hashing;
import io.weldr.core.pool.RequestKey;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Token buckets in a table that has less room than there are clients. */
class RateLimitsTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final KeySource KEY = new KeySource(RequestKey.CLIENT_ADDRESS);
    private static final RateLimits.Limit ONE_AN_HOUR = new RateLimits.Limit(7, KEY, HOUR, 1);
    private static final RateLimits.Limit MANY = new RateLimits.Limit(11, KEY, 1000, 1000);

    private final RateLimits limits = new RateLimits();

    @Test
    void aBucketGivesWhatIsInItAndThenOneTokenEachInterval() {
        RateLimits.Limit limit = new RateLimits.Limit(3, KEY, 100, 3);
        for (int i = 0; i < 3; i++) {
            assertThat(limits.take(limit, 42, 1000)).isEqualTo(RateLimits.PASS);
        }
        assertThat(limits.take(limit, 42, 1000)).isEqualTo(100);
        assertThat(limits.take(limit, 42, 1099)).isEqualTo(1);
        assertThat(limits.take(limit, 42, 1100)).isEqualTo(RateLimits.PASS);
        assertThat(limits.take(limit, 43, 1100)).isEqualTo(RateLimits.PASS);
        assertThat(limits.take(limit, 42, 1000 + HOUR)).isEqualTo(RateLimits.PASS);
    }

    /** A client with a /64 of its own has 2^64 addresses, and one bucket. */
    @Test
    void theAddressesOfAnIpv6SiteAreOneClient() throws UnknownHostException {
        KeySource sites = KeySource.ofSites(RequestKey.CLIENT_ADDRESS);
        assertThat(sites.hash(address("2001:db8:0:1::1"))).isEqualTo(sites.hash(address("2001:db8:0:1:ffff::2")));
        assertThat(sites.hash(address("2001:db8:0:1::1"))).isNotEqualTo(sites.hash(address("2001:db8:0:2::1")));
        assertThat(sites.hash(address("192.0.2.1"))).isNotEqualTo(sites.hash(address("192.0.2.2")));
        assertThat(KEY.hash(address("2001:db8:0:1::1")))
                .as("a hash spreads single addresses")
                .isNotEqualTo(KEY.hash(address("2001:db8:0:1::2")));
    }

    private static byte[] address(String text) throws UnknownHostException {
        return InetAddress.getByName(text).getAddress();
    }

    /** Hashes whose buckets all lie where that one's does. */
    private static List<Long> neighbours(RateLimits.Limit limit, int count, long seed) {
        Random random = new Random(seed);
        List<Long> found = new ArrayList<>();
        while (found.size() < count) {
            long hash = random.nextLong();
            if ((int) (Hashing.mix(hash ^ limit.salt()) >>> 40) % 32_768 == 0) {
                found.add(hash);
            }
        }
        return found;
    }

    /** A bucket that is given to another client while a request of the one before takes from it. */
    @Test
    void aRequestNeverTakesFromTheBucketOfAnotherClient() throws InterruptedException {
        long seed = new Random().nextLong();
        List<Long> rare = neighbours(ONE_AN_HOUR, 64, seed);
        List<Long> frequent = neighbours(MANY, 4, seed);
        System.out.println("seed " + seed);
        AtomicBoolean end = new AtomicBoolean();
        Thread other = new Thread(() -> {
            for (int i = 0; !end.get(); i++) {
                limits.take(ONE_AN_HOUR, rare.get(i & 63), System.nanoTime());
            }
        });
        other.start();
        long longest = 0;
        for (int i = 0; i < 3_000_000; i++) {
            longest = Math.max(longest, limits.take(MANY, frequent.get(i & 3), System.nanoTime()));
        }
        end.set(true);
        other.join();
        assertThat(longest).as("nanoseconds until a token comes back").isLessThanOrEqualTo(MANY.intervalNanos());
    }
}
