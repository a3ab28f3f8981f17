package io.weldr.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.node.config.Setting;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The documents of the project: their links lead somewhere, and the page of the settings says what the code says. */
class DocumentsTest {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();

    /** What builds, measurements and {@code deploy/local} write. */
    private static final Set<String> NOT_OURS = Set.of("target", "out", "local.d", ".git");

    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.*)$");
    private static final Pattern OTHER_SITE = Pattern.compile("^[a-z]+:.*");

    private static final int COLUMNS_MAX = 120;

    /** Four cells, of which the first is a key. */
    private static final Pattern SETTING = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| ([^|]*) \\| [^|]* \\| [^|]* \\|$");

    @Test
    void everyRelativeLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        List<Path> documents = documents();
        for (Path document : documents) {
            for (String link : links(document)) {
                if (!leadsSomewhere(document, link)) {
                    broken.add(TOP.relativize(document) + ": " + link);
                }
            }
        }
        assertThat(documents).contains(TOP.resolve("README.md"), TOP.resolve("docs/README.md"));
        assertThat(broken).as("links without a file or a heading behind them").isEmpty();
    }

    /** A table cannot be wrapped. */
    @Test
    void noLineOutsideOfTablesIsTooLongToRead() throws IOException {
        List<String> wide = new ArrayList<>();
        for (Path document : documents()) {
            List<String> lines = Files.readAllLines(document);
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                if (line.length() > COLUMNS_MAX && !line.strip().startsWith("|")) {
                    wide.add(TOP.relativize(document) + ":" + (i + 1) + ": " + line.length() + " characters");
                }
            }
        }
        assertThat(wide).isEmpty();
    }

    @Test
    void theIndexListsEveryPage() throws IOException {
        Path index = TOP.resolve("docs/README.md");
        Set<Path> listed = links(index).stream()
                .map(link -> index.resolveSibling(link.replaceFirst("#.*", "")).normalize())
                .collect(Collectors.toSet());
        List<Path> pages = documents().stream()
                .filter(page -> page.startsWith(TOP.resolve("docs")) && !page.equals(index))
                .filter(page -> !page.startsWith(TOP.resolve("docs/decisions"))) // these have an index of their own
                .toList();
        assertThat(listed).containsAll(pages);
    }

    @Test
    void everySettingIsInTheReferenceWithItsDefault() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        SETTING.matcher(Files.readString(TOP.resolve("docs/reference/configuration.md")))
                .results()
                .forEach(row -> documented.put(row.group(1), row.group(2).replace("`", "")));
        Map<String, String> declared = new TreeMap<>();
        for (Setting setting : Setting.values()) {
            if (!setting.isLimit()) { // docs/reference/limits.md has these, and a test of its own
                declared.put(setting.key(), setting.defaultText().isEmpty() ? "none" : setting.defaultText());
            }
        }
        assertThat(documented).isEqualTo(declared);
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>();
        Files.walkFileTree(TOP, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return NOT_OURS.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    documents.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return documents;
    }

    private static List<String> links(Path document) throws IOException {
        String text = CODE_BLOCK.matcher(Files.readString(document)).replaceAll("");
        return LINK.matcher(text)
                .results()
                .map(match -> match.group(1))
                .filter(link -> !OTHER_SITE.matcher(link).matches())
                .toList();
    }

    private static boolean leadsSomewhere(Path document, String link) throws IOException {
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path target = path.isEmpty() ? document : document.resolveSibling(path).normalize();
        if (!Files.exists(target)) {
            return false;
        }
        return hash < 0 || anchors(target).contains(link.substring(hash + 1));
    }

    /** The names that headings have in links, by the rule of GitHub. */
    private static Set<String> anchors(Path document) throws IOException {
        String text = CODE_BLOCK.matcher(Files.readString(document)).replaceAll("");
        return HEADING.matcher(text)
                .results()
                .map(match -> match.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
