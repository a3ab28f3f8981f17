package io.weldr.api.http;

import com.google.protobuf.Message;
import io.vertx.core.http.HttpMethod;
import io.weldr.api.admin.Admin;
import io.weldr.api.admin.ResourceEntry;
import io.weldr.api.admin.ResourceKind;
import io.weldr.api.admin.ResourceWritten;
import io.weldr.api.admin.View;
import io.weldr.api.admin.WriteOptions;
import io.weldr.api.error.ProblemType;
import io.weldr.api.http.Description.Trait;
import io.weldr.api.json.ResourceAnswers;
import io.weldr.api.json.ResourceBodies;
import io.weldr.core.state.Condition;
import io.weldr.core.state.Outcome.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * {@code /v1/pools}, {@code /v1/listeners}, {@code /v1/routes} and {@code /v1/certificates}: two resources for every
 * row of {@link ResourceKind}.
 */
final class ResourceRoutes {
    private final Admin admin;

    ResourceRoutes(Admin admin) {
        this.admin = admin;
    }

    List<Resource> resources() {
        List<Resource> resources = new ArrayList<>();
        for (ResourceKind<?, ?> kind : ResourceKind.ALL) {
            String path = ResourceAnswers.path(kind);
            resources.add(new Resource(path)
                    .on(HttpMethod.GET, list(kind), request -> list(kind, request), "consistency")
                    .on(HttpMethod.POST, create(kind), request -> create(kind, request), "wait"));
            resources.add(new Resource(path + "/:" + kind.singular())
                    .on(HttpMethod.GET, get(kind), request -> get(kind, request), "consistency")
                    .on(HttpMethod.PUT, replace(kind), request -> replace(kind, request), "wait")
                    .on(HttpMethod.PATCH, update(kind), request -> update(kind, request), "wait")
                    .on(HttpMethod.DELETE, delete(kind), request -> remove(kind, request), "wait"));
        }
        return resources;
    }

    private static Description list(ResourceKind<?, ?> kind) {
        Description list = Description.read("List" + capital(kind.plural()), "All " + kind.plural(), Shape.list(kind));
        return kind.asksMembers() ? list : list.with(Trait.TAGGED, Trait.REVALIDATED, Trait.IF_MATCH);
    }

    private static Description get(ResourceKind<?, ?> kind) {
        return Description.read("Get" + capital(kind.singular()), "One " + kind.singular(), Shape.one(kind))
                .with(Trait.TAGGED, Trait.IF_MATCH)
                .refuses(kind.absent());
    }

    private static Description create(ResourceKind<?, ?> kind) {
        return write(kind, "Create", "Create a " + kind.singular(), Shape.one(kind))
                .creates(false)
                .with(Trait.LOCATED, Trait.IF_NEW);
    }

    private static Description replace(ResourceKind<?, ?> kind) {
        return write(
                        kind,
                        "Replace",
                        "Create a " + kind.singular() + ", or replace all of it, with defaults for what the body lacks",
                        Shape.one(kind))
                .creates(false)
                .call("Update" + capital(kind.singular()))
                .with(Trait.LOCATED, Trait.IF_MATCH, Trait.IF_NEW);
    }

    private static Description update(ResourceKind<?, ?> kind) {
        return write(kind, "Update", "Change a part of a " + kind.singular(), Shape.patch(kind))
                .with(Trait.IF_MATCH);
    }

    private static Description write(ResourceKind<?, ?> kind, String verb, String summary, Shape body) {
        Description write = Description.write(verb + capital(kind.singular()), summary, body, Shape.one(kind))
                .with(Trait.TAGGED)
                .refuses(
                        kind.absent(),
                        ProblemType.ALREADY_EXISTS, // another listener has the address
                        ProblemType.CONFLICT,
                        ProblemType.INVALID_TOGETHER);
        return kind.equals(ResourceKind.CERTIFICATE)
                ? write.refuses(ProblemType.NEEDS_SECRET)
                : write.refuses(
                        ProblemType.ROUTE_CHECKS,
                        ProblemType.NO_SUCH_POOL,
                        ProblemType.NO_SUCH_LISTENER,
                        ProblemType.NO_SUCH_CERTIFICATE,
                        ProblemType.NEEDS_SECRET);
    }

    private static Description delete(ResourceKind<?, ?> kind) {
        return Description.write(
                        "Delete" + capital(kind.singular()), "Remove a " + kind.singular(), null, Shape.removed(kind))
                .with(Trait.IF_MATCH)
                .refuses(
                        kind.absent(),
                        ProblemType.IN_USE,
                        ProblemType.CONFLICT,
                        ProblemType.ROUTE_CHECKS,
                        ProblemType.INVALID_TOGETHER);
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    private CompletionStage<Answer> list(ResourceKind<?, ?> kind, Request request) {
        return admin.resources().list(kind, request.consistency()).thenApply(read -> {
            View view = read.view();
            String tag = Pages.tag(view.state().revision());
            // What members make of listeners and certificates changes without a revision.
            boolean tagged = !kind.asksMembers();
            if (tagged && !view.stale() && request.has(tag)) {
                return Answer.empty(304).tagged(tag);
            }
            Answer answer = Answer.ok(
                    ResourceAnswers.list(kind, read.found(), view.state().revision(), Pages.staleness(view)));
            return tagged ? answer.tagged(tag) : answer;
        });
    }

    /**
     * As with origins, the tag is for {@code If-Match}, and not to say that nothing has changed: the number of a pool's
     * origins may have, or what members have made of a listener or a certificate.
     */
    private CompletionStage<Answer> get(ResourceKind<?, ?> kind, Request request) {
        String name = name(kind, request);
        return admin.resources().get(kind, name, request.consistency()).thenApply(read -> {
            ResourceEntry entry = read.found();
            return Answer.ok(ResourceAnswers.one(entry, Pages.staleness(read.view())))
                    .tagged(Pages.tag(entry.stamp().modified()));
        });
    }

    private CompletionStage<Answer> create(ResourceKind<?, ?> kind, Request request) {
        Message wish = ResourceBodies.created(kind, request.body());
        return admin.resources()
                .create(kind, wish, request.mustBeNew(), request.unconditional())
                .thenApply(ResourceRoutes::written);
    }

    private CompletionStage<Answer> replace(ResourceKind<?, ?> kind, Request request) {
        Message wish = ResourceBodies.whole(kind, name(kind, request), request.body());
        Condition condition =
                request.mustBeNew() ? Condition.ABSENT : request.ifMatchAny() ? Condition.PRESENT : Condition.NONE;
        WriteOptions options = request.mustBeNew() ? request.unconditional() : request.ifRevision();
        return admin.resources().replace(kind, wish, condition, options).thenApply(ResourceRoutes::written);
    }

    private CompletionStage<Answer> update(ResourceKind<?, ?> kind, Request request) {
        String name = name(kind, request);
        UnaryOperator<Message> edit = ResourceBodies.patch(kind, name, request.body());
        return admin.resources().update(kind, name, edit, request.ifRevision()).thenApply(ResourceRoutes::written);
    }

    private CompletionStage<Answer> remove(ResourceKind<?, ?> kind, Request request) {
        return admin.resources()
                .remove(kind, name(kind, request), request.ifRevision())
                .thenApply(done -> Answer.ok(ResourceAnswers.removed(done)));
    }

    /** The name in the path, which is refused if it can be none. */
    private static String name(ResourceKind<?, ?> kind, Request request) {
        return String.valueOf(kind.parse(request.pathParameter(kind.singular())));
    }

    private static Answer written(ResourceWritten done) {
        boolean created = done.written().effect() == Effect.CREATED;
        Answer answer = Answer.json(created ? 201 : 200, ResourceAnswers.written(done))
                .tagged(Pages.tag(done.entry().stamp().modified()));
        return created ? answer.with("Location", ResourceAnswers.path(done.entry())) : answer;
    }
}
