package io.weldr.codec;

import io.weldr.core.Check;
import io.weldr.core.certificate.AcmeAccount;
import io.weldr.core.certificate.Certificate;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Pool;
import io.weldr.core.pool.PoolName;
import io.weldr.core.route.Route;
import io.weldr.core.route.RouteName;
import io.weldr.core.state.Change;
import io.weldr.core.state.ClusterState;
import io.weldr.core.state.ClusterVersion;
import io.weldr.core.state.Member;
import io.weldr.core.state.MemberId;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import io.weldr.proto.raft.v1.LogProto;
import io.weldr.wire.resource.Listeners;
import io.weldr.wire.resource.Routes;
import java.util.SortedMap;
import java.util.TreeMap;

/** The whole state. */
final class StateCodec {
    private StateCodec() {}

    static LogProto.ClusterState encode(ClusterState state) {
        LogProto.ClusterState.Builder to = LogProto.ClusterState.newBuilder()
                .setVersion(state.version().number())
                .setRevision(state.revision());
        state.pools().values().forEach(pool -> to.addPools(PoolCodec.encode(pool)));
        if (state.version().atLeast(ClusterVersion.RESOURCES)) {
            to.setRouting(state.routing());
            state.listeners().values().forEach(listener -> to.addListeners(encode(listener)));
            state.routes().values().forEach(route -> to.addRoutes(encode(route)));
        }
        state.certificates().values().forEach(certificate -> to.addCertificates(CertificateCodec.encode(certificate)));
        state.accounts().values().forEach(account -> to.addAccounts(CertificateCodec.encode(account)));
        state.tokens().values().forEach(token -> to.addTokens(TokenCodec.encode(token)));
        state.members().values().forEach(member -> to.addMembers(encode(member)));
        state.operatorChanges().forEach(change -> to.addChanges(encode(change)));
        state.clusterChanges().forEach(change -> to.addClusterChanges(encode(change)));
        return to.build();
    }

    static ClusterState decode(LogProto.ClusterState from) {
        TreeMap<PoolName, Pool> pools = new TreeMap<>();
        from.getPoolsList().stream().map(PoolCodec::decode).forEach(pool -> pools.put(pool.name(), pool));
        TreeMap<MemberId, Member> members = new TreeMap<>();
        from.getMembersList().stream().map(StateCodec::decode).forEach(member -> members.put(member.id(), member));
        ClusterVersion version = supported(from.getVersion());
        boolean written = version.atLeast(ClusterVersion.RESOURCES);
        return new ClusterState(
                version,
                from.getRevision(),
                pools,
                written ? listeners(from) : ClusterState.INITIAL.listeners(),
                written ? routes(from) : ClusterState.INITIAL.routes(),
                from.getRouting(),
                certificates(from),
                accounts(from),
                tokens(from),
                members,
                from.getChangesList().stream().map(StateCodec::decode).toList(),
                from.getClusterChangesList().stream().map(StateCodec::decode).toList());
    }

    private static LogProto.Listener encode(Listener listener) {
        return LogProto.Listener.newBuilder()
                .setListener(Listeners.encode(listener))
                .setStamp(PoolCodec.encode(listener.stamp()))
                .build();
    }

    private static SortedMap<ListenerName, Listener> listeners(LogProto.ClusterState from) {
        SortedMap<ListenerName, Listener> listeners = new TreeMap<>();
        for (LogProto.Listener each : from.getListenersList()) {
            Listener listener = Listeners.decode(each.getListener(), PoolCodec.decode(each.getStamp()));
            listeners.put(listener.name(), listener);
        }
        return listeners;
    }

    private static LogProto.Route encode(Route route) {
        return LogProto.Route.newBuilder()
                .setRoute(Routes.encode(route))
                .setStamp(PoolCodec.encode(route.stamp()))
                .build();
    }

    private static SortedMap<RouteName, Route> routes(LogProto.ClusterState from) {
        SortedMap<RouteName, Route> routes = new TreeMap<>();
        for (LogProto.Route each : from.getRoutesList()) {
            Route route = Routes.decode(each.getRoute(), PoolCodec.decode(each.getStamp()));
            routes.put(route.name(), route);
        }
        return routes;
    }

    private static SortedMap<CertificateName, Certificate> certificates(LogProto.ClusterState from) {
        SortedMap<CertificateName, Certificate> certificates = new TreeMap<>();
        from.getCertificatesList().stream()
                .map(CertificateCodec::decode)
                .forEach(each -> certificates.put(each.name(), each));
        return certificates;
    }

    private static SortedMap<String, AcmeAccount> accounts(LogProto.ClusterState from) {
        SortedMap<String, AcmeAccount> accounts = new TreeMap<>();
        from.getAccountsList().stream()
                .map(CertificateCodec::decode)
                .forEach(each -> accounts.put(each.directory(), each));
        return accounts;
    }

    private static SortedMap<TokenName, Token> tokens(LogProto.ClusterState from) {
        SortedMap<TokenName, Token> tokens = new TreeMap<>();
        from.getTokensList().stream().map(TokenCodec::decode).forEach(each -> tokens.put(each.name(), each));
        return tokens;
    }

    /** A cluster version that this program goes by. */
    static ClusterVersion supported(int number) {
        ClusterVersion version = new ClusterVersion(number);
        Check.that(
                ClusterVersion.SUPPORTED.atLeast(version),
                "cluster version",
                version,
                "at most " + ClusterVersion.SUPPORTED + ", the newest that this program supports");
        return version;
    }

    static LogProto.Member encode(Member member) {
        return LogProto.Member.newBuilder()
                .setId(member.id().value())
                .setRaft(member.raft().toString())
                .setAdmin(member.admin().toString())
                .setGrpc(member.grpc().toString())
                .setProxy(member.proxy() == null ? "" : member.proxy().toString())
                .setVersion(member.version())
                .setSupports(member.supports().number())
                .build();
    }

    static Member decode(LogProto.Member from) {
        return new Member(
                new MemberId(from.getId()),
                HostPort.parse(from.getRaft()),
                HostPort.parse(from.getAdmin()),
                HostPort.parse(from.getGrpc()),
                from.getProxy().isEmpty() ? null : HostPort.parse(from.getProxy()),
                from.getVersion(),
                new ClusterVersion(from.getSupports()));
    }

    private static LogProto.Change encode(Change change) {
        LogProto.Change.Builder to = LogProto.Change.newBuilder()
                .setRevision(change.revision())
                .setAt(PoolCodec.encode(change.at()))
                .setKind(change.kind().name())
                .setSubject(change.subject())
                .setDetail(change.detail());
        if (change.pool() != null) {
            to.setPool(change.pool().value());
        }
        if (change.origin() != null) {
            to.setOrigin(PoolCodec.encode(change.origin()));
        }
        if (change.by() != null) {
            to.setBy(TokenCodec.encode(change.by()));
        }
        return to.build();
    }

    private static Change decode(LogProto.Change from) {
        return new Change(
                from.getRevision(),
                PoolCodec.decode(from.getAt()),
                Change.Kind.valueOf(from.getKind()),
                from.hasPool() ? new PoolName(from.getPool()) : null,
                from.getSubject(),
                from.hasOrigin() ? PoolCodec.decode(from.getOrigin()) : null,
                from.getDetail(),
                from.hasBy() ? TokenCodec.decode(from.getBy()) : null);
    }
}
