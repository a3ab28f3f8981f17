package io.weldr.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.weldr.core.route.RouteAction;
import io.weldr.proxy.edit.Editors;
import io.weldr.proxy.edit.RequestId;
import io.weldr.proxy.edit.ResponseEditor.Persistence;
import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Method;
import io.weldr.proxy.http1.RequestHead;

/**
 * Makes the answers that weldr gives in place of an origin: to a failure, as its route says, or as the last recipient.
 * Sends none of them: each is a buffer that the caller owns. Keeps nothing from one to the next. Confined to the event
 * loop.
 */
final class OwnAnswers {

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
