package io.weldr.api.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import io.weldr.api.admin.ChangeFilter;
import io.weldr.api.admin.Consistency;
import io.weldr.api.admin.RequestKeys;
import io.weldr.api.admin.WriteOptions;
import io.weldr.api.auth.Caller;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.core.Check;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.OriginId;
import io.weldr.core.pool.PoolName;
import io.weldr.core.port.Membership;
import io.weldr.core.port.RequestId;
import io.weldr.core.route.HeaderEdits;
import io.weldr.core.route.RouteTest.SampleRequest;
import io.weldr.core.state.Attribution;
import io.weldr.core.state.MemberId;
import io.weldr.core.state.OriginRef;
import io.weldr.core.token.TokenName;
import io.weldr.wire.json.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a handler sees of a request: its parts, validated as they are asked for. Confined to the event loop. */
final class Request {
    /** An element of a list, with the comma before it; group 1 says that it is weak, group 2 is the tag itself. */
    private static final Pattern ENTITY_TAG =
            Pattern.compile("\\G(?:^|[ \\t]*,)[ \\t,]*(W/)?(\"[\\x21\\x23-\\x7E\\x80-\\xFF]*\")");

    /** Why a change is made, in the words of whoever makes it. */
    static final String REASON = "Weldr-Reason";

    private final RoutingContext context;
    private final Caller caller;
    private final byte[] body;

    Request(RoutingContext context, Caller caller, byte[] body) {
        this.context = context;
        this.caller = caller;
        this.body = body;
    }

    /** Who sent it. */
    Caller caller() {
        return caller;
    }

    /** Why the change is made; null: nobody says. */
    @Nullable String reason() {
        String value = field(REASON);
        return value == null
                ? null
                : valid(() -> Attribution.checkReason(utf8(value)), "a line of at most 256 characters");
    }

    /** A field value in UTF-8, which the server has read as ISO 8859-1. */
    static String utf8(String value) {
        return new String(value.getBytes(ISO_8859_1), UTF_8);
    }

    String method() {
        return context.request().method().name();
    }

    String path() {
        return context.normalizedPath();
    }

    byte[] body() {
        return body;
    }

    /** All fields of that name. */
    List<String> fields(String name) {
        return context.request().headers().getAll(name);
    }

    /** The only field of that name, or null; twice is a problem. */
    @Nullable String field(String name) {
        List<String> values = context.request().headers().getAll(name);
        if (values.size() > 1) {
            throw Problem.of(ProblemType.BAD_REQUEST, values.size() + " fields " + name, "one")
                    .exception();
        }
        return values.isEmpty() ? null : values.get(0).strip();
    }

    /** A query parameter, or null; twice is a problem. */
    @Nullable String query(String name) {
        MultiMap parameters = context.queryParams();
        List<String> values = parameters.getAll(name);
        if (values.size() > 1) {
            throw Problem.of(ProblemType.BAD_REQUEST, values.size() + " parameters " + name, "one")
                    .exception();
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** A query parameter that is a log index or a count; null if it is not there. */
    @Nullable Long queryNumber(String name, long least, long most) {
        String text = query(name);
        return text == null ? null : number("parameter " + name, text, least, most);
    }

    static long number(String what, String text, long least, long most) {
        String expected = "a whole number between " + least + " and " + most;
        if (!text.matches("[0-9]{1,19}")) {
            throw Problem.of(ProblemType.INVALID_VALUE, what + ": " + Check.quote(text), expected)
                    .exception();
        }
        long number;
        try {
            number = Long.parseLong(text);
        } catch (NumberFormatException e) {
            number = Long.MAX_VALUE;
        }
        if (number < least || number > most) {
            throw Problem.of(ProblemType.INVALID_VALUE, what + ": " + text, expected)
                    .exception();
        }
        return number;
    }

    Consistency consistency() {
        return choice("consistency", "linearizable", List.of("linearizable", "stale"))
                        .equals("stale")
                ? Consistency.STALE
                : Consistency.LINEARIZABLE;
    }

    private String choice(String name, String otherwise, List<String> choices) {
        String value = queryChoice(name, choices);
        return value == null ? otherwise : value;
    }

    /** One of the choices, or null if the parameter is not there. */
    @Nullable String queryChoice(String name, List<String> choices) {
        String value = query(name);
        if (value != null && !choices.contains(value)) {
            throw Problem.of(
                            ProblemType.INVALID_VALUE,
                            "parameter " + name + ": " + Check.quote(value),
                            "one of " + String.join(", ", choices))
                    .exception();
        }
        return value;
    }

    /** The name of a pool, or null if the parameter is not there. */
    @Nullable PoolName queryPool(String name) {
        String value = query(name);
        return value == null ? null : valid(() -> new PoolName(value), "the name of a pool");
    }

    /** The id of a member, or null if the parameter is not there. */
    @Nullable MemberId queryMember(String name) {
        String value = query(name);
        return value == null ? null : valid(() -> new MemberId(value), "the id of a member");
    }

    /** A parameter of the path. */
    String pathParameter(String name) {
        return context.pathParam(name);
    }

    /** Which changes a watcher or a reader of the history wants to see: {@code kind}, a list, and {@code name}. */
    ChangeFilter changes() {
        String kinds = query("kind");
        List<String> words = kinds == null ? List.of() : List.of(kinds.split(",", -1));
        return ChangeFilter.of(words, query("name"));
    }

    /**
     * The request to explain: {@code method}, {@code url}, {@code header} (any number of {@code name: value}) and
     * {@code client}.
     */
    SampleRequest sample() {
        String method = query("method");
        String url = query("url");
        String client = query("client");
        List<HeaderEdits.HeaderValue> headers = new ArrayList<>();
        return valid(
                () -> {
                    Check.that(url != null, "url", "nothing", "http://host/path");
                    for (String text : context.queryParams().getAll("header")) {
                        int colon = text.indexOf(':');
                        Check.that(colon > 0, "header", text, "name: value");
                        headers.add(new HeaderEdits.HeaderValue(
                                text.substring(0, colon).strip(),
                                text.substring(colon + 1).strip()));
                    }
                    return new SampleRequest(method == null ? "GET" : method, String.valueOf(url), headers, client);
                },
                "a request");
    }

    @Nullable ListenerName listener() {
        String name = query("listener");
        return name == null ? null : valid(() -> new ListenerName(name), "the name of a listener");
    }

    PoolName pool() {
        return parsed("pool", context.pathParam("pool"), PoolName::new);
    }

    MemberId memberId() {
        return parsed("member", context.pathParam("id"), MemberId::new);
    }

    /**
     * How long a member that is taken out goes on proxying; null: as it is set to. {@code force=true} is {@code
     * drain=0s}.
     */
    @Nullable Duration drain() {
        boolean force = choice("force", "false", List.of("false", "true")).equals("true");
        String text = query("drain");
        if (text == null) {
            return force ? Duration.ZERO : null;
        }
        Duration drain = valid(() -> Durations.parse(text), "drain");
        if (drain.compareTo(Membership.DRAIN_MAX) > 0 || (force && !drain.isZero())) {
            throw Problem.of(
                            ProblemType.INVALID_VALUE,
                            "parameter drain: " + Check.quote(text),
                            force ? "0s, or no force" : "at most 1h")
                    .exception();
        }
        return drain;
    }

    /** When the process of a member has to have started; null: whenever. */
    @Nullable Instant started() {
        String text = query("started");
        if (text == null) {
            return null;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw Problem.of(
                            ProblemType.INVALID_VALUE,
                            "parameter started: " + Check.quote(text),
                            "a time as in 2030-01-31T23:59:59.123Z")
                    .exception();
        }
    }

    /** Whether a member is to be restarted only if the cluster goes on without it. */
    boolean safe() {
        return choice("safe", "false", List.of("false", "true")).equals("true");
    }

    /**
     * Refuses the fields of conditional requests, since there is nothing that they could be compared with, and a key:
     * changes of the members may be repeated as they are, and nobody remembers which were carried out.
     */
    void refuseConditions() {
        for (String name : List.of("If-Match", "If-None-Match")) {
            refuseField(name);
        }
        String key = field("Idempotency-Key");
        if (key != null) {
            throw Problem.of(
                            ProblemType.BAD_REQUEST,
                            "Idempotency-Key: " + Check.quote(key),
                            "no such field: a change of the members may be repeated without")
                    .exception();
        }
    }

    OriginId originId() {
        return parsed("origin", context.pathParam("id"), OriginId::new);
    }

    TokenName tokenName() {
        return parsed("token", context.pathParam("token"), TokenName::new);
    }

    /** The origin that {@code /servers/{ip}/{port}} means; IPv6 with brackets or without. */
    OriginRef server() {
        String host = context.pathParam("ip");
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        int port = (int) number("port", context.pathParam("port"), 1, 65_535);
        return new OriginRef.ByAddress(parsed("host", bare, text -> new HostPort(text, port)));
    }

    private static <T> T parsed(String what, String text, Function<String, T> parse) {
        return valid(() -> parse.apply(text), what + " in the path");
    }

    private static <T> T valid(Supplier<T> value, String expectedOtherwise) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw Problem.ofLine(ProblemType.INVALID_VALUE, String.valueOf(e.getMessage()), expectedOtherwise)
                    .exception();
        }
    }

    /** What goes with a write that cannot be made conditional by {@code If-Match}. */
    WriteOptions unconditional() {
        refuseField("If-Match");
        return options(null);
    }

    /** What goes with a write of an origin: {@code If-Match} names its revision. */
    WriteOptions ifRevision() {
        refuseField("If-None-Match");
        return options(expectedRevisions());
    }

    /** What goes with a write whose handler looks at {@link #ifMatch()} itself. */
    WriteOptions checkedByHandler() {
        refuseField("If-None-Match");
        return options(null);
    }

    private WriteOptions options(@Nullable List<Long> expectedRevisions) {
        boolean wait =
                choice("wait", "committed", List.of("committed", "applied")).equals("applied");
        return new WriteOptions(requestId(), expectedRevisions, wait, caller, reason());
    }

    private void refuseField(String name) {
        String value = field(name);
        if (value != null) {
            throw Problem.of(
                            ProblemType.BAD_REQUEST,
                            name + ": " + Check.quote(value),
                            "no such field: this request cannot be made conditional by it")
                    .exception();
        }
    }

    /** Whether {@code If-None-Match: *} asks that there be nothing yet (RFC 9110 section 13.1.2). */
    boolean mustBeNew() {
        String value = field("If-None-Match");
        if (value != null && !value.equals("*")) {
            throw Problem.of(ProblemType.BAD_REQUEST, "If-None-Match: " + Check.quote(value), "*")
                    .exception();
        }
        return value != null;
    }

    /**
     * The strong entity tags of {@code If-Match}, with their quotes; null if there is no such field, or {@code *}. Weak
     * ones are left out: they match nothing (RFC 9110 section 13.1.1). Several fields are one list (section 5.3).
     */
    @Nullable List<String> ifMatch() {
        String value = ifMatchField();
        if (value.isEmpty() || value.equals("*")) {
            return null;
        }
        List<String> strong = new ArrayList<>();
        Matcher tag = ENTITY_TAG.matcher(value);
        int end = 0;
        while (tag.find()) {
            end = tag.end();
            if (tag.group(1) == null) {
                strong.add(tag.group(2));
            }
        }
        if (end == 0 || !value.substring(end).matches("[ \t,]*")) {
            throw Problem.of(
                            ProblemType.BAD_REQUEST,
                            "If-Match: " + Check.quote(value),
                            "entity tags with their quotes, as an answer's ETag has them, or *")
                    .exception();
        }
        return strong;
    }

    /** Whether {@code If-Match: *} asks that there be one (RFC 9110 section 13.1.1). */
    boolean ifMatchAny() {
        return ifMatchField().equals("*");
    }

    private String ifMatchField() {
        return String.join(", ", context.request().headers().getAll("If-Match")).strip();
    }

    private @Nullable List<Long> expectedRevisions() {
        List<String> tags = ifMatch();
        if (tags == null) {
            return null;
        }
        List<Long> revisions = tags.stream()
                .map(tag -> tag.substring(1, tag.length() - 1))
                .filter(digits -> digits.matches("[0-9]{1,18}"))
                .map(Long::valueOf)
                .toList();
        if (revisions.isEmpty()) {
            throw Problem.of(
                            ProblemType.PRECONDITION_FAILED,
                            "If-Match: " + Check.quote(ifMatchField()),
                            "a revision in quotes, as an ETag has it")
                    .exception();
        }
        return revisions;
    }

    private RequestId requestId() {
        String key = field("Idempotency-Key");
        if (key == null) {
            return RequestKeys.fresh();
        }
        boolean quoted = key.length() > 1 && key.startsWith("\"") && key.endsWith("\"");
        String bare = quoted ? key.substring(1, key.length() - 1) : key;
        return valid(
                () -> RequestKeys.of(
                        bare,
                        method().getBytes(UTF_8),
                        path().getBytes(UTF_8),
                        ifMatchField().getBytes(UTF_8),
                        body),
                "Idempotency-Key");
    }

    /** Whether the client has what carries that tag already (RFC 9110 section 13.1.2). */
    boolean has(String tag) {
        for (String value : context.request().headers().getAll("If-None-Match")) {
            for (String one : value.split(",", -1)) {
                String strong = one.strip().startsWith("W/") ? one.strip().substring(2) : one.strip();
                if (strong.equals(tag) || strong.equals("*")) {
                    return true;
                }
            }
        }
        return false;
    }
}
