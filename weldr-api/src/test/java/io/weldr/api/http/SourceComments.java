package io.weldr.api.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the sources say of the members of bodies: the comments of the protos, and the {@code @param} lines of records. Each is written down once, and the OpenAPI document repeats it.
 */
final class SourceComments {
    private static final Pattern OPENS = Pattern.compile("\\s*(?:message|enum) (\\w+) \\{.*");
    private static final Pattern FIELD = Pattern.compile("\\s*(?:optional |repeated )?[\\w.<>, ]+ (\\w+) = \\d+;.*");
    private static final Pattern RECORD = Pattern.compile(
            "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@\\w+\\s+)*(?:public )?record (\\w+)\\(", Pattern.DOTALL);
    private static final Pattern PARAM = Pattern.compile("@param (\\w+) (.*?)(?=@param|@throws|$)", Pattern.DOTALL);

    private final Map<String, String> resources = ofProto("resource/v1/resource.proto");
    private final Map<String, String> replies = ofProto("admin/v1/admin.proto");

    /** Of a message of resource.proto by its simple name, or of a field as {@code Message.field}; empty: none. */
    String ofResource(String name) {
        return resources.getOrDefault(name, "");
    }

    /** The same of admin.proto. */
    String ofReply(String name) {
        return replies.getOrDefault(name, "");
    }

    private static Map<String, String> ofProto(String file) {
        List<String> lines = lines(Path.of("..", "proto/src/main/protobuf/weldr", file));
        Map<String, String> found = new LinkedHashMap<>();
        Deque<String> within = new ArrayDeque<>();
        List<String> comment = new ArrayList<>();
        for (String line : lines) {
            Matcher opens = OPENS.matcher(line);
            Matcher field = FIELD.matcher(line);
            String bare = line.strip();
            if (bare.startsWith("//")) {
                comment.add(bare.substring(2).strip());
                continue;
            }
            if (opens.matches()) {
                found.put(opens.group(1), String.join(" ", comment));
                if (!bare.endsWith("}")) {
                    within.push(opens.group(1));
                }
            } else if (field.matches() && !within.isEmpty()) {
                found.put(within.peek() + "." + field.group(1), String.join(" ", comment));
            } else if (bare.endsWith("{")) { // a service, or a oneof, whose fields are the message's
                within.push(within.isEmpty() ? bare : within.peek());
            } else if (bare.equals("}")) {
                within.pop();
            }
            comment.clear();
        }
        return found;
    }

    /** Of the components of a record, by their names. */
    static Map<String, String> ofRecord(Class<?> type) {
        Class<?> top = type;
        while (top.getEnclosingClass() != null) {
            top = top.getEnclosingClass();
        }
        Path file = Path.of("src/main/java", top.getName().replace('.', '/') + ".java");
        if (!Files.exists(file)) {
            file = Path.of("../weldr-core").resolve(file);
        }
        Matcher records = RECORD.matcher(String.join("\n", lines(file)));
        Map<String, String> comments = new LinkedHashMap<>();
        while (records.find()) {
            if (records.group(2).equals(type.getSimpleName())) {
                PARAM.matcher(records.group(1).replaceAll("(?m)^\\s*\\* ?", ""))
                        .results()
                        .forEach(one -> comments.put(one.group(1), sentence(one.group(2))));
            }
        }
        return comments;
    }

    /** As a sentence, without the tags of Javadoc. What stands in {@code code} keeps its first letter. */
    private static String sentence(String javadoc) {
        String bare = javadoc.strip();
        String text = bare.replaceAll("\\s+", " ").replaceAll("\\{@(?:code|link) ([^}]*)}", "$1");
        return bare.startsWith("{") ? text : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
