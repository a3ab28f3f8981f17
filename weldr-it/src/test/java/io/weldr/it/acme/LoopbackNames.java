package io.weldr.it.acme;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A name server (RFC 1035) on a port of loopback: every name has the address 127.0.0.1, and no other. */
final class LoopbackNames implements AutoCloseable {
    private static final int MESSAGE_BYTES_MAX = 512;
    private static final int HEADER_BYTES = 12;
    private static final int TYPE_A = 1;
    private static final byte[] ANSWER = {(byte) 0xc0, HEADER_BYTES, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1};

    private final DatagramSocket socket;

    LoopbackNames() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "names");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    private void serve() {
        byte[] buffer = new byte[MESSAGE_BYTES_MAX];
        while (!socket.isClosed()) {
            try {
                DatagramPacket question = new DatagramPacket(buffer, buffer.length);
                socket.receive(question);
                byte[] answer = answer(Arrays.copyOf(buffer, question.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
            } catch (IOException | RuntimeException e) {
                if (!socket.isClosed()) {
                    System.out.println("name server: " + e);
                }
            }
        }
    }

    private static byte[] answer(byte[] question) {
        int end = HEADER_BYTES;
        while (question[end] != 0) {
            end += question[end] + 1;
        }
        boolean wantsAddress = question[end + 2] == TYPE_A;
        int behind = end + 5;
        ByteBuffer answer = ByteBuffer.allocate(behind + ANSWER.length);
        answer.put(question, 0, 2)
                .putShort((short) 0x8580) // a response of an authority, which recurses
                .putShort((short) 1)
                .putShort((short) (wantsAddress ? 1 : 0))
                .putInt(0)
                .put(question, HEADER_BYTES, behind - HEADER_BYTES);
        if (wantsAddress) {
            answer.put(ANSWER);
        }
        return Arrays.copyOf(answer.array(), answer.position());
    }

    @Override
    public void close() {
        socket.close();
    }
}
