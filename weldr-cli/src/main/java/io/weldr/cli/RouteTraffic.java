package io.weldr.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long requests of a route may take, when they are tried again, and how many may come. */
final class RouteTraffic implements ResourceOptions {
    @Option(names = "--request-timeout", paramLabel = "TIME", description = "Longest time of the whole exchange")
    private @Nullable String requestTimeout;

    @Option(
            names = "--response-head-timeout",
            paramLabel = "TIME",
            description = "Longest time from the end of the request to the head of the response")
    private @Nullable String responseHeadTimeout;

    @Option(names = "--tries-max", paramLabel = "N", description = "Largest number of attempts for a request")
    private @Nullable Integer triesMax;

    @Option(
            names = "--retry-on",
            paramLabel = "CODES",
            description = "Statuses to retry at another origin, such as 502-504")
    private @Nullable String retryOn;

    @Option(names = "--rate", paramLabel = "N[/TIME]", description = "Requests in each period, such as 10/1s")
    private @Nullable String rate;

    @Option(names = "--rate-burst", paramLabel = "N", description = "Largest burst of requests. Default: as --rate")
    private @Nullable Integer burst;

    @Option(names = "--rate-key", paramLabel = "KEY", description = "Count by client-address or 'header NAME'")
    private @Nullable String rateKey;

    @Option(
            names = "--rate-scope",
            paramLabel = "node|cluster",
            description = "Count on each node, or divide by the nodes. Default: node")
    private @Nullable String rateScope;

    @Override
    public void into(Draft draft) {
        draft.putTime("timeouts.request", "--request-timeout", requestTimeout);
        draft.putTime("timeouts.responseHead", "--response-head-timeout", responseHeadTimeout);
        draft.put("retries.triesMax", triesMax);
        draft.put("retries.statuses", retryOn);
        if (rate != null) {
            int slash = rate.indexOf('/');
            try {
                draft.put(
                        "rateLimit.requests",
                        Values.parseCount(slash < 0 ? rate : rate.substring(0, slash), 1_000_000));
            } catch (NumberFormatException e) {
                throw new CliException(
                        ExitCode.USAGE,
                        "--rate: \"" + Output.printable(rate)
                                + "\" (expected: a number, and a time behind /, such as 10/1s)");
            }
            draft.putTime("rateLimit.period", "--rate", slash < 0 ? null : rate.substring(slash + 1));
        }
        draft.put("rateLimit.burst", burst);
        draft.put("rateLimit.key", rateKey);
        draft.put("rateLimit.scope", rateScope);
    }
}
