package io.weldr.testing;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Markdown documents below a folder, and their links. Any thread. */
public final class Markdown {
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^ *```.*?^ *```");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.*)$");
    private static final Pattern OTHER_SITE = Pattern.compile("^[a-z]+:.*");

    private Markdown() {}

    /**
     * All documents below a folder.
     *
     * @param skipped names of folders that are not searched
     */
    public static List<Path> documents(Path top, Set<String> skipped) throws IOException {
        List<Path> documents = new ArrayList<>();
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return skipped.contains(folder.getFileName().toString())
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

    /** The text of a document without its code blocks. */
    public static String prose(Path document) throws IOException {
        return CODE_BLOCK.matcher(Files.readString(document)).replaceAll("");
    }

    /** The relative links of a document, outside of its code blocks. */
    public static List<String> links(Path document) throws IOException {
        return LINK.matcher(prose(document))
                .results()
                .map(match -> match.group(1))
                .filter(link -> !OTHER_SITE.matcher(link).matches())
                .toList();
    }

    /** The relative links of a document that lead to no file, or to no heading of the file. */
    public static List<String> brokenLinks(Path document) throws IOException {
        List<String> broken = new ArrayList<>();
        for (String link : links(document)) {
            int hash = link.indexOf('#');
            String path = hash < 0 ? link : link.substring(0, hash);
            Path target =
                    path.isEmpty() ? document : document.resolveSibling(path).normalize();
            if (!Files.exists(target) || (hash >= 0 && !anchors(target).contains(link.substring(hash + 1)))) {
                broken.add(link);
            }
        }
        return broken;
    }

    /** The names that headings have in links, by the rule of GitHub. */
    private static Set<String> anchors(Path document) throws IOException {
        return HEADING.matcher(prose(document))
                .results()
                .map(match -> match.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
