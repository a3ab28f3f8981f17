package io.weldr.api.grpc;

import static io.weldr.api.grpc.AdminServiceIT.fails;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.netty.NettyChannelBuilder;
import io.weldr.api.testkit.TestCluster;
import io.weldr.proto.admin.v1.AddOriginRequest;
import io.weldr.proto.admin.v1.AdminGrpc;
import io.weldr.proto.admin.v1.AdminGrpc.AdminBlockingStub;
import io.weldr.proto.admin.v1.CreateListenerRequest;
import io.weldr.proto.admin.v1.CreatePoolRequest;
import io.weldr.proto.admin.v1.CreateRouteRequest;
import io.weldr.proto.admin.v1.DeleteResourceRequest;
import io.weldr.proto.admin.v1.Effect;
import io.weldr.proto.admin.v1.GetResourceRequest;
import io.weldr.proto.admin.v1.HealthPolicy;
import io.weldr.proto.admin.v1.Labels;
import io.weldr.proto.admin.v1.ListResourcesRequest;
import io.weldr.proto.admin.v1.Origin;
import io.weldr.proto.admin.v1.OriginKey;
import io.weldr.proto.admin.v1.PoolReply;
import io.weldr.proto.admin.v1.RouteReply;
import io.weldr.proto.admin.v1.SetHealthPolicyRequest;
import io.weldr.proto.admin.v1.UpdateListenerRequest;
import io.weldr.proto.admin.v1.UpdateOriginRequest;
import io.weldr.proto.admin.v1.UpdatePoolRequest;
import io.weldr.proto.admin.v1.UpdateRouteRequest;
import io.weldr.proto.admin.v1.WatchEvent;
import io.weldr.proto.admin.v1.WatchRequest;
import io.weldr.proto.admin.v1.WriteOptions;
import io.weldr.proto.resource.v1.Listener;
import io.weldr.proto.resource.v1.OriginLimits;
import io.weldr.proto.resource.v1.Pool;
import io.weldr.proto.resource.v1.Route;
import io.weldr.proto.resource.v1.RouteTimeouts;
import io.weldr.proto.resource.v1.WeightedPool;
import java.util.Iterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pools, listeners and routes over gRPC. */
class ResourceServiceIT {
    private TestCluster cluster;
    private ManagedChannel channel;
    private AdminBlockingStub stub;

    @BeforeEach
    void start() throws Exception {
        cluster = TestCluster.start(1);
        channel = NettyChannelBuilder.forTarget(cluster.node(1).endpoint())
                .usePlaintext()
                .build();
        stub = AdminGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        cluster.close();
    }

    private PoolReply create(Pool pool) {
        return stub.createPool(CreatePoolRequest.newBuilder().setPool(pool).build());
    }

    private static GetResourceRequest get(String name) {
        return GetResourceRequest.newBuilder().setName(name).build();
    }

    private static DeleteResourceRequest delete(String name) {
        return DeleteResourceRequest.newBuilder().setName(name).build();
    }

    @Test
    void aPoolIsCreatedReadChangedListedAndRemoved() {
        Pool wish = Pool.newBuilder()
                .setName("shop")
                .setMinimumUp(2)
                .setLimits(OriginLimits.newBuilder().setQueueMax(5).setConnectionsMax(7))
                .build();
        PoolReply created = create(wish);
        assertThat(created.getEffect()).isEqualTo(Effect.EFFECT_CREATED);
        assertThat(created.getEntry().getRevision()).isEqualTo(cluster.index());
        assertThat(create(wish).getEffect()).isEqualTo(Effect.EFFECT_UNCHANGED);
        fails(
                () -> stub.createPool(CreatePoolRequest.newBuilder()
                        .setPool(wish)
                        .setMustBeNew(true)
                        .build()),
                Code.ABORTED,
                "precondition-failed");
        stub.addOrigin(AddOriginRequest.newBuilder()
                .setPool("shop")
                .setUrl("http://127.0.0.1:1")
                .build());
        PoolReply read = stub.getPool(get("shop"));
        assertThat(read.getEffect()).isEqualTo(Effect.EFFECT_UNSPECIFIED);
        assertThat(read.getEntry().getOrigins()).isEqualTo(1);
        assertThat(read.getEntry().getPool()).isEqualTo(created.getEntry().getPool());
        assertThat(stub.listPools(ListResourcesRequest.getDefaultInstance()).getEntriesList())
                .extracting(entry -> entry.getPool().getName())
                .containsExactly("default", "shop");

        PoolReply part = stub.updatePool(UpdatePoolRequest.newBuilder()
                .setPool(Pool.newBuilder()
                        .setName("shop")
                        .setLimits(OriginLimits.newBuilder().setQueueMax(9))
                        .setMinimumUp(77))
                .setUpdateMask(FieldMask.newBuilder()
                        .addPaths("limits.queue_max")
                        .addPaths("health.interval")
                        .addPaths("limits.connections_max"))
                .build());
        assertThat(part.getEntry().getPool().getLimits())
                .isEqualTo(OriginLimits.newBuilder().setQueueMax(9).build());
        assertThat(part.getEntry().getPool().getMinimumUp()).isEqualTo(2);

        PoolReply whole = stub.updatePool(UpdatePoolRequest.newBuilder()
                .setPool(Pool.newBuilder().setName("shop"))
                .setOptions(WriteOptions.newBuilder()
                        .setExpectedRevision(part.getEntry().getRevision()))
                .build());
        assertThat(whole.getEntry().getPool().getMinimumUp()).isEqualTo(1);
        assertThat(whole.getEntry().getPool().hasLimits()).isFalse();
        assertThat(whole.getEntry().getOrigins()).isEqualTo(1);
        fails(
                () -> stub.updatePool(UpdatePoolRequest.newBuilder()
                        .setPool(wish)
                        .setOptions(WriteOptions.newBuilder()
                                .setExpectedRevision(part.getEntry().getRevision()))
                        .build()),
                Code.ABORTED,
                "precondition-failed");

        PoolReply removed = stub.deletePool(delete("shop"));
        assertThat(removed.getEffect()).isEqualTo(Effect.EFFECT_REMOVED);
        assertThat(removed.getEntry().getPool().getName()).isEqualTo("shop");
        fails(() -> stub.getPool(get("shop")), Code.NOT_FOUND, "no-such-pool");
        fails(() -> stub.deletePool(delete("shop")), Code.NOT_FOUND, "no-such-pool");
        fails(() -> stub.deletePool(delete("default")), Code.FAILED_PRECONDITION, "in-use");
    }

    @Test
    void listenersAndRoutesHaveTheSameOperations() {
        Listener listener =
                Listener.newBuilder().setName("l").setAddress("0.0.0.0:8443").build();
        stub.createListener(
                CreateListenerRequest.newBuilder().setListener(listener).build());
        UpdateListenerRequest.Builder update = UpdateListenerRequest.newBuilder()
                .setListener(listener.toBuilder().addProxyProtocol("192.0.2.1"))
                .setUpdateMask(FieldMask.newBuilder().addPaths("proxy_protocol"));
        assertThat(stub.updateListener(update.build()).getEntry().getListener().getProxyProtocolList())
                .hasSize(1);
        Route route = Route.newBuilder()
                .setName("r")
                .addListeners("l")
                .addPools(WeightedPool.newBuilder().setPool("default"))
                .build();
        fails(
                () -> stub.updateRoute(
                        UpdateRouteRequest.newBuilder().setRoute(route).build()),
                Code.NOT_FOUND,
                "no-such-route");
        RouteReply made = stub.updateRoute(UpdateRouteRequest.newBuilder()
                .setRoute(route)
                .setAllowMissing(true)
                .build());
        assertThat(made.getEffect()).isEqualTo(Effect.EFFECT_CREATED);
        cluster.checkTooEarly(3);
        assertThat(stub.updateRoute(UpdateRouteRequest.newBuilder()
                                .setRoute(route.toBuilder()
                                        .setTimeouts(RouteTimeouts.newBuilder()
                                                .setRequest(
                                                        Duration.newBuilder().setSeconds(3))))
                                .setUpdateMask(FieldMask.newBuilder().addPaths("timeouts"))
                                .build())
                        .getEntry()
                        .getRoute()
                        .getTimeouts()
                        .getRequest()
                        .getSeconds())
                .isEqualTo(3);
        fails(() -> stub.deleteListener(delete("l")), Code.FAILED_PRECONDITION, "in-use");
        cluster.checkTooEarly(20);
        fails(() -> stub.deleteRoute(delete("r")), Code.ABORTED, "conflict");
        cluster.checkTooEarly(0);
        stub.deleteRoute(delete("r"));
        stub.deleteListener(delete("l"));
        assertThat(stub.listRoutes(ListResourcesRequest.getDefaultInstance()).getEntriesCount())
                .isEqualTo(1);
        assertThat(stub.listListeners(ListResourcesRequest.getDefaultInstance()).getEntriesCount())
                .isEqualTo(1);
        assertThat(stub.getListener(get("default")).getEntry().getListener().getName())
                .isEqualTo("default");
        assertThat(stub.getRoute(get("default")).getEntry().getRevision()).isZero();
    }

    @Test
    void whatIsNotValidNamesItsField() {
        assertThat(fails(() -> create(Pool.getDefaultInstance()), Code.INVALID_ARGUMENT, "invalid-value"))
                .hasMessageContaining("name: nothing");
        Pool forEver = Pool.newBuilder()
                .setName("a")
                .setSlowStart(Duration.newBuilder().setSeconds(Long.MAX_VALUE).setNanos(Integer.MAX_VALUE))
                .build();
        assertThat(fails(() -> create(forEver), Code.INVALID_ARGUMENT, "invalid-value"))
                .hasMessageContaining("slowStart");
        Pool unknown = Pool.newBuilder().setName("a").setWhenAllDownValue(77).build();
        assertThat(fails(() -> create(unknown), Code.INVALID_ARGUMENT, "invalid-value"))
                .hasMessageContaining("whenAllDown");
        UpdatePoolRequest.Builder update = UpdatePoolRequest.newBuilder()
                .setPool(Pool.newBuilder().setName("default"))
                .setUpdateMask(FieldMask.newBuilder().addPaths("limits.queueMax"));
        assertThat(fails(() -> stub.updatePool(update.build()), Code.INVALID_ARGUMENT, "invalid-value"))
                .hasMessageContaining("limits.queueMax");
        update.setUpdateMask(FieldMask.newBuilder().addPaths("minimum_up.x"));
        fails(() -> stub.updatePool(update.build()), Code.INVALID_ARGUMENT, "invalid-value");
        update.setUpdateMask(FieldMask.newBuilder().addPaths("minimum_up")).setAllowMissing(true);
        fails(() -> stub.updatePool(update.build()), Code.INVALID_ARGUMENT, "invalid-value");
        update.setUpdateMask(FieldMask.newBuilder().addPaths("name")).setAllowMissing(false);
        assertThat(stub.updatePool(update.build()).getEffect()).isEqualTo(Effect.EFFECT_UNCHANGED);
        fails(
                () -> stub.createRoute(CreateRouteRequest.newBuilder()
                        .setRoute(Route.newBuilder().setName("r"))
                        .build()),
                Code.INVALID_ARGUMENT,
                "invalid-value");
        fails(
                () -> stub.createPool(CreatePoolRequest.newBuilder()
                        .setPool(Pool.newBuilder().setName("a"))
                        .setOptions(WriteOptions.newBuilder().setExpectedRevision(1))
                        .build()),
                Code.INVALID_ARGUMENT,
                "invalid-value");
    }

    @Test
    void anOriginHasAPriorityALimitAndLabels() {
        Origin added = stub.addOrigin(AddOriginRequest.newBuilder()
                        .setUrl("http://127.0.0.1:1")
                        .setId("a")
                        .setPriority(1)
                        .setConnectionsMax(5)
                        .setLabels(Labels.newBuilder().putLabels("zone", "x"))
                        .build())
                .getOrigin();
        assertThat(added.getPriority()).isEqualTo(1);
        assertThat(added.getConnectionsMax()).isEqualTo(5);
        assertThat(added.getLabelsMap()).containsEntry("zone", "x");
        UpdateOriginRequest.Builder update = UpdateOriginRequest.newBuilder()
                .setOrigin(OriginKey.newBuilder().setId("a"))
                .setPriority(0)
                .setInheritConnectionsMax(true)
                .setLabels(Labels.getDefaultInstance());
        Origin changed = stub.updateOrigin(update.build()).getOrigin();
        assertThat(changed.getPriority()).isZero();
        assertThat(changed.hasConnectionsMax()).isFalse();
        assertThat(changed.getLabelsMap()).isEmpty();
        update.setConnectionsMax(3);
        fails(() -> stub.updateOrigin(update.build()), Code.INVALID_ARGUMENT, "invalid-value");
    }

    @Test
    void everyPartOfAHealthPolicyIsSetAndGetsItsDefaultAgain() {
        HealthPolicy wish = HealthPolicy.newBuilder()
                .setType("http")
                .setPath("/up")
                .setMethod("GET")
                .setExpect("200")
                .setInterval(Duration.newBuilder().setSeconds(10))
                .setTimeout(Duration.newBuilder().setSeconds(2))
                .setFailures(4)
                .setPasses(5)
                .setInitialUp(false)
                .setConfirm("any")
                .setHost("a.example")
                .putHeaders("x-a", "1")
                .setContains("fine")
                .setPort(8080)
                .setUnhealthyInterval(Duration.newBuilder().setSeconds(3))
                .setJitterPercent(10)
                .setConnectTimeout(Duration.newBuilder().setSeconds(1))
                .setWitnesses(true)
                .build();
        assertThat(stub.setHealthPolicy(SetHealthPolicyRequest.newBuilder()
                                .setHealth(wish)
                                .build())
                        .getHealth())
                .isEqualTo(wish);
        HealthPolicy.Builder less = HealthPolicy.newBuilder()
                .putHeaders("x-b", "2")
                .addDefaults("contains")
                .addDefaults("port");
        HealthPolicy after = stub.setHealthPolicy(
                        SetHealthPolicyRequest.newBuilder().setHealth(less).build())
                .getHealth();
        assertThat(after)
                .isEqualTo(wish.toBuilder()
                        .clearContains()
                        .clearPort()
                        .clearHeaders()
                        .putHeaders("x-b", "2")
                        .build());
        fails(
                () -> stub.setHealthPolicy(SetHealthPolicyRequest.newBuilder()
                        .setHealth(HealthPolicy.newBuilder().addDefaults("prot"))
                        .build()),
                Code.INVALID_ARGUMENT,
                "invalid-value");
    }

    @Test
    void aWatchMayTellSomeChangesOnly() {
        Iterator<WatchEvent> events = stub.watch(WatchRequest.newBuilder()
                .setAfterRevision(cluster.state().revision())
                .addKinds("pool")
                .addKinds("route")
                .build());
        stub.addOrigin(
                AddOriginRequest.newBuilder().setUrl("http://127.0.0.1:1").build());
        create(Pool.newBuilder().setName("shop").build());
        WatchEvent event = events.next();
        assertThat(event.getChange().getKind()).isEqualTo("pool-created");
        assertThat(event.getChange().getSubject()).isEqualTo("shop");
        Iterator<WatchEvent> bad =
                stub.watch(WatchRequest.newBuilder().addKinds("pol").build());
        fails(bad::next, Code.INVALID_ARGUMENT, "invalid-value");
    }
}
