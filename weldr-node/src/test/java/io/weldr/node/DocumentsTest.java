package io.weldr.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.node.config.Setting;
import io.weldr.testing.Markdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    private static final int COLUMNS_MAX = 120;
    private static final int WORDS_MAX = 35;

    private static final Pattern TABLE_ROW = Pattern.compile("(?m)^ *\\|.*$");
    private static final Pattern PARAGRAPH_OR_ITEM = Pattern.compile("\\n\\s*\\n|\\n(?= *(?:[-*]|\\d+\\.) )|\\n(?=#)");
    private static final Pattern SPACES = Pattern.compile("\\s+");
    private static final Pattern END_OF_SENTENCE = Pattern.compile("(?<=[.:;?!])\\**\\s+");

    /** Four cells, of which the first is a key. */
    private static final Pattern SETTING = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| ([^|]*) \\| [^|]* \\| [^|]* \\|$");

    @Test
    void everyRelativeLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        List<Path> documents = documents();
        for (Path document : documents) {
            for (String link : Markdown.brokenLinks(document)) {
                broken.add(TOP.relativize(document) + ": " + link);
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

    /** The rule is 25 words. This finds sentences that nobody has read again. */
    @Test
    void noSentenceIsTooLongToReadOnce() throws IOException {
        List<String> wide = new ArrayList<>();
        for (Path document : documents()) {
            if (document.startsWith(TOP.resolve("docs/decisions")) || document.startsWith(TOP.resolve("benchmark"))) {
                continue;
            }
            String prose = TABLE_ROW.matcher(Markdown.prose(document)).replaceAll("");
            PARAGRAPH_OR_ITEM
                    .splitAsStream(prose)
                    .flatMap(part -> END_OF_SENTENCE.splitAsStream(part.strip()))
                    .filter(sentence -> SPACES.splitAsStream(sentence).count() > WORDS_MAX)
                    .forEach(sentence -> wide.add(TOP.relativize(document) + ": " + sentence));
        }
        assertThat(wide).isEmpty();
    }

    @Test
    void theIndexListsEveryPage() throws IOException {
        Path index = TOP.resolve("docs/README.md");
        Set<Path> listed = Markdown.links(index).stream()
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
        return Markdown.documents(TOP, NOT_OURS);
    }
}
