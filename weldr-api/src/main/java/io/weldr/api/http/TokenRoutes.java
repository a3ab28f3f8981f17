package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.weldr.api.admin.Tokens;
import io.weldr.api.error.ProblemType;
import io.weldr.api.http.Description.Trait;
import io.weldr.api.json.TokenAnswers;
import io.weldr.api.json.TokenAnswers.RemovedToken;
import io.weldr.api.json.TokenAnswers.TokenEntry;
import io.weldr.api.json.TokenAnswers.TokenList;
import io.weldr.api.json.TokenBodies;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import io.weldr.core.token.TokenName;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** {@code /v1/tokens}, for administrators alone: who may do what is nobody else's business. */
final class TokenRoutes {
    private static final Description LIST = Description.read("ListTokens", "All tokens", Shape.json(TokenList.class));
    private static final Description GET = Description.read(
                    "GetToken", "One token, without what a client shows", Shape.json(TokenEntry.class))
            .with(Trait.TAGGED, Trait.IF_MATCH)
            .refuses(ProblemType.NO_SUCH_TOKEN);
    private static final Description CREATE = Description.write(
                    "CreateToken",
                    "Create a token. The answer alone has what a client shows",
                    Shape.Body.NEW_TOKEN,
                    Shape.json(TokenEntry.class))
            .creates(true)
            .with(Trait.TAGGED, Trait.LOCATED)
            .refuses(ProblemType.ALREADY_EXISTS, ProblemType.NO_SUCH_POOL, ProblemType.INVALID_TOGETHER);
    private static final Description DELETE = Description.write(
                    "DeleteToken", "Remove a token", null, Shape.json(RemovedToken.class))
            .with(Trait.IF_MATCH)
            .refuses(ProblemType.NO_SUCH_TOKEN);

    private final Tokens tokens;

    TokenRoutes(Tokens tokens) {
        this.tokens = tokens;
    }

    List<Resource> resources() {
        return List.of(
                new Resource(TokenAnswers.PATH)
                        .on(HttpMethod.GET, Role.ADMIN, LIST, this::list, "consistency")
                        .on(HttpMethod.POST, CREATE, this::create, "wait"),
                new Resource(TokenAnswers.PATH + "/:token")
                        .on(HttpMethod.GET, Role.ADMIN, GET, this::get, "consistency")
                        .on(HttpMethod.DELETE, DELETE, this::remove, "wait"));
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
