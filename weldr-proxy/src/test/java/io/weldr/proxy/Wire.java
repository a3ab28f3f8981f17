package io.weldr.proxy;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One end of a connection, in bytes. Text is ISO-8859-1, so that every byte is one character. */
final class Wire implements Closeable {

    private final Socket socket;
    private final InputStream in;

    Wire(Socket socket) {
        this.socket = socket;
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            in = new java.io.BufferedInputStream(socket.getInputStream(), 64 * 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Socket socket() {
        return socket;
    }

    Wire send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Wire send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Up to and including the empty line; an empty string at the end of input. */
    String readHead() {
        StringBuilder head = new StringBuilder();
        try {
            while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
                int octet = in.read();
                if (octet < 0) {
                    return head.toString();
                }
                head.append((char) octet);
            }
            return head.toString();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no head in time, only: " + head, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String read(int bytes) {
        try {
            byte[] read = in.readNBytes(bytes);
            if (read.length < bytes) {
                throw new EOFException("ended after: " + new String(read, StandardCharsets.ISO_8859_1));
            }
            return new String(read, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A head and the body that its framing says, framing included. */
    String readMessage() {
        String head = readHead();
        if (head.isEmpty()) {
            return "";
        }
        String lower = head.toLowerCase(Locale.ROOT);
        if (lower.contains("\r\ntransfer-encoding: chunked")) {
            return head + readChunks();
        }
        Matcher length = Pattern.compile("\r\ncontent-length: *([0-9]+)").matcher(lower);
        return length.find() ? head + read(Integer.parseInt(length.group(1))) : head;
    }

    /** A chunked body as it stands on the wire, its trailer section included. */
    String readChunks() {
        StringBuilder body = new StringBuilder();
        while (true) {
            String line = readLine();
            body.append(line);
            int size = Integer.parseInt(line.strip().split(";", 2)[0], 16);
            if (size == 0) {
                String trailer;
                do {
                    trailer = readLine();
                    body.append(trailer);
                } while (!trailer.equals("\r\n"));
                return body.toString();
            }
            body.append(read(size + 2));
        }
    }

    String readLine() {
        StringBuilder line = new StringBuilder();
        do {
            line.append(read(1));
        } while (line.charAt(line.length() - 1) != '\n');
        return line.toString();
    }

    /** Everything until the other side ends, cleanly. */
    String readToEnd() {
        try {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the connection stayed open", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same. Fails if nothing comes for so long, and can be called again then. */
    Ending readToEnding(int silenceMillis) {
        try {
            socket.setSoTimeout(silenceMillis);
            try {
                return readToEnding();
            } finally {
                socket.setSoTimeout(PATIENCE_MILLIS);
            }
        } catch (java.net.SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything until the connection ends, and how. */
    Ending readToEnding() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
            return new Ending(all.toString(StandardCharsets.ISO_8859_1), false);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the connection stayed open after: " + all, e);
        } catch (IOException e) {
            return new Ending(all.toString(StandardCharsets.ISO_8859_1), true);
        }
    }

    /**
     * What came, and how it ended.
     *
     * @param reset whether the connection was broken rather than ended
     */
    record Ending(String text, boolean reset) {}

    /** Whether the other side has ended: waits for it. */
    boolean atEnd() {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    InputStream input() {
        return in;
    }

    Wire endOutput() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes with a reset. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
