package io.weldr.node.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.weldr.core.port.SupportText;
import io.weldr.node.config.ConfigException;
import io.weldr.node.config.ConfigReader;
import io.weldr.node.config.NodeConfig;
import io.weldr.node.config.Setting;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a node tells for a support bundle. */
class NodeTextsTest {
    private static NodeConfig config(Map<Setting, String> settings) throws ConfigException {
        return ConfigReader.read(null, Map.of(), settings);
    }

    private static Map<String, String> texts(NodeConfig config) {
        return new NodeTexts(config, "0.0-test")
                .texts().stream().collect(Collectors.toMap(SupportText::name, SupportText::text));
    }

    /** A setting that nobody has decided about is left out, and this test asks for the decision. */
    @Test
    void everySettingIsShownOrKnownToBeLeftOut() throws Exception {
        Set<String> settings = Setting.values().stream()
                .filter(setting -> !setting.isLimit())
                .map(Setting::key)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> decided =
                new TreeSet<>(ConfigurationText.values(config(Map.of())).keySet());
        assertThat(decided).doesNotContainAnyElementsOf(ConfigurationText.HIDDEN);
        decided.addAll(ConfigurationText.HIDDEN);
        assertThat(decided).isEqualTo(settings);
    }

    @Test
    void whatMayHoldAPasswordIsLeftOut() throws Exception {
        String text = texts(config(Map.of(
                        Setting.ID,
                        "n7",
                        Setting.VIP_HOOKS_ACTIVE,
                        "curl -u admin:hunter2 http://router/",
                        Setting.TRACE_ENDPOINT,
                        "http://someone:hunter2@collector.example:4318/v1/traces?key=hunter2")))
                .get("configuration.txt");
        assertThat(text)
                .contains(
                        "id: n7\n", "trace-endpoint: http://collector.example:4318\n", "vip-hooks-active: (left out)\n")
                .contains("connectionsMax=20000")
                .doesNotContain("hunter2");
    }

    @Test
    void threadsLogAndMachineAreTold() throws Exception {
        LoggerFactory.getLogger(NodeTextsTest.class).warn("a line of this test");
        Map<String, String> texts = texts(config(Map.of()));
        assertThat(texts).containsOnlyKeys("configuration.txt", "log.txt", "machine.txt", "threads.txt");
        assertThat(texts.get("log.txt")).contains("a line of this test");
        assertThat(texts.get("threads.txt")).contains("threadsLogAndMachineAreTold", "\"main\" RUNNABLE");
        assertThat(texts.get("machine.txt")).contains("weldr: 0.0-test", "java.version: ", "open-files: ");
    }

    @Test
    void theLogThatIsKeptIsBounded() throws Exception {
        String line = "x".repeat(20_000);
        for (int i = 0; i < 100; i++) {
            LoggerFactory.getLogger(NodeTextsTest.class).warn("{} {}", i, line);
        }
        String log = texts(config(Map.of())).getOrDefault("log.txt", "");
        assertThat(log.length()).isBetween(100_000, 128 * 1024);
        assertThat(log).contains("99 xxx").doesNotContain("NodeTextsTest 1 xxx");
    }
}
