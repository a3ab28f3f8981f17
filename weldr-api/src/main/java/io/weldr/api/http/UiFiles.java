package io.weldr.api.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of the dashboard, read from the class path once. Only what is listed here can be fetched, so that no path
 * of a request ever names a resource. Immutable.
 *
 * @param all each file
 * @param contentSecurityPolicy what browsers let the page do: it loads scripts, styles and data from its own origin,
 *     and nothing else
 */
record UiFiles(List<UiFile> all, String contentSecurityPolicy) {
    static final String ROOT = "/ui/";
    private static final String FOLDER = "/ui/";
    private static final String INDEX = "index.html";

    /** The own files, in {@code resources/ui}. */
    static final List<String> OWN = List.of(
            INDEX,
            "icon.svg",
            "style.css",
            "main.js",
            "actions.js",
            "api.js",
            "certificates.js",
            "changes.js",
            "differences.js",
            "explain.js",
            "feeds.js",
            "format.js",
            "history.js",
            "lib.js",
            "listeners.js",
            "members.js",
            "overview.js",
            "parts.js",
            "plot.js",
            "pools.js",
            "routing.js",
            "signin.js",
            "traffic.js",
            "trouble.js");

    /** Files of libraries: how the page names them, and where they are in which artifact. */
    private static final List<Library> LIBRARIES = List.of(
            new Library("vendor/preact.js", "org.webjars.npm", "preact", "webjars/preact/%s/dist/preact.module.js"),
            new Library("vendor/hooks.js", "org.webjars.npm", "preact", "webjars/preact/%s/hooks/dist/hooks.module.js"),
            new Library("vendor/htm.js", "org.mvnpm", "htm", "_static/htm/%s/dist/htm.module.js"),
            new Library("vendor/uplot.js", "org.webjars.npm", "uplot", "webjars/uplot/%s/dist/uPlot.esm.js"),
            new Library("vendor/uplot.css", "org.webjars.npm", "uplot", "webjars/uplot/%s/dist/uPlot.min.css"));

    /** The import map is the one script that stands in the page itself: browsers take it from nowhere else. */
    private static final Pattern IMPORT_MAP =
            Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

    /**
     * One file.
     *
     * @param path under which it is fetched
     * @param tag strong entity tag, of its content
     */
    record UiFile(String path, String contentType, String text, String tag) {
        static UiFile of(String name, String text) {
            return new UiFile(ROOT + (name.equals(INDEX) ? "" : name), typeOf(name), text, UiFiles.tag(text));
        }
    }

    private record Library(String name, String group, String artifact, String resource) {}

    UiFiles {
        all = List.copyOf(all);
    }

    static UiFiles load() {
        List<UiFile> all = new ArrayList<>();
        for (String name : OWN) {
            all.add(UiFile.of(name, text(FOLDER + name)));
        }
        for (Library library : LIBRARIES) {
            String resource = "/META-INF/resources/" + library.resource().formatted(version(library));
            // The maps are for whoever debugs the library; they are not served.
            all.add(UiFile.of(library.name(), text(resource).replaceFirst("(?m)^//# sourceMappingURL=.*$", "")));
        }
        return new UiFiles(all, policy(all.get(0).text()));
    }

    private static String policy(String index) {
        Matcher map = IMPORT_MAP.matcher(index);
        if (!map.find()) {
            throw new IllegalStateException("no import map in " + FOLDER + INDEX);
        }
        String hash = Base64.getEncoder().encodeToString(sha256(map.group(1)));
        return "default-src 'none'; script-src 'self' 'sha256-" + hash + "'; style-src 'self'; img-src 'self' data:; "
                + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    private static String version(Library library) {
        String resource = "/META-INF/maven/" + library.group() + "/" + library.artifact() + "/pom.properties";
        Properties properties = new Properties();
        try (InputStream in = open(resource)) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return String.valueOf(properties.getProperty("version"));
    }

    private static String text(String resource) {
        try (InputStream in = open(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String resource) throws IOException {
        InputStream in = UiFiles.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IOException("not on the class path: " + resource);
        }
        return in;
    }

    private static String typeOf(String name) {
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return switch (ending) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default -> throw new IllegalStateException("no content type for " + name);
        };
    }

    /** The strong entity tag of a file with that content. */
    static String tag(String text) {
        return '"' + HexFormat.of().formatHex(sha256(text), 0, 8) + '"';
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256, which every Java must have", e);
        }
    }
}
