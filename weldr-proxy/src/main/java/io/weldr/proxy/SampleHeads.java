package io.weldr.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.weldr.core.listener.Listener;
import io.weldr.core.pool.HostPolicy;
import io.weldr.core.pool.Origin;
import io.weldr.core.port.SentHeads;
import io.weldr.core.route.PathRewrite;
import io.weldr.core.route.RewrittenTarget;
import io.weldr.core.route.RouteMatched;
import io.weldr.core.route.RouteTest.SampleRequest;
import io.weldr.core.route.SampleView;
import io.weldr.proxy.edit.LoopGuard;
import io.weldr.proxy.edit.Peer;
import io.weldr.proxy.edit.PeerTls;
import io.weldr.proxy.edit.RequestEditor;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.TargetBytes;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.FieldNames;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http1.RequestHead;
import io.weldr.proxy.http1.Scan;
import io.weldr.proxy.route.HeadView;
import io.weldr.proxy.route.RoutePlan;
import io.weldr.proxy.upstream.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an origin would get of a request that somebody wrote down: the request is scanned and its head is written by the
 * same code as that of clients. Thread safe: each call has objects of its own.
 */
final class SampleHeads implements SentHeads {
    /** A session of which origins are told nothing but that there is one. */
    private static final PeerTls TLS = new PeerTls("TLSv1.3", "", "", false, null, new byte[0]);

    private final ProxySettings settings;

    SampleHeads(ProxySettings settings) {
        this.settings = settings;
    }

    @Override
    public Head head(SampleRequest request, Listener listener, RouteMatched matched, Origin origin) {
        RequestHead head = new RequestHead(settings.limits(), settings.traceAllowed());
        byte[] bytes = bytes(request);
        Scan scan = head.scan(bytes, bytes.length);
        String refused = refused(head, scan);
        if (refused != null) {
            return new Head("", List.of(), refused);
        }
        Peer peer = peer(request, listener);
        RequestId id = new RequestId();
        id.set(head, 0, 0);
        HeadWriter out = new HeadWriter();
        new RequestEditor(
                        settings.viaName(),
                        settings.forwarding().writesXForwarded(),
                        settings.forwarding().writesForwarded())
                .write(
                        head,
                        out,
                        Endpoint.authority(origin.url()),
                        origin.hostPolicy() == HostPolicy.PRESERVE,
                        RoutePlan.requestPlan(matched.route()),
                        target(head, peer, matched),
                        peer,
                        id);
        return read(new String(out.toBytes(), ISO_8859_1));
    }

    /** The request as a client sends it over HTTP/1.1. */
    private static byte[] bytes(SampleRequest request) {
        String url = request.url();
        int host = url.indexOf("://") + 3;
        int path = host;
        while (path < url.length() && url.charAt(path) != '/' && url.charAt(path) != '?') {
            path++;
        }
        String target = url.substring(path);
        StringBuilder text = new StringBuilder(request.method())
                .append(target.startsWith("/") ? " " : " /")
                .append(target)
                .append(" HTTP/1.1\r\nHost: ")
                .append(url, host, path)
                .append("\r\n");
        request.headers()
                .forEach(field -> text.append(field.name())
                        .append(": ")
                        .append(field.value())
                        .append("\r\n"));
        return text.append("\r\n").toString().getBytes(UTF_8);
    }

    private @Nullable String refused(RequestHead head, Scan scan) {
        Failure failure = scan == Scan.REFUSED
                ? head.failure()
                : scan == Scan.INCOMPLETE
                        ? Failure.HEAD_TOO_LARGE
                        : new LoopGuard(settings.viaName()).loops(head) ? Failure.LOOP_DETECTED : null;
        if (failure != null) {
            return failure.status() + " " + failure.cause() + ": " + failure.detail();
        }
        return head.maxForwards() == 0 ? "200: Max-Forwards is 0, so that the proxy answers itself" : null;
    }

    private Peer peer(SampleRequest request, Listener listener) {
        byte[] address = new SampleView(request).clientAddress();
        boolean trusted =
                ListenerSetup.trusted(listener, settings).stream().anyMatch(network -> network.contains(address));
        try {
            Peer peer = Peer.of(new InetSocketAddress(InetAddress.getByAddress(address), 0), trusted);
            return listener.protocol() == Listener.Protocol.HTTPS ? peer.with(FieldNames.NONE, TLS) : peer;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private static @Nullable TargetBytes target(RequestHead head, Peer peer, RouteMatched matched) {
        PathRewrite rewrite = matched.route().filters().rewritePath();
        if (rewrite == null) {
            return null;
        }
        RewrittenTarget rewritten = new RewrittenTarget();
        rewritten.set(rewrite, matched, new HeadView(head).set(head, peer));
        return new TargetBytes().set(rewritten.bytes(), rewritten.length());
    }

    private static Head read(String text) {
        List<String> lines = text.lines().filter(line -> !line.isEmpty()).toList();
        String first = lines.get(0);
        List<Field> fields = lines.stream()
                .skip(1)
                .map(line -> {
                    int colon = line.indexOf(':');
                    return new Field(
                            line.substring(0, colon), line.substring(colon + 1).strip());
                })
                .toList();
        return new Head(first.substring(first.indexOf(' ') + 1, first.lastIndexOf(' ')), fields, null);
    }
}
