package io.weldr.raft.node;

import io.weldr.raft.node.Identity.Standing;
import io.weldr.raft.ratis.RaftId;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The identity of a node as a file in its data folder. */
final class IdentityFile {
    static final String NAME = "identity";

    private IdentityFile() {}

    /**
     * Reads it.
     *
     * @throws IllegalArgumentException it is damaged
     * @throws IOException also if there is none
     */
    static Identity read(Path folder) throws IOException {
        return parse(Files.readString(folder.resolve(NAME)));
    }

    /** It is on disk when this returns. */
    static void write(Path folder, Identity identity) throws IOException {
        Folders.write(
                folder,
                NAME,
                properties(identity),
                "Whose data this is. Written by weldr; not to be edited or copied to another node.");
    }

    private static Properties properties(Identity identity) {
        Properties to = new Properties();
        to.setProperty("id", identity.id().value());
        to.setProperty("raft-id", identity.raftId().toString());
        to.setProperty("incarnation", identity.incarnation());
        to.setProperty("standing", identity.standing().name());
        if (identity.group() != null) {
            to.setProperty("cluster", identity.group().toString());
        }
        to.setProperty("again", String.valueOf(identity.again()));
        to.setProperty("founders", String.join(",", identity.founders()));
        to.setProperty("voters", VotersFile.text(identity.voters()));
        return to;
    }

    private static Identity parse(String text) throws IOException {
        Properties from = new Properties();
        from.load(new StringReader(text));
        String group = from.getProperty("cluster");
        // Folders of the first days have none: there a member was known by its name alone.
        RaftId raftId = RaftId.parse(from.getProperty("raft-id", required(from, "id")));
        return new Identity(
                raftId,
                required(from, "incarnation"),
                Standing.valueOf(required(from, "standing")),
                group == null ? null : UUID.fromString(group),
                Boolean.parseBoolean(from.getProperty("again", "false")),
                new TreeSet<>(list(from.getProperty("founders"))),
                new TreeMap<>(VotersFile.parse(from.getProperty("voters"))));
    }

    static List<String> list(@Nullable String text) {
        return text == null
                ? List.of()
                : Arrays.stream(text.split(",")).filter(part -> !part.isEmpty()).toList();
    }

    private static String required(Properties from, String key) {
        String value = from.getProperty(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return value;
    }
}
