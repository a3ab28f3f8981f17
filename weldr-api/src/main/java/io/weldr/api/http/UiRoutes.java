package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.weldr.api.auth.Authenticator;
import io.weldr.api.auth.Sessions;
import io.weldr.api.error.Problem;
import io.weldr.api.error.ProblemType;
import io.weldr.api.http.Description.Trait;
import io.weldr.api.http.UiFiles.UiFile;
import io.weldr.api.json.SessionAnswer;
import io.weldr.core.port.StatusSource;
import io.weldr.core.token.Role;
import io.weldr.core.token.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The dashboard, {@code /ui/}. Its files are for everybody, because nothing of the cluster is in them, and somebody who
 * has not signed in yet has to see where. All that they show comes from the API, which asks for a credential as always.
 */
final class UiRoutes {
    private static final Description SESSION = Description.read(
                    "GetSession", "Who asks, and what they may do", Shape.json(SessionAnswer.class))
            .withoutCall();
    private static final Description SIGN_IN = Description.read(
                    "SignIn", "Begin a session in place of the token in Authorization", Shape.json(SessionAnswer.class))
            .withoutCall()
            .with(Trait.COOKIE)
            .refuses(ProblemType.CROSS_SITE, ProblemType.BODY_TOO_LARGE, ProblemType.REQUEST_TIMEOUT);
    private static final Description SIGN_OUT = Description.read("SignOut", "End the session", Shape.NOTHING)
            .only(204, Shape.NOTHING)
            .withoutCall()
            .with(Trait.COOKIE)
            .refuses(ProblemType.CROSS_SITE);

    private final UiFiles files = UiFiles.load();
    private final Authenticator authenticator;
    private final Sessions sessions;
    private final StatusSource status;
    private final String version;

    UiRoutes(Authenticator authenticator, Sessions sessions, StatusSource status, String version) {
        this.authenticator = authenticator;
        this.sessions = sessions;
        this.status = status;
        this.version = version;
    }

    List<Resource> resources() {
        List<Resource> all = new ArrayList<>();
        all.add(file("/ui", files.all().get(0)));
        files.all().forEach(each -> all.add(file(each.path(), each)));
        all.add(new Resource(SessionAnswer.PATH)
                .on(HttpMethod.GET, SESSION, this::session)
                .on(HttpMethod.POST, Role.VIEWER, SIGN_IN, this::signIn)
                .on(HttpMethod.DELETE, Role.VIEWER, SIGN_OUT, this::signOut));
        return all;
    }

    private Resource file(String path, UiFile file) {
        return new Resource(path).file(request -> done(answer(file, request)));
    }

    private Answer answer(UiFile file, Request request) {
        if (file.path().equals(UiFiles.ROOT) && !request.path().endsWith("/")) {
            // Without the slash, relative names in the page would be of another folder.
            return guarded(Answer.empty(308).with("Location", UiFiles.ROOT));
        }
        Answer answer = request.has(file.tag()) ? Answer.empty(304) : Answer.text(200, file.contentType(), file.text());
        return guarded(answer).with("Cache-Control", "no-cache").tagged(file.tag());
    }

    private Answer guarded(Answer answer) {
        return answer.with("Content-Security-Policy", files.contentSecurityPolicy())
                .with("Referrer-Policy", "no-referrer")
                .with("Cross-Origin-Opener-Policy", "same-origin")
                .with("Cross-Origin-Resource-Policy", "same-origin");
    }

    private CompletionStage<Answer> session(Request request) {
        return done(Answer.ok(SessionAnswer.of(status.status().self(), version, request.caller())));
    }

    /** Whoever shows a token in {@code Authorization} gets a session in its place, which a script cannot read. */
    private CompletionStage<Answer> signIn(Request request) {
        Token token = authenticator.shownToken(request.caller());
        if (token == null) {
            throw Problem.of(ProblemType.BAD_REQUEST, "a sign-in without a token", "Authorization: Bearer and a token")
                    .exception();
        }
        return done(Answer.ok(SessionAnswer.of(status.status().self(), version, request.caller()))
                .with("Set-Cookie", sessions.begin(token)));
    }

    private CompletionStage<Answer> signOut(Request request) {
        return done(Answer.empty(204).with("Set-Cookie", Sessions.end()));
    }

    private static CompletionStage<Answer> done(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
