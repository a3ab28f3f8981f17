package io.weldr.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Another program that listens at a port of a host, until it is closed. */
public final class PortHolder implements AutoCloseable {
    private static final String LISTENING = "listening";

    private final Process process;

    private PortHolder(Process process) {
        this.process = process;
    }

    /** Listens at that port of all addresses of the host. */
    public static PortHolder at(Host host, int port) throws IOException {
        List<String> command = new ArrayList<>(host.enter());
        command.addAll(Run.javaHere());
        command.addAll(List.of(PortHolder.class.getName(), Integer.toString(port)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        List<String> said = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals(LISTENING)) {
                return new PortHolder(process);
            }
            said.add(line);
        }
        throw new IOException("port " + port + " cannot be held: " + said);
    }

    /** Whether it still listens. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Returns when the port is free. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    /** Listens until its standard input ends. */
    public static void main(String[] arguments) throws IOException {
        ServerSocket held = new ServerSocket(Integer.parseInt(arguments[0]));
        System.out.println(LISTENING);
        System.in.transferTo(OutputStream.nullOutputStream());
        held.close();
    }
}
