package io.weldr.cli;

import io.weldr.trust.SecretClient;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weldrctl secret ca}. */
@Command(description = "Derives files from the secret of the cluster, without asking a node.")
final class SecretCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run()
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "ca is missing");
    }

    /** {@code secret ca}. */
    @Command(
            header = "Prints the authority of the cluster as PEM, for --ca-file of clients that have a token.",
            description = "Needs --secret-file. The output contains no secret.")
    static final class Ca implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run()
        private CommandSpec spec;

        @Override
        public void run() {
            String file = ((Weldrctl) spec.root().userObject()).secretFile();
            if (file == null) {
                throw UsageError.of(spec, "--secret-file is missing");
            }
            spec.commandLine().getOut().print(SecretClient.authorities(ClientTls.secret(file), new SecureRandom()));
            spec.commandLine().getOut().flush();
        }
    }
}
