package io.weldr.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is said of a route. */
final class RouteOptions implements ResourceOptions {
    static final String MATCHES = "matches";
    private static final Map<String, Object> EVERY_PATH = Map.of("kind", "prefix", "value", "/");

    private static final Pattern REDIRECT =
            Pattern.compile("(?:(https?):)?(?://(\\[[^]]+]|[^/:\\[\\]]*)(?::([0-9]{1,5}))?)?(/.*)?");

    @Option(
            names = "--listener",
            split = ",",
            paramLabel = "NAME",
            description = "A listener of the route. Default: all")
    private @Nullable List<String> listeners;

    @Option(names = "--host", split = ",", paramLabel = "HOST", description = "shop.example or *.example. Default: all")
    private @Nullable List<String> hosts;

    @Option(
            names = "--path",
            paramLabel = "PATH",
            description = "A path and all paths below it; may be repeated. Default: all")
    private @Nullable List<String> paths;

    @Option(names = "--exact", description = "--path is the whole path")
    private boolean exact;

    @Option(names = "--regex", description = "--path is an RE2 expression of the whole path")
    private boolean regex;

    @Option(names = "--method", paramLabel = "METHOD", description = "Method of the request. Default: any")
    private @Nullable String method;

    @Option(names = "--header", paramLabel = "N=V", description = "A field that the request must have; may be repeated")
    private @Nullable Map<String, String> headers;

    @Option(
            names = "--query",
            paramLabel = "N=V",
            description = "A parameter that the request must have; may be repeated")
    private @Nullable Map<String, String> query;

    @Option(
            names = "--pool",
            split = ",",
            paramLabel = "NAME[=N]",
            description = "A pool, with a weight; may be repeated")
    private @Nullable List<String> pools;

    @Option(
            names = "--split-by",
            paramLabel = "KEY",
            description = "Key that selects one of several pools, as --key of pools")
    private @Nullable String splitBy;

    @Option(
            names = "--redirect",
            paramLabel = "URL",
            description = "Redirect to a URL or a part of one, such as https: or //new.example")
    private @Nullable String redirect;

    @Option(names = "--redirect-status", paramLabel = "N", description = "301, 302, 303, 307 or 308. Default: 302")
    private @Nullable Integer redirectStatus;

    @Option(names = "--respond", paramLabel = "STATUS", description = "Answer with that status")
    private @Nullable Integer respond;

    @Option(names = "--body", paramLabel = "TEXT", description = "With --respond: the body")
    private @Nullable String body;

    @Option(names = "--content-type", paramLabel = "TYPE", description = "With --respond: the media type")
    private @Nullable String contentType;

    @Option(names = "--rewrite-host", paramLabel = "HOST", description = "Value of Host towards the origin")
    private @Nullable String rewriteHost;

    @Option(names = "--rewrite-path", paramLabel = "PATH", description = "The whole path towards the origin")
    private @Nullable String rewritePath;

    @Option(names = "--rewrite-prefix", paramLabel = "PATH", description = "Replaces the prefix that matched")
    private @Nullable String rewritePrefix;

    @Option(
            names = "--allow",
            split = ",",
            paramLabel = "NET",
            description = "Networks of clients to allow. Default: all")
    private @Nullable List<String> allow;

    @Option(names = "--deny", split = ",", paramLabel = "NET", description = "Networks of clients to refuse")
    private @Nullable List<String> deny;

    @Option(
            names = "--ambiguous-paths",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = "Match paths that servers may decode differently, such as an encoded slash")
    private @Nullable Boolean ambiguousPaths;

    @Mixin
    private RouteTraffic traffic = new RouteTraffic();

    @Mixin
    private RouteHeaders edits = new RouteHeaders();

    @Override
    public void into(Draft draft) {
        requireAtMostOne("--exact", exact, "--regex", regex);
        requireAtMostOne("--rewrite-path", rewritePath != null, "--rewrite-prefix", rewritePrefix != null);
        draft.put("listeners", listeners);
        draft.put("hosts", hosts);
        if (paths != null || method != null || headers != null || query != null) {
            draft.put(MATCHES, matches());
        } else if (exact || regex) {
            throw new CliException(ExitCode.USAGE, (exact ? "--exact" : "--regex") + " without --path");
        }
        action(draft);
        draft.put("rewrite.host", rewriteHost);
        draft.put("rewrite.path", rewrite());
        draft.put("allow", allow);
        draft.put("deny", deny);
        draft.put("ambiguousPaths", ambiguousPaths);
        traffic.into(draft);
        edits.into(draft);
    }

    @Override
    public boolean replaces(Draft draft) {
        return draft.says(MATCHES);
    }

    /**
     * New matches take the place of those before. A route that keeps its method and loses its path takes every request
     * of that method.
     */
    @Override
    public void checkLosses(Map<String, Object> before) {
        Map<String, String> lost = new LinkedHashMap<>(); // what the matches ask for, and the option that says it
        for (Object match : before.get(MATCHES) instanceof List<?> all ? all : List.of()) {
            Map<?, ?> asked = match instanceof Map<?, ?> members ? members : Map.of();
            boolean everyPath = EVERY_PATH.equals(asked.get("path")) || asked.get("path") == null;
            lose(lost, "a path", "--path", paths == null && !everyPath);
            lose(lost, "a method", "--method", method == null && asked.get("method") != null);
            lose(lost, "headers", "--header", headers == null && asked.get("headers") != null);
            lose(lost, "parameters", "--query", query == null && asked.get("query") != null);
        }
        if (!lost.isEmpty()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "the route asks for " + String.join(" and ", lost.keySet())
                            + " until now, and new matches take the place of all (expected: "
                            + String.join(" and ", lost.values()) + " as well, or --unset matches to give that up)");
        }
    }

    private static void lose(Map<String, String> lost, String what, String option, boolean loses) {
        if (loses) {
            lost.put(what, option);
        }
    }

    private static void requireAtMostOne(String one, boolean hasOne, String other, boolean hasOther) {
        if (hasOne && hasOther) {
            throw new CliException(ExitCode.USAGE, one + " with " + other + " (expected: one of them)");
        }
    }

    private List<Object> matches() {
        List<Object> matches = new ArrayList<>();
        for (String path : paths == null ? List.of("") : paths) {
            Map<String, Object> match = new LinkedHashMap<>();
            if (paths != null) {
                match.put("path", Map.of("kind", exact ? "exact" : regex ? "regex" : "prefix", "value", path));
            }
            if (method != null) {
                match.put("method", method);
            }
            if (headers != null) {
                match.put("headers", RouteHeaders.values(headers));
            }
            if (query != null) {
                match.put("query", RouteHeaders.values(query));
            }
            matches.add(match);
        }
        return matches;
    }

    private @Nullable Map<String, Object> rewrite() {
        return rewritePath != null
                ? Map.of("kind", "full", "value", rewritePath)
                : rewritePrefix != null ? Map.of("kind", "prefix", "value", rewritePrefix) : null;
    }

    /** A route does one thing: what it did before goes. */
    private void action(Draft draft) {
        boolean forwards = pools != null;
        boolean redirects = redirect != null;
        boolean responds = respond != null;
        requireAtMostOne("--pool", forwards, "--redirect", redirects);
        requireAtMostOne("--pool", forwards, "--respond", responds);
        requireAtMostOne("--redirect", redirects, "--respond", responds);
        if (forwards || redirects || responds) {
            for (String action : List.of("pools", "redirect", "fixedResponse")) {
                draft.unset(action);
            }
        }
        if (pools != null) {
            draft.put("pools", pools.stream().map(RouteOptions::weighted).toList());
        }
        draft.put("splitBy", splitBy);
        if (redirect != null) {
            draft.put("redirect", target(redirect));
        }
        draft.put("redirect.status", redirectStatus);
        draft.put("fixedResponse.status", respond);
        draft.put("fixedResponse.body", body);
        draft.put("fixedResponse.contentType", contentType);
    }

    private static Map<String, Object> weighted(String text) {
        int equals = text.lastIndexOf('=');
        if (equals < 0) {
            return Map.of("pool", text);
        }
        try {
            return Map.of(
                    "pool",
                    text.substring(0, equals),
                    "weight",
                    Values.parseCount(text.substring(equals + 1), 1_000_000));
        } catch (NumberFormatException e) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--pool: \"" + Output.printable(text)
                            + "\" (expected: NAME, or NAME=WEIGHT with a weight from 0 to 1000000)");
        }
    }

    private static Map<String, Object> target(String text) {
        Matcher parts = REDIRECT.matcher(text);
        if (text.isEmpty() || !parts.matches()) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--redirect: \"" + Output.printable(text)
                            + "\" (expected: a URL or a part of one, such as https: or https://a.example/path)");
        }
        Map<String, Object> target = new LinkedHashMap<>();
        if (parts.group(1) != null) {
            target.put("scheme", parts.group(1));
        }
        String host = parts.group(2);
        if (host != null && !host.isEmpty()) {
            target.put("host", host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
        }
        if (parts.group(3) != null) {
            target.put("port", Integer.valueOf(parts.group(3)));
        }
        if (parts.group(4) != null) {
            target.put("path", Map.of("kind", "full", "value", parts.group(4)));
        }
        return target;
    }
}
