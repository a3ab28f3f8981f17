package io.weldr.wire.resource;

import io.weldr.core.Check;
import io.weldr.core.Stamp;
import io.weldr.core.listener.ErrorPage;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerLimits;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import io.weldr.proto.resource.v1.Listener.Protocol;
import io.weldr.proto.resource.v1.Networks;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Listeners. */
public final class Listeners {
    private static final String CONTENT_TYPE_DEFAULT = "text/html; charset=utf-8";

    private Listeners() {}

    /** Without the stamp. */
    public static io.weldr.proto.resource.v1.Listener encode(Listener listener) {
        io.weldr.proto.resource.v1.Listener.Builder to = io.weldr.proto.resource.v1.Listener.newBuilder()
                .setName(listener.name().value())
                .setProtocol(Decode.constant(Protocol.class, listener.protocol()));
        if (listener.address() != null) {
            to.setAddress(listener.address().toString());
        }
        if (listener.pool() != null) {
            to.setPool(listener.pool().value());
        }
        if (!listener.limits().equals(ListenerLimits.UNSET)) {
            to.setLimits(encode(listener.limits()));
        }
        List<Network> trusted = listener.trustedPeers();
        if (trusted != null) {
            Networks.Builder networks = Networks.newBuilder();
            trusted.forEach(network -> networks.addNetworks(network.toString()));
            to.setTrustedPeers(networks);
        }
        listener.proxyProtocol().forEach(network -> to.addProxyProtocol(network.toString()));
        listener.errorPages()
                .forEach((status, page) -> to.addErrorPages(io.weldr.proto.resource.v1.ErrorPage.newBuilder()
                        .setStatusClass(status)
                        .setContentType(page.contentType())
                        .setBody(page.body())));
        return to.build();
    }

    /** The listener, with the initial stamp. */
    public static Listener decode(io.weldr.proto.resource.v1.Listener from) {
        return decode(from, Stamp.INITIAL);
    }

    public static Listener decode(io.weldr.proto.resource.v1.Listener from, Stamp stamp) {
        return new Listener(
                new ListenerName(from.getName()),
                Decode.constant("protocol", Listener.Protocol.HTTP, from.getProtocol()),
                from.getAddress().isEmpty() ? null : Decode.text("address", from.getAddress(), HostPort::parse),
                from.getPool().isEmpty() ? null : new PoolName(from.getPool()),
                from.hasLimits() ? limits(from.getLimits()) : ListenerLimits.UNSET,
                from.hasTrustedPeers() ? trusted(from.getTrustedPeers()) : null,
                Decode.texts("proxyProtocol", from.getProxyProtocolList(), Network::parse),
                errorPages(from),
                stamp);
    }

    private static @Nullable List<Network> trusted(Networks from) {
        return Decode.texts("trustedPeers", from.getNetworksList(), Network::parse);
    }

    private static SortedMap<Integer, ErrorPage> errorPages(io.weldr.proto.resource.v1.Listener from) {
        SortedMap<Integer, ErrorPage> pages = new TreeMap<>();
        Decode.each("errorPages", from.getErrorPagesList(), page -> {
            int status = Check.inRange("statusClass", page.getStatusClass(), 4, 5);
            ErrorPage decoded =
                    new ErrorPage(Decode.orElse(page.getContentType(), CONTENT_TYPE_DEFAULT), page.getBody());
            Check.that(pages.put(status, decoded) == null, "statusClass", status, "each class once");
            return decoded;
        });
        return pages;
    }

    private static io.weldr.proto.resource.v1.ListenerLimits encode(ListenerLimits limits) {
        io.weldr.proto.resource.v1.ListenerLimits.Builder to = io.weldr.proto.resource.v1.ListenerLimits.newBuilder();
        if (limits.connectionsMax() != null) {
            to.setConnectionsMax(limits.connectionsMax());
        }
        if (limits.requestBodyBytesMax() != null) {
            to.setRequestBodyBytesMax(limits.requestBodyBytesMax());
        }
        if (limits.idleTimeout() != null) {
            to.setIdleTimeout(Decode.encode(limits.idleTimeout()));
        }
        return to.build();
    }

    private static ListenerLimits limits(io.weldr.proto.resource.v1.ListenerLimits from) {
        return new ListenerLimits(
                from.hasConnectionsMax() ? from.getConnectionsMax() : null,
                from.hasRequestBodyBytesMax() ? from.getRequestBodyBytesMax() : null,
                from.hasIdleTimeout() ? Decode.duration("limits.idleTimeout", from.getIdleTimeout()) : null);
    }
}
