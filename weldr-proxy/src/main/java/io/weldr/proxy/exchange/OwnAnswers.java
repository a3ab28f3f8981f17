package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weldr.core.route.RouteAction;
import io.weldr.proxy.edit.Editors;
import io.weldr.proxy.edit.HeadPlan;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Authority;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.HeadWriter;
import io.weldr.proxy.http.Method;
import io.weldr.proxy.http.Octets;
import io.weldr.proxy.http1.RequestHead;

/**
 * Makes the answers that weldr gives in place of an origin: to a failure, as its route says, or as the last recipient.
 * Sends none of them: each is a buffer that the caller owns. Keeps nothing from one to the next. Confined to the event
 * loop.
 */
final class OwnAnswers {

    static final int OK = 200;

    /** The method stays what it is (RFC 9110 section 15.4.9). */
    static final int PERMANENT_REDIRECT = 308;

    private static final String OCTETS = "application/octet-stream";
    private static final byte[] HTTPS = Octets.ascii("https://");
    private static final byte[] NO_BODY = {};
    private static final int HTTPS_PORT = 443;

    private final ExchangeLoop loop;
    private final Downstream client;
    private final RequestHalf request;
    private final Destination destination;
    private final RequestId id;

    OwnAnswers(ExchangeLoop loop, Downstream client, RequestHalf request, Destination destination, RequestId id) {
        this.loop = loop;
        this.client = client;
        this.request = request;
        this.destination = destination;
        this.id = id;
    }

    /**
     * What the client is told about a failure. Only if the failure has a status.
     *
     * @param deadlineOfClient whether the client had set the deadline of the exchange
     */
    ByteBuf toFailure(Failure failure, Persistence persistence, boolean deadlineOfClient) {
        Editors editors = loop.editors();
        if (request.grpc()) {
            editors.answers().writeGrpc(failure, Grpc.status(failure, deadlineOfClient), editors.writer(), id);
            return editors.written(client.allocator());
        }
        boolean json = request.acceptsJson();
        long retryAfter = destination.retryAfterSeconds();
        if (retryAfter > 0) {
            editors.answers().write(failure, editors.writer(), persistence, json, bodiless(), retryAfter, id);
        } else {
            editors.answers().write(failure, editors.writer(), persistence, json, bodiless(), id);
        }
        return editors.written(client.allocator());
    }

    /** Status of {@link #ofRoute}. */
    int statusOfRoute() {
        RouteAction action = destination.plan().action();
        return action instanceof RouteAction.FixedResponse fixed
                ? fixed.status()
                : ((RouteAction.Redirect) action).status();
    }

    /** The redirect or the fixed response of the route. Only if its action is one of these. */
    ByteBuf ofRoute(RequestHead head, Persistence persistence) {
        String contentType = null;
        byte[] location = null;
        if (destination.plan().action() instanceof RouteAction.FixedResponse fixed) {
            contentType = fixed.contentType();
        } else {
            location = destination.location(head, client.peer());
        }
        Editors editors = loop.editors();
        editors.answers()
                .writeOfRoute(
                        statusOfRoute(),
                        contentType,
                        destination.plan().body(),
                        location,
                        destination.plan().response(),
                        editors.writer(),
                        persistence,
                        bodiless(),
                        id);
        return editors.written(client.allocator());
    }

    /** The same host and target at the port of https. Only if the request says a host. */
    ByteBuf redirectToHttps(RequestHead head, int port, Persistence persistence) {
        byte[] bytes = head.bytes();
        int hostEnd = Authority.hostEnd(bytes, head.hostStart(), head.hostEnd());
        HeadWriter location = new HeadWriter().reset();
        location.put(HTTPS).put(bytes, head.hostStart(), hostEnd);
        if (port != HTTPS_PORT) {
            location.put(':').put(port);
        }
        boolean asterisk = head.pathStart() < head.targetEnd() && bytes[head.pathStart()] == '*';
        if (head.pathStart() == head.targetEnd() || bytes[head.pathStart()] != '/') {
            location.put('/');
        }
        if (!asterisk) {
            location.put(bytes, head.pathStart(), head.targetEnd());
        }
        Editors editors = loop.editors();
        editors.answers()
                .writeOfRoute(
                        PERMANENT_REDIRECT,
                        null,
                        NO_BODY,
                        location.toBytes(),
                        HeadPlan.NONE,
                        editors.writer(),
                        persistence,
                        bodiless(),
                        id);
        return editors.written(client.allocator());
    }

    /** The file that a certificate authority asks for (RFC 8555 section 8.3). */
    ByteBuf toChallenge(byte[] proof, Persistence persistence) {
        Editors editors = loop.editors();
        editors.answers()
                .writeOfRoute(OK, OCTETS, proof, null, HeadPlan.NONE, editors.writer(), persistence, bodiless(), id);
        return editors.written(client.allocator());
    }

    /** OPTIONS or TRACE that may go no further: weldr is the last recipient (RFC 9110 section 7.6.2). */
    ByteBuf asLastRecipient(RequestHead head, Persistence persistence) {
        Editors editors = loop.editors();
        if (request.method() == Method.TRACE) {
            editors.answers().writeTrace(head, editors.writer(), persistence);
        } else {
            editors.answers().writeOptions(editors.writer(), persistence);
        }
        return editors.written(client.allocator());
    }

    private boolean bodiless() {
        return request.method() == Method.HEAD;
    }
}
