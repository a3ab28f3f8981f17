package io.weldr.trust;

import io.weldr.core.Check;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file that holds the secret of a cluster: a line of 64 hex digits, and maybe a second one with the previous
 * secret. Blank lines and lines that begin with {@code #} do not count. Only the owner of the file may read or write
 * it; if that is root, its group may read it. Engines of containers mount secrets like this, and PostgreSQL has the
 * same rule for the keys of its servers.
 */
public final class SecretFile {
    /** Two secrets are 130 bytes; the rest is for comments. Anything longer is another file. */
    static final int BYTES_MAX = 4096;

    private static final int DIGITS = 2 * ClusterSecret.BYTES;

    private static final Set<PosixFilePermission> FOR_ITS_OWNER_ALONE =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private static final Set<PosixFilePermission> FOR_OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private static final Integer ROOT = 0;

    private SecretFile() {}

    /** Reads the file. Blocks for as long as the disk takes. */
    public static ClusterSecret read(Path file) throws SecretException {
        try {
            checkKind(file);
            checkMode(file);
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(BYTES_MAX + 1);
                if (bytes.length > BYTES_MAX) {
                    throw refused(file, "more than " + BYTES_MAX + " bytes", "one or two lines" + howToMake(file));
                }
                // Any byte is a character here: what is no hex digit is refused as such.
                return parse(file, new String(bytes, StandardCharsets.ISO_8859_1));
            }
        } catch (NoSuchFileException e) {
            throw refused(file, "no such file", "a line of " + DIGITS + " hex digits" + howToMake(file));
        } catch (AccessDeniedException e) {
            String user = System.getProperty("user.name");
            throw refused(
                    file,
                    "the user " + Check.quote(user) + " may not read it",
                    "this user owns it: chown " + user + " " + file);
        } catch (SecretException e) {
            throw e;
        } catch (IOException e) {
            throw new SecretException(where(file) + "cannot be read: " + e.getMessage(), e);
        }
    }

    private static void checkKind(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw refused(
                    file,
                    attributes.isDirectory() ? "a folder" : "not a regular file",
                    "a file with a line of " + DIGITS + " hex digits");
        }
    }

    private static void checkMode(Path file) throws IOException {
        if (isOpenToOthers(file)) {
            String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
            throw refused(
                    file,
                    "mode " + mode + " lets others than its owner read or write it",
                    "mode 600, or mode 640 if root owns it: chmod 600 " + file);
        }
    }

    private static boolean isOpenToOthers(Path file) throws IOException {
        if (!hasModes(file)) {
            return false;
        }
        Set<PosixFilePermission> open = EnumSet.copyOf(FOR_OTHERS);
        open.retainAll(Files.getPosixFilePermissions(file));
        if (open.contains(PosixFilePermission.GROUP_READ) && ROOT.equals(Files.getAttribute(file, "unix:uid"))) {
            open.remove(PosixFilePermission.GROUP_READ); // root has chosen the group
        }
        return !open.isEmpty();
    }

    private static boolean hasModes(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static ClusterSecret parse(Path file, String text) throws SecretException {
        List<byte[]> secrets = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String place = "line " + (i + 1) + ": ";
            if (secrets.size() == 2) {
                throw refused(file, place + "a third secret", "the current one, then maybe the previous one");
            }
            String fault = fault(line);
            if (fault != null) {
                throw refused(file, place + fault, DIGITS + " hex digits" + howToMake(file));
            }
            byte[] secret = HexFormat.of().parseHex(line);
            if (secrets.size() == 1 && Arrays.equals(secret, secrets.get(0))) {
                throw refused(file, place + "the secret of the line before", "another one, or one line");
            }
            secrets.add(secret);
        }
        if (secrets.isEmpty()) {
            throw refused(file, "it holds no secret", "a line of " + DIGITS + " hex digits" + howToMake(file));
        }
        return new ClusterSecret(secrets);
    }

    /** What is wrong with a line, without what it holds; null: nothing. */
    private static @Nullable String fault(String line) {
        for (int i = 0; i < line.length(); i++) {
            if (!HexFormat.isHexDigit(line.charAt(i))) {
                return "character " + (i + 1) + " of " + line.length() + " is no hex digit";
            }
        }
        return line.length() == DIGITS ? null : line.length() + " hex digits";
    }

    /**
     * Makes a file with a new secret, unless there is one. The file is there as a whole or not at all, also after a
     * power loss, and nobody but its owner can read it at any moment. The folder exists.
     *
     * @param comment the first line, without the sign of a comment
     * @return false: there is one already
     * @throws SecretException the file system does not keep the mode of a file
     * @throws IOException the file cannot be written
     */
    public static boolean make(Path file, String comment, SecureRandom random) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        byte[] secret = new byte[ClusterSecret.BYTES];
        random.nextBytes(secret);
        String text = "# " + comment + "\n" + HexFormat.of().formatHex(secret) + "\n";
        Path next = Files.createTempFile(folder, file.getFileName() + ".", ".next", forItsOwnerAlone(file));
        try {
            if (isOpenToOthers(next)) {
                throw refused(file, "a file system without modes", "one on which a file can have mode 600");
            }
            write(next, text);
            if (!name(next, file)) {
                return false;
            }
            try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
                directory.force(true); // the name too has to survive a power loss
            }
            return true;
        } finally {
            Files.deleteIfExists(next);
        }
    }

    private static FileAttribute<?>[] forItsOwnerAlone(Path file) {
        return hasModes(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(FOR_ITS_OWNER_ALONE)}
                : new FileAttribute<?>[0];
    }

    private static void write(Path file, String text) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
    }

    /** A link, because it fails where a file has the name, which a renaming would replace. */
    private static boolean name(Path next, Path file) throws IOException {
        try {
            Files.createLink(file, next);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (UnsupportedOperationException | FileSystemException e) {
            return rename(next, file); // a file system without links
        }
    }

    private static boolean rename(Path next, Path file) throws IOException {
        try {
            Files.move(next, file);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private static String howToMake(Path file) {
        return "; to make one: weldr secret " + file;
    }

    private static String where(Path file) {
        return "secret file " + Check.quote(file) + ": ";
    }

    private static SecretException refused(Path file, String found, String expected) {
        return new SecretException(where(file) + found + " (expected: " + expected + ")");
    }
}
