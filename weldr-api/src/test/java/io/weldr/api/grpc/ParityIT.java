package io.weldr.api.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.weldr.api.testkit.TestCluster;
import io.weldr.core.Words;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.testing.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * gRPC and HTTP have the same operations. The operations of HTTP are those of {@code docs/reference/openapi.json}, which
 * {@code OpenApiIT} compares with the table of the HTTP API. An operation and its call have the same name:
 * {@code listPools} and {@code ListPools}.
 */
class ParityIT {
    private static final String SERVICE = "weldr.admin.v1.Admin";

    /** Operations of HTTP that gRPC does not need. */
    private static final Map<String, String> HTTP_ALONE = Map.of(
            "index", "links to paths, and gRPC has no paths",
            "live", "for service managers and load balancers, whose checks speak HTTP; gRPC has grpc.health.v1",
            "leader", "for load balancers; ClusterStatus says who leads",
            "metrics", "a format of Prometheus, which reads it over HTTP",
            "getSession", "sessions are cookies of browsers",
            "signIn", "sessions are cookies of browsers",
            "signOut", "sessions are cookies of browsers",
            "openApi", "describes HTTP; gRPC has server reflection");

    /** Operations of HTTP whose call has another name, because one call does what several requests do. */
    private static final Map<String, String> ANOTHER_NAME = Map.ofEntries(
            Map.entry("listServers", "ListOrigins of the default pool"),
            Map.entry("addServer", "AddOrigin to the default pool"),
            Map.entry("getServer", "GetOrigin of the default pool, by its address"),
            Map.entry("removeServer", "RemoveOrigin of the default pool, by its address"),
            Map.entry("replaceOrigin", "UpdateOrigin with all fields"),
            Map.entry("replaceHealthPolicy", "SetHealthPolicy with all fields, or their names in defaults"),
            Map.entry("replacePool", "UpdatePool without a mask"),
            Map.entry("replaceListener", "UpdateListener without a mask"),
            Map.entry("replaceRoute", "UpdateRoute without a mask"),
            Map.entry("replaceCertificate", "UpdateCertificate without a mask"),
            Map.entry("statsDetail", "Stats has the counts of each origin"),
            Map.entry("listMembers", "ClusterStatus has the members"));

    /** Services that are no API for operators. */
    private static final Map<String, String> OTHER_SERVICES = Map.of(
            "weldr.admin.v1.MemberToMember", "from member to member",
            "grpc.health.v1.Health", "of gRPC itself",
            "grpc.reflection.v1.ServerReflection", "of gRPC itself");

    /** By its id: {@code GET /v1/pools} and the rest. */
    private static final Map<String, JsonNode> OPERATIONS = new TreeMap<>();

    @BeforeAll
    static void read() throws Exception {
        JsonNode document = new ObjectMapper().readTree(Files.readString(Path.of("..", "docs/reference/openapi.json")));
        document.path("paths")
                .forEach(path -> path.forEach(operation ->
                        OPERATIONS.put(operation.path("operationId").asText(), operation)));
    }

    private static Map<String, MethodDescriptor<?, ?>> calls() {
        Map<String, MethodDescriptor<?, ?>> calls = new TreeMap<>();
        AdminGrpc.getServiceDescriptor()
                .getMethods()
                .forEach(method -> calls.put(Objects.requireNonNull(method.getBareMethodName()), method));
        return calls;
    }

    private static String call(JsonNode operation) {
        return operation.path("x-weldr-grpc").asText().replace(SERVICE + "/", "");
    }

    private static String callOf(String id) {
        return call(Objects.requireNonNull(OPERATIONS.get(id), id));
    }

    private static String lower(String name) {
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    @Test
    void everyCallIsAnOperationOfHttpByTheSameName() {
        assertThat(calls()).hasSizeGreaterThan(40);
        assertThat(calls().keySet()).allSatisfy(call -> {
            JsonNode operation = OPERATIONS.get(lower(call));
            assertThat(operation).as("no operation of HTTP for " + call).isNotNull();
            assertThat(call(operation)).isEqualTo(call);
        });
    }

    @Test
    void everyOperationOfHttpIsACallByTheSameName() {
        List<String> others = new ArrayList<>();
        OPERATIONS.forEach((id, operation) -> {
            String call = call(operation);
            if (call.isEmpty() || !lower(call).equals(id)) {
                others.add(id);
            }
            if (!call.isEmpty()) {
                assertThat(calls()).as(id).containsKey(call);
            }
        });
        assertThat(others)
                .as("operations of HTTP that lack a call, or whose call has another name")
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(HTTP_ALONE.keySet().stream(), ANOTHER_NAME.keySet().stream())
                                .toList());
        assertThat(HTTP_ALONE.keySet()).allMatch(id -> callOf(id).isEmpty());
        ANOTHER_NAME.forEach((id, reason) -> assertThat(reason).startsWith(callOf(id) + " "));
    }

    @Test
    void bothNeedTheSameRole() {
        OPERATIONS.forEach((id, operation) -> {
            MethodDescriptor<?, ?> call = calls().get(call(operation));
            if (call != null) {
                assertThat(operation.at("/security/0/token/0").asText()).as(id).isEqualTo(Words.of(Roles.needs(call)));
            }
        });
    }

    @Test
    void aNodeHasNoOtherServiceForOperators() throws Exception {
        Set<String> expected = new TreeSet<>(OTHER_SERVICES.keySet());
        expected.add(SERVICE);
        try (TestCluster cluster = TestCluster.start(1)) {
            ManagedChannel channel = NettyChannelBuilder.forTarget(
                            cluster.node(1).endpoint())
                    .usePlaintext()
                    .build();
            try {
                assertThat(services(channel)).isEqualTo(expected);
            } finally {
                channel.shutdownNow();
            }
        }
    }

    /** As any client finds them out, by server reflection. */
    private static Set<String> services(ManagedChannel channel) throws Exception {
        CompletableFuture<Set<String>> found = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse reply) {
                        found.complete(reply.getListServicesResponse().getServiceList().stream()
                                .map(ServiceResponse::getName)
                                .collect(Collectors.toCollection(TreeSet::new)));
                    }

                    @Override
                    public void onError(Throwable failure) {
                        found.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                });
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        Set<String> services = found.get(Patience.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        requests.onCompleted();
        return services;
    }
}
