package io.weldr.api.http;

import io.vertx.core.http.HttpMethod;
import io.weldr.api.http.Description.Trait;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * {@code /openapi.json}: the API as an OpenAPI document, which is {@code docs/reference/openapi.json}. It is made of the
 * table of operations when weldr is built, and a test fails where the two differ: a running node only sends it. It is
 * for everybody, because nothing of the cluster is in it, and a client reads in it how to get in. Immutable.
 */
final class ApiDocument {
    static final String PATH = "/openapi.json";

    private static final Description DESCRIPTION = Description.read("OpenApi", "This document", Shape.text(Answer.JSON))
            .withoutCall()
            .with(Trait.TAGGED, Trait.REVALIDATED, Trait.IF_MATCH);

    private final String text;
    private final String tag;

    ApiDocument() {
        try (InputStream in = ApiDocument.class.getResourceAsStream(PATH)) {
            if (in == null) {
                throw new IOException("not on the class path: " + PATH);
            }
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        tag = UiFiles.tag(text);
    }

    Resource resource() {
        return new Resource(PATH)
                .open()
                .on(HttpMethod.GET, DESCRIPTION, request -> CompletableFuture.completedFuture(answer(request)));
    }

    private Answer answer(Request request) {
        Answer answer = request.has(tag) ? Answer.empty(304) : Answer.text(200, Answer.JSON, text);
        return answer.with("Cache-Control", "no-cache").tagged(tag);
    }
}
