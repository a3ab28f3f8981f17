package io.weldr.it.vip;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What was measured, by name. Confined to the test's thread. */
final class Figures {
    private final Map<String, List<Long>> millis = new LinkedHashMap<>();

    void add(String what, Duration duration) {
        millis.computeIfAbsent(what, name -> new ArrayList<>()).add(duration.toMillis());
        System.out.println("virtual IP: " + what + ": " + duration.toMillis() + " ms");
    }

    /** A line for each: how many, the median, the longest, all. */
    String table() {
        return millis.entrySet().stream()
                .map(entry -> {
                    List<Long> sorted = entry.getValue().stream().sorted().toList();
                    return "virtual IP: %-58s %3d times, median %5d ms, longest %5d ms: %s"
                            .formatted(
                                    entry.getKey(),
                                    sorted.size(),
                                    sorted.get((sorted.size() - 1) / 2),
                                    sorted.get(sorted.size() - 1),
                                    entry.getValue());
                })
                .collect(Collectors.joining("\n"));
    }
}
