package io.weldr.testserver;

import static io.weldr.testing.Patience.PATIENCE_MILLIS;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A client that sends octets and reads octets. Every read gives up after a while. */
final class RawClient implements AutoCloseable {

    final Socket socket = new Socket();
    final InputStream in;

    RawClient(InetSocketAddress address) throws IOException {
        socket.connect(address, PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    RawClient send(String latin1) throws IOException {
        socket.getOutputStream().write(latin1.getBytes(ISO_8859_1));
        return this;
    }

    /** From the status line to the empty line. */
    String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int octet = in.read();
            if (octet < 0) {
                break;
            }
            head.write(octet);
        }
        return head.toString(ISO_8859_1);
    }

    String text(int octets) throws IOException {
        return new String(in.readNBytes(octets), ISO_8859_1);
    }

    String toEnd() throws IOException {
        return new String(in.readAllBytes(), ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
