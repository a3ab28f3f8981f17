package io.weldr.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.proxy.http.Failure;
import io.weldr.proxy.http.Failure.Retry;
import io.weldr.proxy.tls.HandshakeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The reference of the metrics says of every cause of failure what the code says. */
class DocumentsTest {
    private static final Path METRICS = Path.of("..", "docs", "reference", "metrics.md");
    private static final String SECTION = "## Causes";

    @Test
    void theReferenceHasEveryCauseOfFailureAndNoOther() throws IOException {
        List<String> declared =
                Arrays.stream(Failure.values()).map(DocumentsTest::row).toList();
        assertThat(documented()).containsExactlyElementsOf(declared);
    }

    @Test
    void theReferenceHasEveryCauseOfAFailedHandshakeAndNoOther() throws IOException {
        List<String> causes = Files.readAllLines(METRICS).stream()
                .dropWhile(line -> !line.equals("## Handshakes with clients"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.matches("\\| `\\w+` \\|.*") && !line.startsWith("| `cause` |"))
                .map(line -> line.substring(3, line.indexOf('`', 3)))
                .toList();
        assertThat(causes)
                .containsExactlyElementsOf(Arrays.stream(HandshakeFailure.values())
                        .map(HandshakeFailure::cause)
                        .toList());
    }

    /** The rows of the table of causes, in the order of the page. */
    private static List<String> documented() throws IOException {
        return Files.readAllLines(METRICS).stream()
                .dropWhile(line -> !line.equals(SECTION))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.matches("\\| `\\w+` \\|.*") && !line.startsWith("| `cause` |"))
                .toList();
    }

    /** A cause as the table has it: cause, phase, side, status, tried again, meaning. */
    private static String row(Failure failure) {
        String status = failure.status() == 0 ? "-" : String.valueOf(failure.status());
        return "| `" + failure.cause() + "` | `" + word(failure.stage()) + "` | `" + word(failure.side()) + "` | "
                + status + " | " + triedAgain(failure.retry()) + " | " + failure.detail() + " |";
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String triedAgain(Retry retry) {
        return switch (retry) {
            case NEVER -> "no";
            case IDEMPOTENT_ONLY -> "idempotent methods";
            case ANY_METHOD -> "every method";
        };
    }
}
