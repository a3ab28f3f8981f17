package io.weldr.it.harness;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One connection as a client has it, without the second attempts that the client of the JDK makes by itself. Text is
 * ISO-8859-1. Not thread safe.
 */
public final class RawClient implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: *([0-9]+)\r\n");
    private static final int BUFFER_BYTES = 16 * 1024;

    private final Socket socket;
    private final InputStream in;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
    }

    /** Connects to the host and port of a URL. */
    public static RawClient connect(String url) throws IOException {
        URI to = URI.create(url);
        return new RawClient(new Socket(to.getHost(), to.getPort()));
    }

    public RawClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        return this;
    }

    /**
     * Up to and including the empty line.
     *
     * @throws EOFException the connection ended before; the message has what came
     */
    public String readHead() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int ends = 0; // octets of the end that have come
        while (ends < 4) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("the connection ended after \"" + head.toString(ISO_8859_1) + "\"");
            }
            head.write(octet);
            ends = octet == "\r\n\r\n".charAt(ends) ? ends + 1 : octet == '\r' ? 1 : 0;
        }
        return head.toString(ISO_8859_1);
    }

    /**
     * So many octets.
     *
     * @throws EOFException the connection ended before; the message has what came
     */
    public String read(int octets) throws IOException {
        byte[] read = in.readNBytes(octets);
        if (read.length < octets) {
            throw new EOFException("the connection ended after \"" + new String(read, ISO_8859_1) + "\"");
        }
        return new String(read, ISO_8859_1);
    }

    /** A whole response with {@code Content-Length}. */
    public String readResponse() throws IOException {
        String head = readHead();
        Matcher length = LENGTH.matcher(head.toLowerCase(Locale.ROOT));
        if (!length.find()) {
            throw new IOException("no Content-Length: " + head);
        }
        return head + read(Integer.parseInt(length.group(1)));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
