package io.weldr.api.http;

import static io.weldr.api.error.ProblemType.BODY_TOO_LARGE;
import static io.weldr.api.error.ProblemType.CLUSTER_VERSION;
import static io.weldr.api.error.ProblemType.CROSS_SITE;
import static io.weldr.api.error.ProblemType.LIMIT_EXCEEDED;
import static io.weldr.api.error.ProblemType.MALFORMED_BODY;
import static io.weldr.api.error.ProblemType.NO_LEADER;
import static io.weldr.api.error.ProblemType.OVERLOADED;
import static io.weldr.api.error.ProblemType.PRECONDITION_FAILED;
import static io.weldr.api.error.ProblemType.REQUEST_TIMEOUT;
import static io.weldr.api.error.ProblemType.UNAVAILABLE;
import static io.weldr.api.error.ProblemType.UNKNOWN_OUTCOME;

import io.weldr.api.error.ProblemType;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an operation is, takes and answers. {@code docs/reference/openapi.json} is made of these, and a test compares
 * them with the calls of the gRPC API. Path, method, role and parameters are said by the {@link Resource} itself.
 * Immutable.
 *
 * @param id unique among all operations, in the form of a gRPC call: {@code ListPools}
 * @param call the gRPC call that does the same; null: there is none
 * @param summary one line for people
 * @param body what the request carries; null: nothing
 * @param answers by status
 * @param traits header fields that it knows
 * @param problems that it may answer, beside those of every operation
 */
record Description(
        String id,
        @Nullable String call,
        String summary,
        @Nullable Shape body,
        SortedMap<Integer, Shape> answers,
        Set<Trait> traits,
        Set<ProblemType> problems) {

    /** Header fields of requests and answers. */
    enum Trait {
        /** The answer has an {@code ETag}. */
        TAGGED,
        /** {@code If-None-Match} is answered 304 while nothing has changed. */
        REVALIDATED,
        /** {@code If-Match} is a condition. */
        IF_MATCH,
        /** {@code If-None-Match: *} is a condition. */
        IF_NEW,
        /** {@code Idempotency-Key} names the write. */
        IDEMPOTENT,
        /** {@code Weldr-Reason} says why. */
        REASON,
        /** 201 has a {@code Location}. */
        LOCATED,
        /** {@code Weldr-Missing} names members that did not answer. */
        MISSING,
        /** {@code Last-Event-ID} says where to go on. */
        LAST_EVENT,
        /** {@code Weldr-Revision} and {@code Weldr-Applied-Index} say of which state the answer is. */
        OF_REVISION,
        /** {@code Set-Cookie} begins or ends a session. */
        COOKIE
    }

    /** What may happen to every write. */
    private static final List<ProblemType> OF_WRITES = List.of(
            MALFORMED_BODY,
            CROSS_SITE,
            REQUEST_TIMEOUT,
            BODY_TOO_LARGE,
            CLUSTER_VERSION,
            LIMIT_EXCEEDED,
            NO_LEADER,
            OVERLOADED,
            UNAVAILABLE,
            UNKNOWN_OUTCOME);

    Description {
        answers = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(answers));
        traits = Set.copyOf(traits);
        problems = Set.copyOf(problems);
    }

    /** A read. */
    static Description read(String id, String summary, Shape answer) {
        return new Description(id, id, summary, null, new TreeMap<>(Map.of(200, answer)), Set.of(), Set.of());
    }

    /** A write to the log. {@code body} null: it has none. */
    static Description write(String id, String summary, @Nullable Shape body, Shape answer) {
        return new Description(
                id,
                id,
                summary,
                body,
                new TreeMap<>(Map.of(200, answer)),
                Set.of(Trait.IDEMPOTENT, Trait.REASON),
                Set.copyOf(OF_WRITES));
    }

    /** A change of the members, or of who leads: not kept by an idempotency key. */
    static Description membership(String id, String summary, @Nullable Shape body, Shape answer) {
        Description write = write(id, summary, body, answer);
        return new Description(id, id, summary, body, write.answers, Set.of(Trait.REASON), write.problems);
    }

    /** The same operation at another path. */
    Description as(String otherId, String otherSummary) {
        return new Description(otherId, call, otherSummary, body, answers, traits, problems);
    }

    /** Done by that call of the gRPC API, which has another name. */
    Description call(String other) {
        return new Description(id, other, summary, body, answers, traits, problems);
    }

    /** The gRPC API has no such call. */
    Description withoutCall() {
        return new Description(id, null, summary, body, answers, traits, problems);
    }

    /** 201 if something new is there; {@code always} or else 200. */
    Description creates(boolean always) {
        SortedMap<Integer, Shape> more = new TreeMap<>(answers);
        Shape answer = more.get(200);
        more.put(201, answer == null ? Shape.NOTHING : answer);
        if (always) {
            more.remove(200);
        }
        return new Description(id, call, summary, body, more, traits, problems);
    }

    /** Answers with that status and nothing else, if all goes well. */
    Description only(int status, Shape answer) {
        return new Description(id, call, summary, body, new TreeMap<>(Map.of(status, answer)), traits, problems);
    }

    /** With header fields. Those of a condition bring the problem of one that does not hold. */
    Description with(Trait... more) {
        Set<Trait> all = EnumSet.copyOf(List.of(more));
        all.addAll(traits);
        Description described = new Description(id, call, summary, body, answers, all, problems);
        boolean conditional = all.contains(Trait.IF_MATCH) || all.contains(Trait.IF_NEW);
        return conditional ? described.refuses(PRECONDITION_FAILED) : described;
    }

    /** May answer these, too. */
    Description refuses(ProblemType... more) {
        Set<ProblemType> all = EnumSet.copyOf(List.of(more));
        all.addAll(problems);
        return new Description(id, call, summary, body, answers, traits, all);
    }
}
