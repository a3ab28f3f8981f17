package io.weldr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;

/** What one run of the command left behind. */
record Run(int code, String out, String err) {
    static Run of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Weldrctl.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Run(code, out.toString(), err.toString());
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
        assertThat(err).startsWith("weldrctl: ").contains(words);
        return this;
    }

    JsonNode json() {
        try {
            return new ObjectMapper().readTree(out);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + out, e);
        }
    }
}
