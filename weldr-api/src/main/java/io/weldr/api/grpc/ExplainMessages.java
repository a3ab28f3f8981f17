package io.weldr.api.grpc;

import io.weldr.api.admin.Explained;
import io.weldr.core.listener.ListenerName;
import io.weldr.core.route.HeaderEdits;
import io.weldr.core.route.RouteTest.SampleRequest;
import io.weldr.proto.admin.v1.ExplainReply;
import io.weldr.proto.admin.v1.ExplainRequest;
import io.weldr.proto.resource.v1.HeaderValue;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What {@code Explain} is asked and answers. Pure. */
final class ExplainMessages {
    private ExplainMessages() {}

    static SampleRequest request(ExplainRequest message) {
        return Wire.valid(() -> new SampleRequest(
                message.getMethod().isEmpty() ? "GET" : message.getMethod(),
                message.getUrl(),
                message.getHeadersList().stream()
                        .map(field -> new HeaderEdits.HeaderValue(field.getName(), field.getValue()))
                        .toList(),
                Wire.textOrNull(message.getClient())));
    }

    static @Nullable ListenerName listener(ExplainRequest message) {
        return message.getListener().isEmpty() ? null : Wire.valid(() -> new ListenerName(message.getListener()));
    }

    static ExplainReply reply(Explained explained, @Nullable Duration age) {
        ExplainReply.Builder reply = ExplainReply.newBuilder()
                .setAction(
                        switch (explained.action()) {
                            case FORWARD -> ExplainReply.Action.ACTION_FORWARD;
                            case REDIRECT -> ExplainReply.Action.ACTION_REDIRECT;
                            case RESPOND -> ExplainReply.Action.ACTION_RESPOND;
                            case REFUSE -> ExplainReply.Action.ACTION_REFUSE;
                            case NOT_FOUND -> ExplainReply.Action.ACTION_NOT_FOUND;
                        })
                .setRoute(orEmpty(explained.route()))
                .setRefusal(orEmpty(explained.refusal()))
                .setLocation(orEmpty(explained.location()))
                .setResponseHeaders(explained.responseHeaders())
                .setListener(explained.listener())
                .setHost(explained.host())
                .setPath(explained.path())
                .setAmbiguousPath(explained.ambiguousPath())
                .setLeft(explained.left())
                .setRevision(explained.revision());
        if (age != null) {
            reply.setAge(Wire.duration(age));
        }
        Integer match = explained.match();
        if (match != null) {
            reply.setMatch(match);
        }
        Integer status = explained.status();
        if (status != null) {
            reply.setStatus(status);
        }
        Explained.Sent sent = explained.sent();
        if (sent != null) {
            ExplainReply.Sent.Builder message = ExplainReply.Sent.newBuilder()
                    .setTarget(sent.target())
                    .setHost(orEmpty(sent.host()))
                    .setHeaders(sent.headers())
                    .setOrigin(orEmpty(sent.origin()))
                    .setRefused(orEmpty(sent.refused()));
            sent.fields()
                    .forEach(field -> message.addFields(
                            HeaderValue.newBuilder().setName(field.name()).setValue(field.value())));
            reply.setSent(message);
        }
        explained.pools().forEach(pool -> reply.addPools(pool(pool)));
        explained
                .considered()
                .forEach(each -> reply.addConsidered(ExplainReply.Considered.newBuilder()
                        .setRoute(each.route())
                        .setMatch(each.match())
                        .setMatches(each.matches())
                        .setLost(orEmpty(each.lost()))));
        return reply.build();
    }

    private static ExplainReply.PoolChoice pool(Explained.PoolChoice pool) {
        ExplainReply.PoolChoice.Builder message =
                ExplainReply.PoolChoice.newBuilder().setPool(pool.pool()).setWeight(pool.weight());
        pool.origins()
                .forEach(origin -> message.addOrigins(ExplainReply.OriginChoice.newBuilder()
                        .setId(origin.id())
                        .setUrl(origin.url())
                        .setState(origin.state())
                        .setWeight(origin.weight())
                        .setPriority(origin.priority())));
        return message.build();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
