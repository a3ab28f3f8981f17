package io.weldr.api.json;

import io.weldr.api.admin.HealthDraft;
import io.weldr.api.admin.OriginDraft;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Check;
import io.weldr.core.pool.AdminState;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Origin;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.OriginUrl;
import io.weldr.core.port.Membership.Newcomer;
import io.weldr.core.state.MemberAddress;
import io.weldr.core.state.MemberId;
import io.weldr.proto.resource.v1.HealthPolicy;
import io.weldr.wire.json.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bodies of requests. Every method throws {@link io.weldr.api.error.ProblemException} with what was found and
 * expected.
 */
public final class RequestBodies {
    /**
     * How long requests under way may take when nobody says. Most are over in a second, and an operator waits for it.
     */
    public static final Duration DRAIN_DEFAULT = Duration.ofSeconds(30);

    /** Longer is not draining but forgotten. */
    public static final Duration DRAIN_MAX = Duration.ofHours(24);

    /** As {@code Origin} has it. */
    private static final int CONNECTIONS_MOST = 1_000_000;

    private RequestBodies() {}

    /** A new origin: {@code url}, and maybe {@code id}, {@code weight}, {@code host} and {@code health}. */
    public static OriginDraft newOrigin(byte[] body) {
        Fields fields = StrictJson.object(body);
        OriginUrl url = url(fields);
        OriginDraft draft = new OriginDraft(
                url,
                id(fields),
                weight(fields),
                null,
                null,
                host(fields),
                ownHealth(fields),
                false,
                priority(fields),
                connectionsMax(fields),
                false,
                labels(fields));
        fields.done();
        if (url == null) {
            throw fields.invalid("url", "http://host:port");
        }
        return draft;
    }

    /**
     * What to change of an origin; {@code "health": null} drops its own policy, {@code "connectionsMax": null} its own
     * limit.
     */
    public static OriginDraft originPatch(byte[] body, Instant now) {
        Fields fields = StrictJson.object(body);
        boolean inherit = fields.isNull("health");
        OriginUrl url = url(fields);
        Integer weight = weight(fields);
        AdminState admin = admin(fields);
        Instant deadline = drainDeadline(fields, admin, now);
        boolean inheritLimit = fields.isNull("connectionsMax");
        Map<String, String> labels = fields.isNull("labels") ? Map.of() : labels(fields);
        OriginDraft draft = new OriginDraft(
                url,
                null,
                weight,
                admin,
                deadline,
                host(fields),
                ownHealth(fields),
                inherit,
                priority(fields),
                connectionsMax(fields),
                inheritLimit,
                labels);
        fields.done();
        return draft;
    }

    /** The whole of an origin: what is not said has its default. {@code id} may stand there if it is {@code id}. */
    public static OriginDraft wholeOrigin(byte[] body, OriginId id, Instant now) {
        Fields fields = StrictJson.object(body);
        OriginUrl url = url(fields);
        OriginId same = id(fields);
        Integer weight = weight(fields);
        AdminState admin = admin(fields);
        AdminState adminOrDefault = admin == null ? AdminState.ENABLED : admin;
        Instant deadline = drainDeadline(fields, adminOrDefault, now);
        HostPolicy host = host(fields);
        HealthDraft health = ownHealth(fields);
        Integer priority = priority(fields);
        Integer connectionsMax = connectionsMax(fields);
        Map<String, String> labels = labels(fields);
        fields.done();
        if (url == null) {
            throw fields.invalid("url", "http://host:port");
        }
        if (same != null && !same.equals(id)) {
            throw fields.invalid("id", "the id in the path, " + id + "; an id stays");
        }
        return new OriginDraft(
                url,
                null,
                weight == null ? 1 : weight,
                adminOrDefault,
                deadline,
                host == null ? HostPolicy.PRESERVE : host,
                health,
                health == null,
                priority == null ? 0 : priority,
                connectionsMax,
                connectionsMax == null,
                labels == null ? Map.of() : labels);
    }

    /** A health policy, or a part of one. */
    public static HealthDraft health(byte[] body) {
        return health("", StrictJson.object(body).tree());
    }

    /** A node to be taken in: {@code id} and {@code raft}. */
    public static Newcomer newcomer(byte[] body) {
        Fields fields = StrictJson.object(body);
        MemberId id = member(fields, "id");
        HostPort raft = fields.text("raft", "host:port", MemberAddress::parse);
        fields.done();
        if (id == null) {
            throw fields.invalid("id", "the name of a node");
        }
        if (raft == null) {
            throw fields.invalid("raft", "host:port, where it listens for its peers");
        }
        return new Newcomer(id, raft);
    }

    /** Who is to lead: {@code to}; null: no matter who. An empty body says as much. */
    public static @Nullable MemberId leader(byte[] body) {
        if (body.length == 0) {
            return null;
        }
        Fields fields = StrictJson.object(body);
        MemberId to = member(fields, "to");
        fields.done();
        return to;
    }

    private static @Nullable MemberId member(Fields fields, String name) {
        return fields.text(name, "1 to 32 letters, digits, - or _", MemberId::new);
    }

    private static @Nullable HealthDraft ownHealth(Fields fields) {
        Map<?, ?> health = fields.tree("health");
        return health == null ? null : health("health.", health);
    }

    /** Members that are null get their default. */
    private static HealthDraft health(String path, Map<?, ?> tree) {
        HealthPolicy.Builder said = ResourceBodies.read(path, tree, HealthPolicy.newBuilder());
        List<String> defaults = new ArrayList<>();
        tree.forEach((name, value) -> {
            if (value == null) {
                defaults.add(String.valueOf(name));
            }
        });
        return new HealthDraft(said.build(), defaults);
    }

    private static @Nullable Duration duration(Fields fields, String name) {
        return fields.textOrNumber(name, Durations.EXPECTED, Durations::parse, Durations::ofSeconds);
    }

    private static @Nullable OriginUrl url(Fields fields) {
        return fields.text("url", "http://host:port", OriginUrl::parse);
    }

    private static @Nullable OriginId id(Fields fields) {
        return fields.text("id", "a name of letters, digits or any of -_.:[]", OriginId::new);
    }

    private static @Nullable Integer weight(Fields fields) {
        return fields.wholeNumber("weight", 0, Origin.WEIGHT_MAX);
    }

    private static @Nullable Integer priority(Fields fields) {
        return fields.wholeNumber("priority", 0, Origin.PRIORITY_MAX);
    }

    private static @Nullable Integer connectionsMax(Fields fields) {
        return fields.wholeNumber("connectionsMax", 0, CONNECTIONS_MOST);
    }

    private static @Nullable Map<String, String> labels(Fields fields) {
        Map<String, String> labels = fields.texts("labels");
        if (labels == null) {
            return null;
        }
        try {
            return Origin.checkedLabels(labels);
        } catch (IllegalArgumentException e) {
            throw Problem.ofLine(ProblemType.INVALID_VALUE, String.valueOf(e.getMessage()), "labels")
                    .exception();
        }
    }

    private static @Nullable HostPolicy host(Fields fields) {
        return fields.text("host", names(HostPolicy.values(), true), text -> choice(HostPolicy.values(), text, true));
    }

    private static @Nullable AdminState admin(Fields fields) {
        return fields.text("admin", names(AdminState.values(), true), text -> choice(AdminState.values(), text, true));
    }

    private static @Nullable Instant drainDeadline(Fields fields, @Nullable AdminState admin, Instant now) {
        Duration drainFor = duration(fields, "drainFor");
        Instant deadline = fields.text("drainDeadline", "a time such as 2026-01-31T12:00:00Z", text -> {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        Check.quote(text) + " (expected: a time such as 2026-01-31T12:00:00Z)", e);
            }
        });
        if (admin != AdminState.DRAINING) {
            if (fields.has("drainFor") || fields.has("drainDeadline")) {
                throw fields.invalid(
                        fields.has("drainFor") ? "drainFor" : "drainDeadline",
                        "nothing, unless \"admin\" is \"draining\"");
            }
            return null;
        }
        if (drainFor != null && deadline != null) {
            throw fields.invalid("drainDeadline", "either drainFor or drainDeadline, not both");
        }
        Instant latest = now.plus(DRAIN_MAX);
        if (deadline != null && deadline.isAfter(latest)) {
            throw fields.invalid("drainDeadline", "at most 24 hours from now");
        }
        if (drainFor != null && drainFor.compareTo(DRAIN_MAX) > 0) {
            throw fields.invalid("drainFor", "at most 24h");
        }
        return deadline != null ? deadline : now.plus(drainFor != null ? drainFor : DRAIN_DEFAULT);
    }

    private static <E extends Enum<E>> E choice(E[] values, String text, boolean lowerCase) {
        for (E value : values) {
            if (word(value, lowerCase).equals(text)) {
                return value;
            }
        }
        throw new IllegalArgumentException(Check.quote(text) + " (expected: " + names(values, lowerCase) + ")");
    }

    private static <E extends Enum<E>> String names(E[] values, boolean lowerCase) {
        return "one of "
                + Arrays.stream(values).map(value -> word(value, lowerCase)).collect(Collectors.joining(", "));
    }

    private static String word(Enum<?> value, boolean lowerCase) {
        return lowerCase ? value.name().toLowerCase(Locale.ROOT).replace('_', '-') : value.name();
    }
}
