package io.weldr.core.tls;

import io.weldr.core.Check;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * PEM (RFC 7468), with what people have in such files: text between the blocks, and the headers of old private keys
 * (RFC 1421). What is not PEM is refused with the line of openssl that makes PEM of it. Pure. No message shows what a
 * block holds.
 */
public final class Pem {
    /** The label of a certificate. */
    public static final String CERTIFICATE = "CERTIFICATE";

    /** The file of authorities of a system holds about 150 certificates; ten times as many is something else. */
    private static final int BLOCKS_MAX = 1500;

    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,64})-----");

    private Pem() {}

    /** What a text should hold, as its errors say it. */
    public enum Kind {
        CERTIFICATES("-----BEGIN CERTIFICATE-----", "x509", "-nokeys"),
        PRIVATE_KEY("-----BEGIN PRIVATE KEY-----", "pkey", "-nocerts");

        private final String begin;
        private final String command;
        private final String pkcs12Option;

        Kind(String begin, String command, String pkcs12Option) {
            this.begin = begin;
            this.command = command;
            this.pkcs12Option = pkcs12Option;
        }
    }

    /** A block of a PEM text. Immutable. */
    public static final class Block {
        private final String label;
        private final byte[] bytes;
        private final boolean encrypted;

        Block(String label, byte[] bytes, boolean encrypted) {
            this.label = label;
            this.bytes = bytes;
            this.encrypted = encrypted;
        }

        /** Such as {@code CERTIFICATE}. */
        public String label() {
            return label;
        }

        /** DER, or encrypted. */
        public byte[] bytes() {
            return bytes.clone();
        }

        /** Whether its headers say that the bytes are encrypted (RFC 1421 section 4.6.1.1). */
        public boolean encrypted() {
            return encrypted;
        }

        /** Nothing of what it holds. */
        @Override
        public String toString() {
            return label;
        }
    }

    /**
     * The blocks of a text, one or more.
     *
     * @param name of the text in errors, such as {@code chain}
     * @throws IllegalArgumentException it is no PEM: what was found, and how to make PEM of it
     */
    public static List<Block> read(String name, Kind kind, String text) {
        List<Block> blocks = new ArrayList<>();
        Matcher begin = BEGIN.matcher(text);
        int at = 0;
        while (begin.find(at)) {
            String label = begin.group(1);
            String end = "-----END " + label + "-----";
            int endsAt = text.indexOf(end, begin.end());
            if (endsAt < 0) {
                throw refused(name, "a block " + label + " that does not end", "a line " + end);
            }
            Check.atMost(name + ": blocks", blocks.size() + 1, BLOCKS_MAX);
            blocks.add(block(name, label, text.substring(begin.end(), endsAt), blocks.size() + 1));
            at = endsAt + end.length();
        }
        if (blocks.isEmpty()) {
            throw notPem(name, kind, text);
        }
        return blocks;
    }

    private static Block block(String name, String label, String inner, int number) {
        String body = inner.strip();
        boolean encrypted = false;
        if (body.startsWith("Proc-Type:") || body.startsWith("DEK-Info:")) {
            encrypted = body.contains("ENCRYPTED");
            Matcher headersEnd = Pattern.compile("\\R[ \\t]*\\R").matcher(body);
            body = headersEnd.find() ? body.substring(headersEnd.end()) : "";
        }
        byte[] bytes = base64(body);
        if (bytes == null || bytes.length == 0) {
            throw refused(
                    name,
                    "block " + number + " (" + label + ") is not Base64",
                    "the block as openssl or the authority wrote it");
        }
        return new Block(label, bytes, encrypted);
    }

    private static byte @Nullable [] base64(String text) {
        try {
            return Base64.getDecoder().decode(text.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static IllegalArgumentException notPem(String name, Kind kind, String text) {
        if (text.isBlank()) {
            return refused(name, "nothing", "PEM, which begins with " + kind.begin);
        }
        // What came as bytes is a text of as many characters; what came as text may be the Base64 of such bytes.
        boolean binary = text.charAt(0) == '0'
                && text.chars().anyMatch(c -> c >= 0x80 || (c < ' ' && !Character.isWhitespace(c)));
        byte[] bytes = binary ? bytes(text) : base64(text);
        if (bytes == null || bytes.length < 8 || bytes[0] != 0x30) {
            return refused(name, "no PEM", "PEM, which begins with " + kind.begin);
        }
        if (isPkcs12(bytes)) {
            String found = binary ? "PKCS#12" : "PKCS#12 in Base64";
            return refused(
                    name,
                    found,
                    "PEM; to convert it: openssl pkcs12 -in FILE -nodes " + kind.pkcs12Option + " -out NEW.pem");
        }
        return binary
                ? refused(
                        name,
                        "DER",
                        "PEM; to convert it: openssl " + kind.command + " -inform der -in FILE -out NEW.pem")
                : refused(name, "Base64 without the lines of PEM", "PEM, which begins with " + kind.begin);
    }

    private static byte[] bytes(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) text.charAt(i);
        }
        return bytes;
    }

    /** A sequence that begins with the version 3 (RFC 7292 section 4). */
    private static boolean isPkcs12(byte[] bytes) {
        int lengthBytes = (bytes[1] & 0x80) == 0 ? 1 : 1 + (bytes[1] & 0x7F);
        int at = 1 + lengthBytes;
        return at + 2 < bytes.length && bytes[at] == 2 && bytes[at + 1] == 1 && bytes[at + 2] == 3;
    }

    /** The same bytes as everybody writes them: lines of 64 characters, and one line end at the end. */
    public static String write(String label, byte[] bytes) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    private static IllegalArgumentException refused(String name, String found, String expected) {
        return new IllegalArgumentException(name + ": " + found + " (expected: " + expected + ")");
    }
}
