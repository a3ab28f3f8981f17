package io.weldr.it.acme;

import io.weldr.it.harness.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The port 80 of the cluster: leads each connection to a node by chance, to another one if that does not take it. */
final class AnyNode implements AutoCloseable {
    private final ServerSocket socket;
    private final List<TestNode> nodes;
    private final Random random;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** The nodes that took a connection. */
    final Set<String> asked = new ConcurrentSkipListSet<>();

    AnyNode(List<TestNode> nodes, long seed) throws IOException {
        this.nodes = List.copyOf(nodes);
        random = new Random(seed);
        System.out.println("nodes are chosen by the seed " + seed);
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                threads.execute(() -> lead(client));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    System.out.println("port 80: " + e);
                }
            }
        }
    }

    private void lead(Socket client) {
        try (client;
                Socket node = connect()) {
            var there = threads.submit(() -> copy(client, node));
            copy(node, client);
            there.cancel(true);
        } catch (IOException e) {
            System.out.println("port 80: " + e);
        }
    }

    private Socket connect() throws IOException {
        List<TestNode> order = new ArrayList<>(nodes);
        synchronized (random) {
            Collections.shuffle(order, random);
        }
        IOException last = new IOException("no node");
        for (TestNode node : order) {
            URI url = URI.create(node.proxyUrl());
            try {
                Socket connected = new Socket(url.getHost(), url.getPort());
                asked.add(node.id());
                return connected;
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            // One of them is gone: the other one is closed by whoever began.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.shutdownNow();
    }
}
