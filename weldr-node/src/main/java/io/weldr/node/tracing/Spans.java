package io.weldr.node.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.weldr.proxy.trace.ExchangeTrace;
import java.util.ArrayList;
import java.util.List;

/** Makes spans of exchanges, with the attributes that OpenTelemetry's conventions for HTTP name. Any thread. */
final class Spans {

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> METHOD_ORIGINAL = AttributeKey.stringKey("http.request.method_original");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<Long> RESEND_COUNT = AttributeKey.longKey("http.request.resend_count");
    private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
    private static final AttributeKey<String> QUERY = AttributeKey.stringKey("url.query");
    private static final AttributeKey<String> SERVER = AttributeKey.stringKey("server.address");
    private static final AttributeKey<String> CLIENT = AttributeKey.stringKey("client.address");
    private static final AttributeKey<String> VERSION = AttributeKey.stringKey("network.protocol.version");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> LISTENER = AttributeKey.stringKey("weldr.listener");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("weldr.route");
    private static final AttributeKey<String> POOL = AttributeKey.stringKey("weldr.pool");
    private static final AttributeKey<String> ORIGIN = AttributeKey.stringKey("weldr.origin");
    private static final AttributeKey<String> CAUSE = AttributeKey.stringKey("weldr.cause");
    private static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("weldr.request_id");

    private static final long NANOS_A_MILLI = 1_000_000;
    private static final int SERVER_ERROR = 500;
    private static final int CLIENT_ERROR = 400;

    private Spans() {}

    /** One span of the server, and one of a client for each try. */
    static List<SpanData> of(ExchangeTrace trace, Resource resource) {
        long start = trace.startEpochMillis() * NANOS_A_MILLI;
        SpanContext own = context(trace.traceId(), trace.spanId());
        SpanContext parent = trace.parentId().isEmpty()
                ? SpanContext.getInvalid()
                : SpanContext.createFromRemoteParent(
                        trace.traceId(), trace.parentId(), TraceFlags.getSampled(), TraceState.getDefault());
        List<SpanData> spans = new ArrayList<>(1 + trace.tries().size());
        spans.add(new FinishedSpan(
                trace.route.isEmpty() ? method(trace.method) : method(trace.method) + " " + trace.route,
                SpanKind.SERVER,
                own,
                parent,
                trace.status >= SERVER_ERROR || (trace.status == ExchangeTrace.NO_STATUS && !trace.cause.isEmpty())
                        ? StatusData.error()
                        : StatusData.unset(),
                start,
                start + trace.durationNanos,
                attributes(trace),
                resource));
        long resends = 0;
        for (ExchangeTrace.Try each : trace.tries()) {
            spans.add(new FinishedSpan(
                    method(trace.method),
                    SpanKind.CLIENT,
                    context(trace.traceId(), each.spanId()),
                    own,
                    each.status() >= CLIENT_ERROR || !each.cause().isEmpty() ? StatusData.error() : StatusData.unset(),
                    start + each.startNanos(),
                    start + each.endNanos(),
                    attributes(trace, each, resends++),
                    resource));
        }
        return spans;
    }

    private static SpanContext context(String traceId, String spanId) {
        return SpanContext.create(traceId, spanId, TraceFlags.getSampled(), TraceState.getDefault());
    }

    private static Attributes attributes(ExchangeTrace trace) {
        AttributesBuilder all = Attributes.builder();
        putMethod(all, trace.method);
        int query = trace.target.indexOf('?');
        all.put(PATH, query < 0 ? trace.target : trace.target.substring(0, query));
        if (query >= 0) {
            all.put(QUERY, trace.target.substring(query + 1));
        }
        all.put(SCHEME, trace.secure ? "https" : "http");
        putUnlessEmpty(all, SERVER, trace.host);
        all.put(CLIENT, trace.clientAddress);
        all.put(VERSION, trace.version);
        all.put(LISTENER, trace.listener);
        putUnlessEmpty(all, ROUTE, trace.route);
        putUnlessEmpty(all, POOL, trace.pool);
        all.put(REQUEST_ID, trace.requestId);
        putEnd(all, trace.status, trace.cause, SERVER_ERROR);
        return all.build();
    }

    private static Attributes attributes(ExchangeTrace trace, ExchangeTrace.Try each, long resends) {
        AttributesBuilder all = Attributes.builder();
        putMethod(all, trace.method);
        putUnlessEmpty(all, POOL, trace.pool);
        all.put(ORIGIN, each.origin());
        if (resends > 0) {
            all.put(RESEND_COUNT, resends);
        }
        putEnd(all, each.status(), each.cause(), CLIENT_ERROR);
        return all.build();
    }

    /** A method that is made up is no name of a span, and no value to group by. */
    private static String method(String method) {
        return switch (method) {
            case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT" -> method;
            default -> "HTTP";
        };
    }

    private static void putMethod(AttributesBuilder all, String method) {
        boolean known = method(method).equals(method);
        all.put(METHOD, known ? method : "_OTHER");
        if (!known) {
            all.put(METHOD_ORIGINAL, method);
        }
    }

    private static void putEnd(AttributesBuilder all, int status, String cause, int error) {
        if (status != ExchangeTrace.NO_STATUS) {
            all.put(STATUS, (long) status);
        }
        putUnlessEmpty(all, CAUSE, cause);
        if (!cause.isEmpty()) {
            all.put(ERROR, cause);
        } else if (status >= error) {
            all.put(ERROR, Integer.toString(status));
        }
    }

    private static void putUnlessEmpty(AttributesBuilder all, AttributeKey<String> key, String value) {
        if (!value.isEmpty()) {
            all.put(key, value);
        }
    }
}
