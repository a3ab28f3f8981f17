package io.weldr.deploy;

import io.weldr.testing.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node of the training run: its addresses, its process, and its HTTP API. */
final class TrainedNode {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(30);

    private final String id;
    private final String proxy = address();
    private final String admin = address();
    private final String grpc = address();
    private final String raft = address();
    private @Nullable Program program;

    TrainedNode(String id) {
        this.id = id;
    }

    private static String address() {
        return "127.0.0.1:" + Ports.free();
    }

    String id() {
        return id;
    }

    String proxyAddress() {
        return proxy;
    }

    String grpcAddress() {
        return grpc;
    }

    /** How the others know it. */
    String peer() {
        return id + "=" + raft;
    }

    /**
     * Starts its process, with its data and its output below that folder.
     *
     * @throws IOException it cannot be started
     */
    void start(Path weldr, Path folder, List<String> peers, String javaOptions, String... more) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(weldr.resolve("bin/weldr").toString());
        command.addAll(List.of("--id", id, "--data-dir", folder.resolve(id).toString()));
        command.addAll(List.of("--peers", String.join(",", peers)));
        command.addAll(List.of("--proxy-address", proxy, "--admin-address", admin));
        command.addAll(List.of("--grpc-address", grpc, "--raft-address", raft));
        command.addAll(List.of(more));
        program = Program.start(weldr, command, Map.of("WELDR_JAVA_OPTS", javaOptions), folder.resolve(id + ".log"));
    }

    /**
     * Stops it as an operator does (SIGTERM), and waits until it has ended.
     *
     * @throws IOException it did not end well
     */
    void stop() throws IOException {
        Program running = program;
        program = null;
        if (running != null) {
            running.terminate();
        }
    }

    /** Ends its process at once (SIGKILL). */
    void kill() {
        Program running = program;
        program = null;
        if (running != null) {
            running.close();
        }
    }

    /** @throws IOException it was not told to end, and has ended */
    void failIfEnded() throws IOException {
        Program running = program;
        if (running != null && !running.isAlive()) {
            running.await();
            throw new IOException(running + " ended too early; its output ends:\n" + running.tail());
        }
    }

    /**
     * Sends a request to its API; returns the status.
     *
     * @throws IOException no answer
     */
    int send(String method, String path, String body) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + admin + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .timeout(ANSWER_TIME_MAX)
                .build();
        try {
            return HTTP.send(request, BodyHandlers.ofString()).statusCode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for an answer of " + id, e);
        }
    }

    boolean leads() throws IOException {
        return send("GET", "/leader", "") == 200;
    }
}
