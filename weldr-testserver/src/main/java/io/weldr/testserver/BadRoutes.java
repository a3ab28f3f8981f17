package io.weldr.testserver;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponse;
import io.weldr.testserver.Exchange.Framing;

/** Answers that break off, never come, or break the rules. */
final class BadRoutes {
    /** A part of an answer that is sent before the connection breaks: small, so that it leaves in one piece. */
    static final long PART_BYTES_MAX = Content.PERIOD_BYTES;

    private BadRoutes() {}

    static void addTo(Routes routes) {
        routes.add(Routes.GET, "/close-early/{n}", "announces n bytes, sends half, closes", BadRoutes::closeEarly);
        routes.add(Routes.ANY, "/reset", "RST instead of an answer", Exchange::reset);
        routes.add(Routes.ANY, "/reset/{n}", "announces more, sends n bytes, RST", BadRoutes::reset);
        routes.addAtHead(Routes.ANY, "/reset-early", "RST before the body is read", Exchange::reset);
        routes.add(Routes.ANY, "/hang", "never answers", Exchange::hang);
        routes.add(
                Routes.ANY,
                "/odd/{kind}",
                "an answer that must not be trusted, see below",
                exchange -> exchange.raw(GoodRoutes.parse(OddAnswer.class, "kind", exchange.argument(0))
                        .answer()));
    }

    private static void closeEarly(Exchange exchange) {
        half(exchange, exchange.number(0, "n", 2 * PART_BYTES_MAX));
        exchange.cut();
    }

    private static void reset(Exchange exchange) {
        half(exchange, 2 * exchange.number(0, "n", PART_BYTES_MAX) + 1);
        exchange.reset();
    }

    /** Announces so many bytes and sends half of them. */
    private static void half(Exchange exchange, long length) {
        HttpResponse response = exchange.head(200, "application/octet-stream");
        exchange.begin(response, Framing.LENGTH, length);
        long half = length / 2;
        exchange.piece(half == 0 ? Unpooled.EMPTY_BUFFER : Content.piece(0, half));
    }
}
