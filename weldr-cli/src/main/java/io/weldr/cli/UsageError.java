package io.weldr.cli;

import io.weldr.wire.json.Slip;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What is wrong with a command line, in one line: what was found, what was expected or probably meant, and where to
 * read on. picocli would print the whole help.
 */
final class UsageError {
    private UsageError() {}

    static CliException of(ParameterException failure) {
        return of(failure.getCommandLine().getCommandSpec(), line(failure));
    }

    /** The values of that command do not go together. */
    static CliException of(CommandSpec command, String line) {
        return new CliException(ExitCode.USAGE, line + " (see " + command.qualifiedName() + " --help)");
    }

    private static String line(ParameterException failure) {
        if (failure instanceof UnmatchedArgumentException unmatched) {
            return unknown(failure.getCommandLine(), unmatched.getUnmatched().get(0));
        }
        if (failure instanceof MissingParameterException missing) {
            return missing(missing.getMissing().get(0));
        }
        if (failure instanceof OverwrittenOptionException twice) {
            return name(twice.getOverwritten()) + " is given twice (expected: once)";
        }
        ArgSpec argument = failure.getArgSpec();
        if (argument != null && failure.getValue() != null) {
            return name(argument) + ": \"" + failure.getValue() + "\" (expected: " + expected(argument.type()) + ")";
        }
        return String.valueOf(failure.getMessage());
    }

    private static String missing(ArgSpec missing) {
        return missing instanceof OptionSpec
                ? name(missing) + ": the value is missing (expected: " + name(missing) + " " + missing.paramLabel()
                        + ")"
                : name(missing) + " is missing";
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(word -> word.toString().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(" or "));
        }
        if (type == boolean.class) {
            return "no value";
        }
        return "a whole number from 0 to " + (type == Integer.class ? Integer.MAX_VALUE : Long.MAX_VALUE);
    }

    /** The command has no command or option, or no place for an argument, of that name. */
    static String unknown(CommandLine command, String word) {
        CommandSpec spec = command.getCommandSpec();
        boolean option = word.startsWith("-");
        if (!option && spec.subcommands().isEmpty()) {
            return "\"" + word + "\" is one argument too many";
        }
        String name = option && word.indexOf('=') > 0 ? word.substring(0, word.indexOf('=')) : word;
        Collection<String> known =
                option ? spec.optionsMap().keySet() : spec.subcommands().keySet();
        String meant = Slip.nearest(name, known);
        return "there is no " + (option ? "option" : "command") + " \"" + name + "\""
                + (meant == null ? "" : "; did you mean " + meant + "?");
    }
}
