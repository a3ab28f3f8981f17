package io.weldr.wire.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Message;
import io.weldr.core.Words;
import io.weldr.core.pool.Algorithm;
import io.weldr.core.pool.HealthPolicy;
import io.weldr.proto.resource.v1.Listener;
import io.weldr.proto.resource.v1.PathMatch;
import io.weldr.proto.resource.v1.Pool;
import io.weldr.proto.resource.v1.RequestKey;
import io.weldr.proto.resource.v1.Route;
import io.weldr.wire.resource.Listeners;
import io.weldr.wire.resource.Pools;
import io.weldr.wire.resource.Routes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Resources as JSON and back. */
class ResourceJsonTest {
    private static final List<Message> PROTOTYPES = List.of(
            Pool.getDefaultInstance(),
            Listener.getDefaultInstance(),
            Route.getDefaultInstance(),
            io.weldr.proto.resource.v1.Certificate.getDefaultInstance(),
            io.weldr.proto.resource.v1.HealthPolicy.getDefaultInstance());

    /** The values of weldr-core, in whose words every constant of a message has to be. */
    private static final Map<String, Class<? extends Enum<?>>> ENUMS = Map.ofEntries(
            Map.entry("RequestKey.Source", io.weldr.core.pool.RequestKey.Source.class),
            Map.entry("Balancing.Algorithm", Algorithm.class),
            Map.entry("StickyCookie.SameSite", io.weldr.core.pool.StickyCookie.SameSite.class),
            Map.entry("WhenAllDown", io.weldr.core.pool.WhenAllDown.class),
            Map.entry("HealthPolicy.Type", HealthPolicy.Type.class),
            Map.entry("HealthPolicy.Initial", HealthPolicy.Initial.class),
            Map.entry("HealthPolicy.Confirm", HealthPolicy.Confirm.class),
            Map.entry("OriginProtocol", io.weldr.core.pool.OriginProtocol.class),
            Map.entry("ListenerTls.TlsPolicy", io.weldr.core.listener.ListenerTls.TlsPolicy.class),
            Map.entry("ListenerTls.ClientCertificates", io.weldr.core.listener.ListenerTls.ClientCertificates.class),
            Map.entry("Acme.KeyType", io.weldr.core.certificate.AcmeSettings.KeyType.class),
            Map.entry("Acme.Challenge", io.weldr.core.certificate.AcmeSettings.Challenge.class),
            Map.entry("Listener.Protocol", io.weldr.core.listener.Listener.Protocol.class),
            Map.entry("PathMatch.Kind", io.weldr.core.route.PathMatch.Kind.class),
            Map.entry("ValueMatch.Kind", io.weldr.core.route.ValueMatch.Kind.class),
            Map.entry("PathRewrite.Kind", io.weldr.core.route.PathRewrite.Kind.class),
            Map.entry("RateLimit.Scope", io.weldr.core.route.RateLimit.Scope.class));

    @Test
    void constantsHaveTheWordsOfTheValuesThatTheyStandFor() {
        Map<String, List<String>> words = new HashMap<>();
        Pool.getDescriptor().getFile().getEnumTypes().forEach(type -> words.put(type.getName(), words(type)));
        for (Descriptor message : Pool.getDescriptor().getFile().getMessageTypes()) {
            message.getEnumTypes().forEach(type -> words.put(message.getName() + "." + type.getName(), words(type)));
        }
        Map<String, List<String>> expected = new HashMap<>();
        ENUMS.forEach((name, type) -> expected.put(
                name, Arrays.stream(type.getEnumConstants()).map(Words::of).toList()));
        assertThat(words).isEqualTo(expected);
    }

    private static List<String> words(EnumDescriptor type) {
        assertThat(type.getValues().get(0).getName()).endsWith("UNSPECIFIED");
        return type.getValues().stream().skip(1).map(ResourceJson::word).toList();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyMessageComesBackAsItWas(long seed) {
        RandomMessages messages = new RandomMessages(new Random(seed));
        for (int i = 0; i < 3000; i++) {
            Message prototype = PROTOTYPES.get(i % PROTOTYPES.size());
            Message random = messages.of(prototype.getDescriptorForType());
            Message message = prototype.toBuilder().mergeFrom(random).build();
            Map<String, Object> tree = ResourceJson.tree(message);
            Message read =
                    ResourceJson.read(tree, prototype.newBuilderForType()).build();
            assertThat(read).as("seed %d, round %d: %s", seed, i, tree).isEqualTo(message);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void whateverAMemberHoldsIsReadOrRefusedByItsName(long seed) {
        Random random = new Random(seed);
        RandomMessages messages = new RandomMessages(random);
        List<Object> junk = new ArrayList<>(Arrays.asList(
                null,
                "",
                "x",
                -1L,
                1.5,
                1e300,
                true,
                List.of(),
                Map.of(),
                Map.of("x", 1),
                new java.math.BigInteger("9".repeat(30))));
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            Message prototype = PROTOTYPES.get(i % PROTOTYPES.size());
            Map<String, Object> tree = ResourceJson.tree(messages.of(prototype.getDescriptorForType()));
            Object value = junk.get(random.nextInt(junk.size()));
            spoil(tree, value, random);
            try {
                ResourceJson.read(tree, prototype.newBuilderForType());
            } catch (FieldException e) {
                refused++;
                assertThat(e).hasMessageContaining(e.found()).hasMessageContaining(e.expected());
                assertThat(e.getMessage()).as(tree.toString()).matches("(?s)([a-zA-Z]+.*: |field \").*expected: .*");
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + i + ": " + tree, e);
            }
        }
        assertThat(refused).isPositive();
    }

    @SuppressWarnings("unchecked") // the trees are our own
    private static void spoil(Map<String, Object> tree, @Nullable Object value, Random random) {
        List<String> names = new ArrayList<>(tree.keySet());
        if (names.isEmpty() || random.nextInt(8) == 0) {
            tree.put("unheardOf", value);
            return;
        }
        String name = names.get(random.nextInt(names.size()));
        Object old = tree.get(name);
        if (old instanceof Map<?, ?> inner && !inner.isEmpty() && random.nextBoolean()) {
            spoil((Map<String, Object>) inner, value, random);
        } else if (old instanceof List<?> items && !items.isEmpty() && random.nextBoolean()) {
            ((List<Object>) items).set(random.nextInt(items.size()), value);
        } else {
            tree.put(name, value);
        }
    }

    private static <B extends Message.Builder> B read(B to, @Nullable Object... members) {
        return ResourceJson.read(object(members), to);
    }

    private static Map<String, Object> object(@Nullable Object... members) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            tree.put((String) members[i], members[i + 1]);
        }
        return tree;
    }

    private static FieldException refused(Message.Builder to, @Nullable Object... members) {
        return catchThrowableOfType(FieldException.class, () -> read(to, members));
    }

    @Test
    void aKeyIsATextAndAPathMayBeOne() {
        Route route = read(
                        Route.newBuilder(),
                        "matches",
                        List.of(object("path", "/cart"), object("path", object("kind", "exact", "value", "/"))),
                        "splitBy",
                        "header x-tenant")
                .build();
        assertThat(route.getMatches(0).getPath().getKind()).isEqualTo(PathMatch.Kind.KIND_PREFIX);
        assertThat(route.getMatches(1).getPath().getKind()).isEqualTo(PathMatch.Kind.KIND_EXACT);
        assertThat(route.getSplitBy().getName()).isEqualTo("x-tenant");
        assertThat(ResourceJson.tree(route)).containsEntry("splitBy", "header x-tenant");
        Route asObject = read(Route.newBuilder(), "splitBy", object("source", "cookie", "name", "sid"))
                .build();
        assertThat(asObject.getSplitBy().getSource()).isEqualTo(RequestKey.Source.SOURCE_COOKIE);
    }

    @Test
    void aListThatMayBeAbsentIsAnArray() {
        Listener none = read(Listener.newBuilder(), "trustedPeers", null).build();
        assertThat(none.hasTrustedPeers()).isFalse();
        Listener empty = read(Listener.newBuilder(), "trustedPeers", List.of()).build();
        assertThat(empty.hasTrustedPeers()).isTrue();
        assertThat(ResourceJson.tree(empty)).containsEntry("trustedPeers", List.of());
        Listener one = read(Listener.newBuilder(), "trustedPeers", List.of("10.0.0.0/8"))
                .build();
        assertThat(one.getTrustedPeers().getNetworksList()).containsExactly("10.0.0.0/8");
        assertThat(refused(Listener.newBuilder(), "trustedPeers", List.of("::/0", 7)))
                .hasMessage("trustedPeers[1]: 7 (expected: a text)");
    }

    @Test
    void numbersAreReadWherePeopleWriteThem() {
        io.weldr.proto.resource.v1.HealthPolicy policy = read(
                        io.weldr.proto.resource.v1.HealthPolicy.newBuilder(),
                        "expect",
                        204,
                        "timeout",
                        0.25,
                        "interval",
                        5)
                .build();
        assertThat(policy.getExpect()).isEqualTo("204");
        assertThat(ResourceJson.tree(policy)).containsEntry("timeout", "250ms").containsEntry("interval", "5s");
    }

    @Test
    void anErrorHasThePathWhatWasFoundAndWhatWasExpected() {
        assertThat(refused(
                        Route.newBuilder(),
                        "matches",
                        List.of(object(), object("path", object("kind", "exactly", "value", "/")))))
                .hasMessage("matches[1].path.kind: \"exactly\" (expected: one of exact, prefix, regex)");
        assertThat(refused(Route.newBuilder(), "matches", List.of(object("path", object("value", 7)))))
                .hasMessage("matches[0].path.value: 7 (expected: a text)");
        FieldException unknown = refused(Pool.newBuilder(), "balancing", object("algoritm", "hash"));
        assertThat(unknown.unknown()).isTrue();
        assertThat(unknown)
                .hasMessage(
                        "field \"balancing.algoritm\" (expected: one of algorithm, key, loadPercentMax; did you mean algorithm?)");
        assertThat(refused(Pool.newBuilder(), "minimum_up", 3).unknown())
                .as("the name of the message is not the name in JSON")
                .isTrue();
        assertThat(refused(Pool.newBuilder(), "slowStart", "soon"))
                .hasMessage(
                        "slowStart: \"soon\" (expected: a duration such as 250ms, 30s or 1m, or a number of seconds)");
        assertThat(refused(Pool.newBuilder(), "minimumUp", 1L << 40))
                .hasMessageStartingWith("minimumUp: 1099511627776 (expected: a whole number between");
        assertThat(refused(Pool.newBuilder(), "balancing", object("key", "header")))
                .hasMessage("balancing.key: \"header\" (expected: client-address, path, header NAME or cookie NAME)");
        assertThat(refused(Pool.newBuilder(), "health", object("headers", object("x-a", 1))))
                .hasMessage("health.headers.x-a: 1 (expected: a text)");
    }

    @Test
    void whatEveryClusterHasFromItsBeginningCanBeReadAndWritten() {
        Route route = Routes.encode(io.weldr.core.route.Route.DEFAULT);
        assertThat(ResourceJson.read(ResourceJson.tree(route), Route.newBuilder())
                        .build())
                .isEqualTo(route);
        Listener listener = Listeners.encode(io.weldr.core.listener.Listener.DEFAULT);
        assertThat(ResourceJson.tree(listener)).isEqualTo(object("name", "default", "protocol", "http"));
        Pool pool = Pools.encode(
                io.weldr.core.pool.Pool.initial(io.weldr.core.pool.PoolName.DEFAULT, HealthPolicy.DEFAULT, List.of()));
        Map<String, Object> tree = ResourceJson.tree(pool);
        assertThat(tree).containsEntry("balancing", object("algorithm", "round-robin"));
        assertThat(Pools.decode(ResourceJson.read(tree, Pool.newBuilder()).build())
                        .health())
                .isEqualTo(HealthPolicy.DEFAULT);
    }

    @Test
    void aMergePatchChangesWhatItSaysAndLeavesTheRest() {
        Map<String, Object> target = object("a", object("b", 1, "c", 2), "d", List.of(1, 2), "e", "x");
        assertThat(MergePatch.apply(target, object("a", object("b", null, "f", object("g", null)), "d", List.of(3))))
                .isEqualTo(object("a", object("c", 2, "f", object()), "d", List.of(3), "e", "x"));
        assertThat(MergePatch.apply(target, object("e", object("y", 1))))
                .containsEntry("e", object("y", 1))
                .containsKeys("a", "d");
        assertThat(target).as("is left as it was").containsEntry("e", "x");
    }

    @Test
    void whatOnlyAnswersHaveIsLeftOutButForOriginsThatSomebodyWantsToWrite() {
        assertThat(ResourceJson.withoutAnswered(Map.of("name", "a", "origins", 3, "revision", 9, "links", List.of())))
                .isEqualTo(Map.of("name", "a"));
        assertThatThrownBy(() -> ResourceJson.withoutAnswered(Map.of("origins", List.of("http://a:1"))))
                .isInstanceOf(FieldException.class)
                .hasMessage(
                        "origins: an array (expected: none: origins are added to a pool that is there, one by one)");
    }
}
