package io.weldr.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A process that does to files in a folder what it is told, one command an argument, says so, and waits to be killed. */
final class DiskUser {
    private DiskUser() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        for (String command : List.of(arguments).subList(1, arguments.length)) {
            run(folder, command.split(" ", -1));
        }
        System.out.println("done");
        var unused = System.in.read();
    }

    private static void run(Path folder, String[] words) throws IOException {
        Path file = folder.resolve(words[1]);
        switch (words[0]) {
            case "append" -> {
                try (FileChannel channel =
                        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                    channel.write(ByteBuffer.wrap(words[2].getBytes(UTF_8)));
                }
            }
            case "force" -> {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            }
            case "move" -> Files.move(file, folder.resolve(words[2]), StandardCopyOption.ATOMIC_MOVE);
            case "delete" -> Files.delete(file);
            case "folder" -> Files.createDirectory(file);
            default -> throw new IllegalArgumentException(words[0]);
        }
    }
}
