package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/** What one run of the command left behind. */
record Run(int code, String out, String err) {
    static Run of(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Run run = into(out, args);
        return new Run(run.code(), out.toString(StandardCharsets.UTF_8), run.err());
    }

    /** The same, with a standard output of the test's. */
    static Run into(OutputStream out, String... args) {
        StringWriter err = new StringWriter();
        int code = Weldrctl.run(out, new PrintWriter(err), args);
        return new Run(code, "", err.toString());
    }

    Run done() {
        assertThat(code).as(err).isZero();
        assertThat(err).isEmpty();
        return this;
    }

    /** It ended with that code and one line that holds those words. */
    Run failed(ExitCode expected, String... words) {
        assertThat(code).as(out + err).isEqualTo(expected.code());
        assertThat(err.lines()).hasSize(1);
        assertThat(err).startsWith("weldrctl: ");
        for (String word : words) {
            assertThat(err).contains(word);
        }
        return this;
    }

    JsonNode json() {
        return json(out);
    }

    /** The error of a run with {@code -o json}: one object on one line. */
    JsonNode jsonError(ExitCode expected) {
        assertThat(code).as(err).isEqualTo(expected.code());
        assertThat(err.lines()).as(err).hasSize(1);
        JsonNode error = json(err);
        assertThat(error.path("exitCode").asInt()).isEqualTo(expected.code());
        return error;
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }
}
