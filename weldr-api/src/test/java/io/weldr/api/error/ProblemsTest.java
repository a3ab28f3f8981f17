package io.weldr.api.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.GatewayException;
import io.weldr.core.state.Outcome.Refusal;
import io.weldr.core.state.Outcome.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of failures: programs rely on every line. */
class ProblemsTest {
    @Test
    void theReferenceListsEveryTypeWithItsStatus() throws IOException {
        List<String> documented = Files.readString(Path.of("..", "docs", "reference", "problems.md"))
                .lines()
                .filter(line -> line.matches("\\| `[a-z-]+` \\| \\d{3} \\| .*"))
                .map(line -> line.replaceAll("^(\\| [^|]+ \\| [^|]+ \\| [^|]+ \\|).*", "$1"))
                .toList();
        List<String> declared = Arrays.stream(ProblemType.values())
                .map(type -> "| `" + type.slug() + "` | " + type.httpStatus() + " | " + type.grpcCode() + " |")
                .toList();
        assertThat(documented).isEqualTo(declared);
    }

    @ParameterizedTest
    @CsvSource({
        "NO_SUCH_POOL,no-such-pool,404,NOT_FOUND",
        "NO_SUCH_ORIGIN,no-such-origin,404,NOT_FOUND",
        "NO_SUCH_MEMBER,no-such-member,404,NOT_FOUND",
        "NO_SUCH_LISTENER,no-such-listener,404,NOT_FOUND",
        "NO_SUCH_ROUTE,no-such-route,404,NOT_FOUND",
        "NO_SUCH_CERTIFICATE,no-such-certificate,404,NOT_FOUND",
        "NO_SUCH_TOKEN,no-such-token,404,NOT_FOUND",
        "REVOKED,unauthenticated,401,UNAUTHENTICATED",
        "IN_USE,in-use,409,FAILED_PRECONDITION",
        "CHECKED_TOO_EARLY,conflict,409,ABORTED",
        "ALREADY_EXISTS,already-exists,409,ALREADY_EXISTS",
        "PRECONDITION_FAILED,precondition-failed,412,ABORTED",
        "LIMIT_EXCEEDED,limit-exceeded,409,RESOURCE_EXHAUSTED",
        "INVALID,invalid-together,422,INVALID_ARGUMENT"
    })
    void refusals(Refusal refusal, String slug, int http, String grpc) {
        check(Problems.of(new Refused(refusal, "a is b (expected: c)")), slug, http, grpc);
    }

    @ParameterizedTest
    @CsvSource({
        "NO_LEADER,no-leader,503,UNAVAILABLE",
        "UNKNOWN_OUTCOME,unknown-outcome,504,DEADLINE_EXCEEDED",
        "OVERLOADED,overloaded,503,RESOURCE_EXHAUSTED",
        "TOO_LARGE,body-too-large,413,RESOURCE_EXHAUSTED",
        "OWN_ADDRESS,own-address,409,FAILED_PRECONDITION",
        "ROUTES,route-checks,422,FAILED_PRECONDITION",
        "NEEDS_SECRET,needs-secret,409,FAILED_PRECONDITION",
        "UNAVAILABLE,unavailable,503,UNAVAILABLE"
    })
    void failuresOfTheGateway(GatewayException.Kind kind, String slug, int http, String grpc) {
        Problem problem = Problems.of(new CompletionException(new GatewayException(kind, "why")));
        check(problem, slug, http, grpc);
        assertThat(problem.detail()).contains("why");
        boolean unknown = kind == GatewayException.Kind.UNKNOWN_OUTCOME;
        assertThat(problem.detail().contains("nothing was done")).isEqualTo(!unknown);
    }

    private static void check(Problem problem, String slug, int http, String grpc) {
        assertThat(problem.type().slug()).isEqualTo(slug);
        assertThat(problem.type().httpStatus()).isEqualTo(http);
        assertThat(problem.type().grpcCode()).hasToString(grpc);
        assertThat(problem.found()).isNotEmpty();
        assertThat(problem.expected()).isNotEmpty();
    }

    @Test
    void aLineIsTakenApartWhereItSaysWhatWasExpected() {
        Problem problem = Problem.ofLine(ProblemType.INVALID_VALUE, "weight: 7 (expected: between 0 and 5)", "x");
        assertThat(problem.found()).isEqualTo("weight: 7");
        assertThat(problem.expected()).isEqualTo("between 0 and 5");
        assertThat(Problem.ofLine(ProblemType.INVALID_VALUE, "plain", "x").expected())
                .isEqualTo("x");
    }

    @Test
    void whatNobodyForesawSaysNoMoreThanThat() {
        Problem problem = Problems.of(new IllegalStateException("secret of the house"));
        assertThat(problem.type()).isEqualTo(ProblemType.INTERNAL);
        assertThat(problem.toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @EnumSource(ProblemType.class)
    void namesAreWordsAndStandForOneThing(ProblemType type) {
        assertThat(type.slug()).matches("[a-z]+(-[a-z]+)*");
        assertThat(type.httpStatus()).isBetween(400, 599);
        assertThat(Arrays.stream(ProblemType.values())
                        .filter(other -> other.slug().equals(type.slug())))
                .hasSize(1);
    }
}
