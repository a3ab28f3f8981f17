package io.weldr.it.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.JavascriptException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.opentest4j.TestAbortedException;

/** Chromium without a screen. A test is skipped where it is missing. Confined to the thread of a test. */
final class Browser implements AutoCloseable {
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 1000;
    private static final String AXE = axe();

    /** Held, because a logger that nobody holds forgets its level. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    static {
        SELENIUM.setLevel(Level.SEVERE); // it warns of each Chromium that is newer than itself
    }

    private final ChromeDriver driver;

    Browser() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(program("chromium").toString());
        options.setAcceptInsecureCerts(true); // the certificate of a node is of the cluster CA
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--window-size=" + WIDTH + "," + HEIGHT);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.WARNING);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(program("chromedriver").toFile())
                .usingAnyFreePort()
                .build();
        driver = new ChromeDriver(service, options);
        driver.manage().timeouts().scriptTimeout(Duration.ofMinutes(1));
    }

    private static Path program(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path file = Path.of(folder, name);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        throw new TestAbortedException(name + " is not installed");
    }

    private static String axe() {
        try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
            return new String(Objects.requireNonNull(in, "axe-core").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void open(String url) {
        driver.get("about:blank"); // a page that differs only after the # would not be loaded again
        driver.get(url);
    }

    /** Goes on in a new tab. */
    void tab() {
        driver.switchTo().newWindow(WindowType.TAB);
    }

    /** Closes all tabs but the first, and goes on there. */
    void firstTab() {
        List<String> tabs = List.copyOf(driver.getWindowHandles());
        for (String each : tabs.subList(1, tabs.size())) {
            driver.switchTo().window(each).close();
        }
        driver.switchTo().window(tabs.get(0));
    }

    /** As wide as a phone, or as a desk's screen again. */
    void phone(boolean narrow) {
        driver.executeCdpCommand(
                narrow ? "Emulation.setDeviceMetricsOverride" : "Emulation.clearDeviceMetricsOverride",
                narrow ? Map.of("width", 390, "height", 844, "deviceScaleFactor", 1, "mobile", true) : Map.of());
    }

    /** What the operating system of a user would say of colours. */
    void prefersDark(boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** The text of what that selects; empty: there is none. */
    String text(String css) {
        try {
            return driver.findElement(By.cssSelector(css)).getText();
        } catch (NoSuchElementException | StaleElementReferenceException e) {
            return "";
        }
    }

    int count(String css) {
        return driver.findElements(By.cssSelector(css)).size();
    }

    void awaitText(String css, String... parts) {
        await(css + " to say " + List.of(parts))
                .untilAsserted(() -> assertThat(text(css)).contains(parts));
    }

    /** Clicks as soon as it can be clicked. */
    void click(String css) {
        await("a click on " + css).ignoreExceptionsMatching(Browser::notYet).until(() -> {
            driver.findElement(By.cssSelector(css)).click();
            return true;
        });
    }

    void press(String css, Keys key) {
        await("a key on " + css).ignoreExceptionsMatching(Browser::notYet).until(() -> {
            driver.findElement(By.cssSelector(css)).sendKeys(key);
            return true;
        });
    }

    /** Types into a field, in place of what is there. */
    void type(String css, String text) {
        await("the field " + css).ignoreExceptionsMatching(Browser::notYet).until(() -> {
            WebElement field = driver.findElement(By.cssSelector(css));
            field.sendKeys(Keys.chord(Keys.CONTROL, "a"), text);
            return text.equals(field.getDomProperty("value"));
        });
    }

    void choose(String css, String value) {
        run(
                "const select = document.querySelector(arguments[0]); select.value = arguments[1];"
                        + " select.dispatchEvent(new Event('change', {bubbles: true}))",
                css,
                value);
    }

    private static boolean notYet(Throwable failure) {
        return failure instanceof NoSuchElementException
                || failure instanceof StaleElementReferenceException
                || failure instanceof ElementNotInteractableException;
    }

    Object run(String script, Object... arguments) {
        return String.valueOf(driver.executeScript(script, arguments));
    }

    /** What axe-core finds fault with in the page as it is now. */
    List<?> accessibilityViolations() {
        try {
            driver.executeScript(AXE);
        } catch (JavascriptException e) {
            throw new AssertionError("axe-core does not run", e);
        }
        Object found = driver.executeAsyncScript("const done = arguments[arguments.length - 1];"
                + "axe.run().then(result => done(result.violations.map(each =>"
                + " each.id + ': ' + each.nodes.map(node => node.html.slice(0, 200)).join(' ; '))),"
                + " failure => done(['axe failed: ' + failure]))");
        return (List<?>) Objects.requireNonNull(found, "no answer of axe-core");
    }

    /** Addresses that the page has loaded something from. */
    List<?> loaded() {
        Object all = driver.executeScript(
                "return performance.getEntriesByType('resource').map(each => new URL(each.name).origin)");
        return (List<?>) Objects.requireNonNull(all, "no resources");
    }

    /** What the browser complained of since it was asked last, without requests that were answered with an error. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(entry -> entry.getMessage())
                .filter(message -> !message.contains("Failed to load resource") && !message.contains("net::ERR"))
                .toList();
    }

    /** Whether the cookie of the session is there, and no script reads it. */
    boolean hasGuardedSession() {
        return driver.manage().getCookies().stream()
                        .anyMatch(cookie -> cookie.getName().equals("__Host-weldr-session")
                                && cookie.isHttpOnly()
                                && cookie.isSecure()
                                && "Strict".equals(cookie.getSameSite()))
                && !String.valueOf(run("return document.cookie")).contains("weldr");
    }

    /** A picture of the page, for documents. */
    byte[] picture() {
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    @Override
    public void close() {
        driver.quit();
    }
}
