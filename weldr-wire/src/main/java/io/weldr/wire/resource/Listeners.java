package io.weldr.wire.resource;

import io.weldr.core.Check;
import io.weldr.core.Stamp;
import io.weldr.core.certificate.CertificateName;
import io.weldr.core.listener.ErrorPage;
import io.weldr.core.listener.Listener;
import io.weldr.core.listener.ListenerLimits;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.listener.ListenerTls;
import io.weldr.core.pool.HostPort;
import io.weldr.core.pool.Network;
import io.weldr.core.pool.PoolName;
import io.weldr.proto.resource.v1.Listener.Protocol;
import io.weldr.proto.resource.v1.ListenerTls.ClientCertificates;
import io.weldr.proto.resource.v1.ListenerTls.TlsPolicy;
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
        if (listener.tls() != null) {
            to.setTls(encode(listener.tls()));
        }
        if (listener.http2() != null) {
            to.setHttp2(listener.http2());
        }
        if (listener.redirectPort() != null) {
            to.setRedirectPort(listener.redirectPort());
        }
        return to.build();
    }

    /** The listener, with the initial stamp. */
    public static Listener decode(io.weldr.proto.resource.v1.Listener from) {
        return decode(from, Stamp.INITIAL);
    }

    public static Listener decode(io.weldr.proto.resource.v1.Listener from, Stamp stamp) {
        return Listener.named(new ListenerName(from.getName()))
                .protocol(Decode.constant("protocol", Listener.Protocol.HTTP, from.getProtocol()))
                .address(
                        from.getAddress().isEmpty() ? null : Decode.text("address", from.getAddress(), HostPort::parse))
                .pool(from.getPool().isEmpty() ? null : new PoolName(from.getPool()))
                .limits(from.hasLimits() ? limits(from.getLimits()) : ListenerLimits.UNSET)
                .trustedPeers(from.hasTrustedPeers() ? trusted(from.getTrustedPeers()) : null)
                .proxyProtocol(Decode.texts("proxyProtocol", from.getProxyProtocolList(), Network::parse))
                .errorPages(errorPages(from))
                .tls(from.hasTls() ? tls(from.getTls()) : null)
                .http2(from.hasHttp2() ? from.getHttp2() : null)
                .redirectPort(from.hasRedirectPort() ? from.getRedirectPort() : null)
                .stamp(stamp)
                .build();
    }

    private static ListenerTls tls(io.weldr.proto.resource.v1.ListenerTls from) {
        return new ListenerTls(
                Decode.texts("tls.certificates", from.getCertificatesList(), CertificateName::new),
                from.getDefaultCertificate().isEmpty()
                        ? null
                        : Decode.text("tls.defaultCertificate", from.getDefaultCertificate(), CertificateName::new),
                Decode.constant("tls.policy", ListenerTls.TlsPolicy.INTERMEDIATE, from.getPolicy()),
                Decode.constant(
                        "tls.clientCertificates", ListenerTls.ClientCertificates.NONE, from.getClientCertificates()),
                Decode.optional(from.getClientAuthorities()),
                Decode.optional(from.getSubjectField()),
                Decode.optional(from.getFingerprintField()));
    }

    private static io.weldr.proto.resource.v1.ListenerTls encode(ListenerTls tls) {
        io.weldr.proto.resource.v1.ListenerTls.Builder to = io.weldr.proto.resource.v1.ListenerTls.newBuilder()
                .setPolicy(Decode.constant(TlsPolicy.class, tls.policy()))
                .setClientCertificates(Decode.constant(ClientCertificates.class, tls.clients()));
        tls.certificates().forEach(certificate -> to.addCertificates(certificate.value()));
        if (tls.defaultCertificate() != null) {
            to.setDefaultCertificate(tls.defaultCertificate().value());
        }
        if (tls.clientAuthorities() != null) {
            to.setClientAuthorities(tls.clientAuthorities());
        }
        if (tls.subjectField() != null) {
            to.setSubjectField(tls.subjectField());
        }
        if (tls.fingerprintField() != null) {
            to.setFingerprintField(tls.fingerprintField());
        }
        return to.build();
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
