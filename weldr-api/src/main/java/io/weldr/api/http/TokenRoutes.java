package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.weldr.api.admin.Tokens;
import io.weldr.api.json.TokenAnswers;
import io.weldr.api.json.TokenBodies;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** {@code /v1/tokens}, for administrators alone: who may do what is nobody else's business. */
final class TokenRoutes {
    private final Tokens tokens;

    TokenRoutes(Tokens tokens) {
        this.tokens = tokens;
    }

    List<Resource> resources() {
        return List.of(
                new Resource(TokenAnswers.PATH)
                        .on(HttpMethod.GET, Role.ADMIN, this::list, "consistency")
                        .on(HttpMethod.POST, this::create, "wait"),
                new Resource(TokenAnswers.PATH + "/:token")
                        .on(HttpMethod.GET, Role.ADMIN, this::get, "consistency")
                        .on(HttpMethod.DELETE, this::remove, "wait"));
    }

    private CompletionStage<Answer> list(Request request) {
        return tokens.list(request.consistency())
                .thenApply(read -> Answer.ok(TokenAnswers.list(
                        read.tokens(), read.view().state().revision(), Pages.staleness(read.view()))));
    }

    private CompletionStage<Answer> get(Request request) {
        return tokens.get(request.tokenName(), request.consistency()).thenApply(read -> {
            Token token = read.tokens().get(0);
            return Answer.ok(TokenAnswers.one(token, Pages.staleness(read.view())))
                    .tagged(Pages.tag(token.stamp().modified()));
        });
    }

    private CompletionStage<Answer> create(Request request) {
        return tokens.create(TokenBodies.created(request.body()), request.unconditional())
                .thenApply(made -> Answer.json(201, TokenAnswers.made(made))
                        .tagged(Pages.tag(made.token().stamp().modified()))
                        .with("Location", TokenAnswers.path(made.token().name())));
    }

    private CompletionStage<Answer> remove(Request request) {
        TokenName name = request.tokenName();
        return tokens.remove(name, request.ifRevision())
                .thenApply(written -> Answer.ok(TokenAnswers.removed(name, written)));
    }
}
