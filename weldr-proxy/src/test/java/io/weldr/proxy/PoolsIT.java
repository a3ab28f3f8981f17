package io.weldr.proxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.Balancing;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginLimits;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.PoolSettings;
import io.weldr.core.pool.RequestKey;
import io.weldr.core.pool.StickyCookie;
import io.weldr.core.pool.Verdict;
import io.weldr.core.port.CookieTokens;
import io.weldr.core.state.Command;
import io.weldr.core.state.OriginPatch;
import io.weldr.core.state.OriginRef;
import io.weldr.core.state.OriginSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which origin of a pool a request goes to. */
class PoolsIT {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final Pattern COOKIE =
            Pattern.compile("Set-Cookie: (sid=[^;]+); Path=/; Max-Age=60; HttpOnly; SameSite=Lax\r\n");

    /** Tokens that only the test understands. */
    private static final class Tokens implements CookieTokens {
        private volatile List<String> secrets; // the current one first

        Tokens(String... secrets) {
            this.secrets = List.of(secrets);
        }

        void replace(List<String> next) {
            secrets = next;
        }

        @Override
        public boolean available() {
            return true;
        }

        @Override
        public String token(PoolName pool, OriginId origin) {
            return accepted(pool, origin).get(0);
        }

        @Override
        public List<String> accepted(PoolName pool, OriginId origin) {
            String number = Integer.toHexString(origin.value().hashCode());
            return secrets.stream().map(secret -> secret + "-" + number).toList();
        }
    }

    static final PoolSettings STICKY = PoolSettings.builder()
            .sticky(new StickyCookie("sid", false, true, StickyCookie.SameSite.LAX, Duration.ofSeconds(60)))
            .build();

    private static RawOrigin named(String name) {
        return RawOrigin.answering("HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name);
    }

    private static String body(String response) {
        return response.substring(response.indexOf("\r\n\r\n") + 4);
    }

    private static String with(String cookie) {
        return "GET / HTTP/1.1\r\nHost: a\r\nCookie: theme=dark; " + cookie + "; x=y\r\n\r\n";
    }

    private static void patch(TestProxy proxy, PoolName pool, RawOrigin origin, OriginPatch patch) {
        OriginRef ref = new OriginRef.ByAddress(HostPort.parse(origin.authority()));
        proxy.apply(new Command.UpdateOrigin(pool, ref, patch, null, Instant.EPOCH));
    }

    @Test
    void aCookieBindsAClientToItsOriginUntilThatIsGone() {
        try (RawOrigin one = named("one");
                RawOrigin two = named("two");
                TestProxy proxy = TestProxy.with(settings -> settings.tokens(new Tokens("new", "old")))) {
            PoolName pool = Routes.pool(proxy, "sticky", STICKY, one, two);
            Routes.of(proxy).to(pool).put("default");
            String first = proxy.exchange(GET);
            Matcher cookie = COOKIE.matcher(first);
            assertThat(cookie.find()).as(first).isTrue();
            RawOrigin own = body(first).equals("one") ? one : two;
            for (int i = 0; i < 5; i++) {
                String again = proxy.exchange(with(cookie.group(1)));
                assertThat(body(again)).isEqualTo(body(first));
                assertThat(again).doesNotContain("Set-Cookie");
            }
            String old = cookie.group(1).replace("new-", "old-");
            String renewed = proxy.exchange(with(old));
            assertThat(body(renewed)).as("the secret before").isEqualTo(body(first));
            assertThat(renewed).contains("Set-Cookie: " + cookie.group(1) + ";");
            assertThat(proxy.exchange(with("sid=forged"))).contains("Set-Cookie: sid=new-");

            patch(
                    proxy,
                    pool,
                    own,
                    OriginPatch.builder()
                            .admin(AdminState.DRAINING, Instant.now().plusSeconds(600))
                            .build());
            assertThat(body(proxy.exchange(with(cookie.group(1)))))
                    .as("while it drains")
                    .isEqualTo(body(first));
            for (int i = 0; i < 4; i++) {
                assertThat(body(proxy.exchange(GET))).isNotEqualTo(body(first));
            }
            patch(
                    proxy,
                    pool,
                    own,
                    OriginPatch.builder().admin(AdminState.MAINTENANCE, null).build());
            String moved = proxy.exchange(with(cookie.group(1)));
            assertThat(body(moved)).isNotEqualTo(body(first));
            assertThat(moved).contains("Set-Cookie: sid=new-").doesNotContain(cookie.group(1));
        }
    }

    @Test
    void cookiesOfANewSecretAreMadeAtOnceAndThoseOfTheSecretBeforeStillCount() {
        Tokens tokens = new Tokens("old");
        try (RawOrigin one = named("one");
                RawOrigin two = named("two");
                TestProxy proxy =
                        TestProxy.with(settings -> settings.tokens(tokens).workers(2))) {
            PoolName pool = Routes.pool(proxy, "sticky", STICKY, one, two);
            Routes.of(proxy).to(pool).put("default");
            long revision = proxy.state.get().revision();
            String first = proxy.exchange(GET);
            String old = sid(first);
            assertThat(old).startsWith("sid=old-");

            // Each step is that of an operator, as an edit of the file has it.
            for (List<String> secrets :
                    List.of(List.of("old", "new"), List.of("new", "old"), List.of("new"), List.of("newer", "new"))) {
                tokens.replace(secrets);
                proxy.server.tokensChanged();
                proxy.server.awaitRouting();
                for (int i = 0; i < 4; i++) { // by both workers
                    assertThat(sid(proxy.exchange(GET))).startsWith("sid=" + secrets.get(0) + "-");
                    String again = proxy.exchange(with(old));
                    if (secrets.contains("old")) {
                        assertThat(body(again)).as("%s", secrets).isEqualTo(body(first));
                    }
                    if (secrets.get(0).equals("old")) {
                        assertThat(again).doesNotContain("Set-Cookie");
                    } else { // or else the secret before could never be taken out of the file
                        assertThat(sid(again)).startsWith("sid=" + secrets.get(0) + "-");
                    }
                }
            }
            assertThat(proxy.state.get().revision()).isEqualTo(revision);
        }
    }

    /** The cookie that a client was given. */
    private static String sid(String response) {
        Matcher cookie = COOKIE.matcher(response);
        assertThat(cookie.find()).as(response).isTrue();
        return cookie.group(1);
    }

    @Test
    void aHashSendsTheSameKeyToTheSameOrigin() {
        PoolSettings hashed =
                PoolSettings.DEFAULT.with(Balancing.hash(new RequestKey(RequestKey.Source.HEADER, "x-user")));
        try (RawOrigin one = named("one");
                RawOrigin two = named("two");
                RawOrigin three = named("three");
                TestProxy proxy = TestProxy.inFrontOf()) {
            Routes.of(proxy)
                    .to(Routes.pool(proxy, "hashed", hashed, one, two, three))
                    .put("default");
            List<String> bodies = new ArrayList<>();
            for (int user = 0; user < 60; user++) {
                String request = "GET / HTTP/1.1\r\nHost: a\r\nX-User: u" + user + "\r\n\r\n";
                String body = body(proxy.exchange(request));
                assertThat(body(proxy.exchange(request))).isEqualTo(body);
                bodies.add(body);
            }
            Map<String, Long> counts =
                    bodies.stream().collect(Collectors.groupingBy(body -> body, Collectors.counting()));
            assertThat(counts).hasSize(3);
        }
    }

    @Test
    void backupsServeWhenTooFewOfTheBetterOnesAreUp() {
        try (RawOrigin main = named("main");
                RawOrigin backup = named("backup");
                TestProxy proxy = TestProxy.inFrontOf(main)) {
            proxy.add(new OriginSpec(OriginUrl.parse(backup.url()), null, null, null, null, 1, null, null));
            for (int i = 0; i < 4; i++) {
                assertThat(proxy.exchange(GET)).endsWith("main");
            }
            proxy.markDown(main);
            assertThat(proxy.exchange(GET)).endsWith("backup");
        }
    }

    @Test
    void anOriginThatComesUpGetsLessThanItsShareAtFirst() {
        PoolSettings slow =
                PoolSettings.builder().slowStart(Duration.ofHours(1)).build();
        try (RawOrigin one = named("one");
                RawOrigin two = named("two");
                TestProxy proxy = TestProxy.inFrontOf()) {
            PoolName pool = Routes.pool(proxy, "slow", slow, one, two);
            Routes.of(proxy).to(pool).put("default");
            OriginId id = OriginId.of(HostPort.parse(two.authority()));
            long generation = requireNonNull(
                            requireNonNull(proxy.state.get().pool(pool)).find(id))
                    .generation();
            Instant now = Instant.now();
            proxy.apply(new Command.RecordVerdict(pool, id, generation, new Verdict(false, now, "x"), null, now));
            proxy.apply(new Command.RecordVerdict(pool, id, generation, new Verdict(true, now, "x"), null, now));
            for (int i = 0; i < 110; i++) {
                proxy.exchange(GET);
            }
            assertThat(two.requests()).hasSizeBetween(9, 11);
        }
    }

    @Test
    void theLimitsOfAPoolAreItsOwn() throws InterruptedException {
        PoolSettings narrow =
                PoolSettings.builder().limits(new OriginLimits(1, 0, null)).build();
        CountDownLatch goOn = new CountDownLatch(1);
        try (RawOrigin slow = RawOrigin.serving((wire, self) -> {
                    while (!self.next(wire).isEmpty()) {
                        TriesIT.waitFor(goOn);
                        wire.send(RawOrigin.OK);
                    }
                });
                TestProxy proxy = TestProxy.inFrontOf()) {
            PoolName pool = Routes.pool(proxy, "narrow", narrow, slow);
            Routes.of(proxy).to(pool).put("default");
            try (Wire first = proxy.connect().send(GET)) {
                await().until(() -> slow.requests().size() == 1);
                assertThat(proxy.exchange(GET)).contains("503", "queue_full");
                Routes.pool(proxy, "narrow", PoolSettings.DEFAULT); // more connections may be made at once
                Wire second = proxy.connect().send(GET);
                await().until(() -> slow.requests().size() == 2);
                goOn.countDown();
                assertThat(first.readMessage()).endsWith("ok");
                assertThat(second.readMessage()).endsWith("ok");
                second.close();
            }
        }
    }
}
