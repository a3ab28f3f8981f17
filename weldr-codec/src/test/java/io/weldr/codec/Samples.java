package io.weldr.codec;

import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.pool.PoolName;
import io.weldr.core.pool.Scheme;
import io.weldr.core.pool.StatusRange;
import io.weldr.core.pool.Verdict;
import io.weldr.core.state.Actor;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Command;
import io.weldr.core.state.Limits;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.OriginPatch;
import io.weldr.core.state.OriginRef;
import io.weldr.core.state.OriginSpec;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import io.weldr.core.token.TokenText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Random values, from a seed. Few names and addresses, so that commands meet each other's origins. */
public final class Samples {
    private final Random random;
    private final ResourceSamples resources;

    public Samples(long seed) {
        this.random = new Random(seed);
        resources = new ResourceSamples(random);
    }

    public Command command() {
        return switch (random.nextInt(22)) {
            case 0, 1 -> new Command.AddOrigin(pool(), spec(), random.nextBoolean(), instant());
            case 2 -> new Command.UpdateOrigin(pool(), ref(), patch(), maybe(this::revision), instant());
            case 3 -> new Command.RemoveOrigin(pool(), ref(), maybe(this::revision), instant());
            case 4 -> new Command.SetHealthPolicy(pool(), policy(), maybe(this::policy), instant());
            case 5, 6 ->
                new Command.RecordVerdict(
                        pool(),
                        originId(),
                        revision(),
                        verdict(),
                        random.nextBoolean() ? null : 1L + random.nextInt(3),
                        instant());
            case 7 -> new Command.AnnounceMember(member(), instant());
            case 8 -> new Command.RaiseClusterVersion(version(), instant());
            case 9 -> new Command.RetireMember(memberId(), instant());
            case 10 -> new Command.PutToken(token(), instant());
            case 11 -> new Command.RemoveToken(tokenName(), maybe(this::revision), instant());
            default -> resources.command(pool(), policy(), instant());
        };
    }

    /** Those that a leader wrote down, or none. */
    public Limits limits() {
        return random.nextBoolean()
                ? Limits.INITIAL
                : new Limits(
                        1 + random.nextInt(2000), 1 + random.nextInt(30), 5, 6, 1 + random.nextInt(7), 9, 10, 11, 12);
    }

    /** Who asked for it, if anybody says so. */
    public @Nullable Attribution attribution() {
        Actor actor = switch (random.nextInt(6)) {
            case 0 -> Actor.LOCAL;
            case 1 -> Actor.ANONYMOUS;
            case 2 -> Actor.token(tokenName(), revision());
            case 3 -> Actor.certificate("alice");
            default -> Actor.node(memberId());
        };
        return maybe(() -> new Attribution(actor, maybe(() -> address().toString()), maybe(() -> "because ü")));
    }

    private TokenName tokenName() {
        return new TokenName("t" + random.nextInt(4));
    }

    private Token token() {
        byte[] bytes = new byte[TokenText.RANDOM_BYTES];
        random.nextBytes(bytes);
        boolean limited = random.nextBoolean();
        return Token.named(
                tokenName(),
                limited ? Role.OPERATOR : pick(Role.values()),
                limited ? new TreeSet<>(Set.of(pool())) : new TreeSet<>(),
                TokenText.of(bytes).hash(),
                maybe(this::instant));
    }

    private PoolName pool() {
        return random.nextInt(10) == 0 ? new PoolName("other") : PoolName.DEFAULT;
    }

    private OriginSpec spec() {
        return new OriginSpec(
                url(),
                maybe(this::originId),
                maybe(this::weight),
                maybe(this::hostPolicy),
                maybe(this::policy),
                maybe(() -> random.nextInt(10)),
                maybe(() -> random.nextInt(1000)),
                maybe(this::labels));
    }

    private OriginPatch patch() {
        AdminState admin = maybe(() -> pick(AdminState.values()));
        boolean inherit = random.nextBoolean();
        boolean inheritLimit = random.nextBoolean();
        return OriginPatch.builder()
                .url(maybe(this::url))
                .weight(maybe(this::weight))
                .admin(admin, admin == AdminState.DRAINING ? instant() : null)
                .hostPolicy(maybe(this::hostPolicy))
                .health(inherit ? null : maybe(this::policy))
                .inheritHealth(inherit)
                .priority(maybe(() -> random.nextInt(10)))
                .connectionsMax(inheritLimit ? null : maybe(() -> random.nextInt(1000)))
                .inheritConnectionsMax(inheritLimit)
                .labels(maybe(this::labels))
                .build();
    }

    private Map<String, String> labels() {
        return random.nextBoolean() ? Map.of() : Map.of("zone", "z" + random.nextInt(3), "rack", "ü");
    }

    private OriginRef ref() {
        return random.nextBoolean() ? new OriginRef.ById(originId()) : new OriginRef.ByAddress(address());
    }

    private OriginUrl url() {
        return new OriginUrl(pick(Scheme.values()), address());
    }

    private HostPort address() {
        String host = List.of("127.0.0.1", "::1", "2001:db8::5", "a.example").get(random.nextInt(4));
        return new HostPort(host, 9000 + random.nextInt(5));
    }

    private OriginId originId() {
        return random.nextBoolean() ? OriginId.of(address()) : new OriginId("o" + random.nextInt(5));
    }

    private HealthPolicy policy() {
        HealthPolicy plain = HealthPolicy.builder()
                .path("/health?n=" + random.nextInt(100))
                .method(pick(HealthPolicy.Method.values()))
                .expected(List.of(new StatusRange(200, 200 + random.nextInt(100)), new StatusRange(401, 401)))
                .interval(Duration.ofMillis(1000 + random.nextInt(10_000)))
                .timeout(Duration.ofNanos(10_000_000L + random.nextInt(900_000_000)))
                .failuresToDown(1 + random.nextInt(100))
                .passesToUp(1 + random.nextInt(100))
                .initial(pick(HealthPolicy.Initial.values()))
                .confirm(pick(HealthPolicy.Confirm.values()))
                .build();
        return random.nextBoolean() ? plain : resources.policy(plain);
    }

    private Verdict verdict() {
        return new Verdict(random.nextBoolean(), instant(), "reason ü " + random.nextInt());
    }

    private Member member() {
        return new Member(memberId(), address(), address(), address(), address(), "0." + random.nextInt(9), version());
    }

    private ClusterVersion version() {
        return new ClusterVersion(random.nextInt(ClusterVersion.SUPPORTED.number() + 1));
    }

    private MemberId memberId() {
        return new MemberId("n" + random.nextInt(20));
    }

    private HostPolicy hostPolicy() {
        return pick(HostPolicy.values());
    }

    private int weight() {
        return random.nextInt(101);
    }

    private long revision() {
        return random.nextInt(30);
    }

    private Instant instant() {
        return Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private <T> @Nullable T maybe(Supplier<T> value) {
        return random.nextBoolean() ? value.get() : null;
    }
}
