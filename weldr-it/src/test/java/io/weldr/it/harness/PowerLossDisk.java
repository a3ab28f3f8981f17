package io.weldr.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder whose disk may lose power: of what a process changed there and did not force, a power loss takes all, some or
 * none. A library that is loaded into the process ({@code power_loss.c}) keeps account of what is forced. So it does not
 * matter which JDK runs the process, or by which of its classes a file is written. It can also halt the process between
 * two named system calls.
 *
 * <p>What survives is decided when the power is lost:
 *
 * <ul>
 *   <li>The content of a file, as it was last forced. Of what was changed since, each page survives or not.
 *   <li>Changes of directories (new names, renames, deletions) up to the last one that was forced, and then any number of
 *       the following ones. They survive in their order. Which changes
 *       of directories are forced together with a file, {@link Names} says.
 * </ul>
 *
 * <p>{@link PreloadedLibrary} says what it needs. Confined to the test's thread.
 */
public final class PowerLossDisk {
    private static final int PAGE_BYTES = 4096;
    private static final int HALT_BYTES = 512;
    private static final int HALTED_AT = 500; // as in power_loss.c

    /** What a forced file or directory brings to the disk beside itself. */
    public enum Names {
        /** All changes of directories that were made before: ext4, XFS. */
        IN_ORDER,
        /** A directory: its own entries. A file: its own name, and the new directories that lead to it: Btrfs. */
        OWN_NAME,
        /** A directory: its own entries. A file: its content alone. No more than POSIX asks for. */
        CONTENT_ALONE
    }

    /** What the disk does with changes that were not forced. */
    public enum Unforced {
        LOST,
        KEPT,
        /** Each change is lost or kept. */
        EITHER
    }

    /** An entry of a directory: a file by its inode, or a directory with its entries. */
    private static final class Node {
        final long inode;
        final @Nullable Map<String, Node> entries; // null: a file

        Node(long inode, boolean directory) {
            this.inode = inode;
            entries = directory ? new TreeMap<>() : null;
        }

        Map<String, Node> entries() {
            return Objects.requireNonNull(entries, "entries of a file");
        }
    }

    /**
     * A change of one directory or, by a rename, of two.
     *
     * @param other where the entry is from then on
     * @param entry what has a new name; null: a name is gone
     */
    private record Change(
            String what,
            Node directory,
            Node other,
            @Nullable Node entry,
            Runnable apply) {
        boolean touches(Node node) {
            return directory == node || other == node;
        }
    }

    private final Path root;
    private final Path state;
    private final Names names;
    private boolean lies;

    private PowerLossDisk(Path root, Names names) {
        this.root = root;
        this.names = names;
        state = root.resolveSibling(root.getFileName() + ".disk");
    }

    /** Makes that folder such a disk; all that is there is on the disk. Its account is beside it. */
    public static PowerLossDisk at(Path folder, Names names) {
        try {
            Files.createDirectories(folder);
            PowerLossDisk disk = new PowerLossDisk(folder.toRealPath(), names);
            disk.begin();
            return disk;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path root() {
        return root;
    }

    /** From the next start of a process on, nothing that it forces is on the disk. It is not told. */
    public void lie() {
        lies = true;
    }

    /** The environment of a process that uses the disk. */
    public Map<String, String> environment() {
        Map<String, String> variables =
                new HashMap<>(Map.of("POWER_LOSS_ROOT", root.toString(), "POWER_LOSS_STATE", state.toString()));
        if (lies) {
            variables.put("POWER_LOSS_LIES", "true");
        }
        return PreloadedLibrary.environment("power_loss.c", variables);
    }

    /**
     * Has the process stop in that step, on the first file whose name matches the pattern (of a shell); other threads go
     * on until they need the same locks.
     *
     * @param step {@code before-} or {@code after-} and {@code create}, {@code rename} (the new name), {@code delete} or
     *     {@code sync}; or {@code half-write}
     */
    public void haltAt(String step, String pattern) {
        byte[] bytes = Arrays.copyOf((step + " " + pattern).getBytes(UTF_8), HALT_BYTES);
        try (RandomAccessFile halt = new RandomAccessFile(state.resolve("halt").toFile(), "rw")) {
            halt.seek(1);
            halt.write(bytes, 1, HALT_BYTES - 1);
            halt.seek(0); // the library looks at this byte first
            halt.write(bytes[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean halted() {
        try (RandomAccessFile halt = new RandomAccessFile(state.resolve("halt").toFile(), "r")) {
            halt.seek(HALTED_AT);
            return halt.read() == 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void awaitHalted() {
        await("a thread to be halted on " + root)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(this::halted);
    }

    /** What was halted goes on, and nothing is halted any more. */
    public void goOn() {
        try {
            resetHalt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void resetHalt() throws IOException {
        try (RandomAccessFile halt = new RandomAccessFile(state.resolve("halt").toFile(), "rw")) {
            halt.write(new byte[HALT_BYTES]);
        }
    }

    /**
     * Leaves in the folder what is on the disk. The process must have ended before, by kill -9.
     *
     * @return what was lost, for people
     */
    public String losePower(Unforced unforced, Random random) {
        try {
            Path after = state.resolve("after");
            Files.createDirectory(after);
            List<String> lost = new ArrayList<>();
            Node disk = replay(unforced, random, lost);
            write(disk, after, unforced, random, lost);
            deleteBelow(root);
            try (Stream<Path> entries = Files.list(after)) {
                for (Path entry : entries.toList()) {
                    Files.move(entry, root.resolve(entry.getFileName()));
                }
            }
            begin();
            return lost.isEmpty() ? "nothing" : String.join(", ", lost);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins an account anew: what is in the folder is on the disk. */
    private void begin() throws IOException {
        if (Files.isDirectory(state)) {
            deleteBelow(state);
        }
        Files.createDirectories(state.resolve("synced"));
        Files.createDirectories(state.resolve("kept"));
        Files.createFile(state.resolve("halt"));
        resetHalt();
        StringBuilder journal = new StringBuilder("R\t" + inode(root) + "\n");
        List<Path> all;
        try (Stream<Path> paths = Files.walk(root)) {
            all = paths.filter(path -> !path.equals(root)).sorted().toList();
        }
        for (Path path : all) {
            long inode = inode(path);
            boolean directory = Files.isDirectory(path);
            long parent = inode(Objects.requireNonNull(path.getParent()));
            journal.append(directory ? "D\t" : "L\t").append(parent).append('\t');
            journal.append(path.getFileName()).append('\t').append(inode).append('\n');
            if (!directory) {
                Files.createLink(kept(inode), path);
                Files.copy(path, synced(inode));
            }
        }
        journal.append("A\n");
        Files.writeString(state.resolve("journal"), journal);
    }

    private Path kept(long inode) {
        return state.resolve("kept").resolve(Long.toString(inode));
    }

    private Path synced(long inode) {
        return state.resolve("synced").resolve(Long.toString(inode));
    }

    private static long inode(Path path) throws IOException {
        return (Long) Files.getAttribute(path, "unix:ino");
    }

    private Node replay(Unforced unforced, Random random, List<String> lost) throws IOException {
        Map<Long, Node> nodes = new HashMap<>(); // of an inode that was used again, the latest
        List<Change> pending = new ArrayList<>();
        Node top = null;
        for (String line : Files.readAllLines(state.resolve("journal"))) {
            String[] words = line.split("\t", -1);
            Node first = words.length > 1 ? nodes.get(Long.parseLong(words[1])) : null;
            switch (words[0]) {
                case "R" -> {
                    top = new Node(Long.parseLong(words[1]), true);
                    nodes.put(top.inode, top);
                }
                case "L", "D" -> {
                    Node directory = Objects.requireNonNull(first, line);
                    Node node = new Node(Long.parseLong(words[3]), words[0].equals("D"));
                    nodes.put(node.inode, node);
                    pending.add(new Change(
                            "new " + words[2],
                            directory,
                            directory,
                            node,
                            () -> directory.entries().put(words[2], node)));
                }
                case "U" -> {
                    Node directory = Objects.requireNonNull(first, line);
                    pending.add(new Change(
                            "deletion of " + words[2],
                            directory,
                            directory,
                            null,
                            () -> directory.entries().remove(words[2])));
                }
                case "M" -> {
                    Node from = Objects.requireNonNull(first, line);
                    Node to = Objects.requireNonNull(nodes.get(Long.parseLong(words[3])), line);
                    Node moved = Objects.requireNonNull(nodes.get(Long.parseLong(words[5])), line);
                    pending.add(new Change("rename to " + words[4], from, to, moved, () -> {
                        from.entries().remove(words[2]);
                        to.entries().put(words[4], moved);
                    }));
                }
                case "A" -> apply(pending, pending.size());
                case "S", "F" -> force(pending, Objects.requireNonNull(first, line), words[0].equals("F"));
                default -> throw new IllegalStateException("journal: " + line);
            }
        }
        int kept = switch (unforced) {
            case LOST -> 0;
            case KEPT -> pending.size();
            case EITHER -> random.nextInt(pending.size() + 1);
        };
        apply(pending, kept);
        pending.forEach(change -> lost.add(change.what()));
        return Objects.requireNonNull(top, "journal without a root");
    }

    private void force(List<Change> pending, Node node, boolean file) {
        if (names == Names.IN_ORDER) {
            apply(pending, pending.size());
            return;
        }
        List<Change> own = new ArrayList<>();
        if (!file) {
            pending.stream().filter(change -> change.touches(node)).forEach(own::add);
        } else if (names == Names.OWN_NAME) {
            Set<Node> wanted = new HashSet<>(Set.of(node));
            for (int i = pending.size() - 1; i >= 0; i--) { // a directory is made before what is in it
                Change change = pending.get(i);
                if (change.entry() != null && wanted.contains(change.entry())) {
                    own.add(0, change);
                    wanted.add(change.other());
                }
            }
        }
        pending.removeAll(own);
        own.forEach(change -> change.apply().run());
    }

    private static void apply(List<Change> pending, int count) {
        List<Change> now = pending.subList(0, count);
        now.forEach(change -> change.apply().run());
        now.clear();
    }

    private void write(Node directory, Path to, Unforced unforced, Random random, List<String> lost)
            throws IOException {
        for (Map.Entry<String, Node> entry : directory.entries().entrySet()) {
            Path path = to.resolve(entry.getKey());
            Node node = entry.getValue();
            if (node.entries != null) {
                Files.createDirectory(path);
                write(node, path, unforced, random, lost);
                continue;
            }
            byte[] now = Files.readAllBytes(kept(node.inode));
            byte[] onDisk = onDisk(node.inode);
            byte[] content = content(onDisk, now, unforced, random);
            Files.write(path, content);
            Files.setPosixFilePermissions(path, Files.getPosixFilePermissions(kept(node.inode)));
            if (!Arrays.equals(content, now)) {
                lost.add(entry.getKey() + " from " + Math.max(0, Arrays.mismatch(content, now)));
            }
        }
    }

    private byte[] onDisk(long inode) throws IOException {
        try {
            return Files.readAllBytes(synced(inode));
        } catch (NoSuchFileException e) {
            return new byte[0]; // never forced
        }
    }

    private static byte[] content(byte[] onDisk, byte[] now, Unforced unforced, Random random) {
        UnaryOperator<Unforced> chosen = given -> given != Unforced.EITHER
                ? given
                : List.of(Unforced.values()).get(random.nextInt(Unforced.values().length));
        Unforced file = chosen.apply(unforced);
        if (file == Unforced.LOST || file == Unforced.KEPT) {
            return file == Unforced.LOST ? onDisk : now;
        }
        // A file that grew has pages of zeros where nothing reached the disk.
        byte[] content = Arrays.copyOf(onDisk, random.nextBoolean() ? onDisk.length : now.length);
        for (int page = 0; page < content.length; page += PAGE_BYTES) {
            int end = Math.min(Math.min(page + PAGE_BYTES, content.length), now.length);
            if (random.nextBoolean() && end > page) {
                System.arraycopy(now, page, content, page, end - page);
            }
        }
        return content;
    }

    private static void deleteBelow(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> paths = Files.walk(folder)) {
            all = paths.filter(path -> !path.equals(folder))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
