package io.weldr.cli;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a route changes of requests and responses. */
final class RouteHeaders implements ResourceOptions {
    @Option(
            names = "--set-request-header",
            paramLabel = "N=V",
            description = "Set a field of the request; may be repeated")
    private @Nullable Map<String, String> setRequest;

    @Option(
            names = "--add-request-header",
            paramLabel = "N=V",
            description = "Add a field to the request; may be repeated")
    private @Nullable Map<String, String> addRequest;

    @Option(
            names = "--remove-request-header",
            split = ",",
            paramLabel = "NAME",
            description = "Remove a field from the request; may be repeated")
    private @Nullable List<String> removeRequest;

    @Option(
            names = "--set-response-header",
            paramLabel = "N=V",
            description = "Set a field of the response; may be repeated")
    private @Nullable Map<String, String> setResponse;

    @Option(
            names = "--add-response-header",
            paramLabel = "N=V",
            description = "Add a field to the response; may be repeated")
    private @Nullable Map<String, String> addResponse;

    @Option(
            names = "--remove-response-header",
            split = ",",
            paramLabel = "NAME",
            description = "Remove a field from the response; may be repeated")
    private @Nullable List<String> removeResponse;

    @Override
    public void into(Draft draft) {
        draft.put("requestHeaders.set", setRequest == null ? null : values(setRequest));
        draft.put("requestHeaders.add", addRequest == null ? null : values(addRequest));
        draft.put("requestHeaders.remove", removeRequest);
        draft.put("responseHeaders.set", setResponse == null ? null : values(setResponse));
        draft.put("responseHeaders.add", addResponse == null ? null : values(addResponse));
        draft.put("responseHeaders.remove", removeResponse);
    }

    /** Names and values, as JSON has them. */
    static List<Map<String, Object>> values(Map<String, String> pairs) {
        return pairs.entrySet().stream()
                .map(pair -> Map.<String, Object>of("name", pair.getKey(), "value", pair.getValue()))
                .toList();
    }
}
