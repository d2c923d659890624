import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pushes a file to Trace Hub and prints what became of it. Java 11 or later, no packages. */
public class Push {
  private static final int TRIES = 8;
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).followRedirects(HttpClient.Redirect.NEVER).build();
  private static final String HUB = System.getenv("HUB_URL");
  private static final String KEY = System.getenv("HUB_KEY");

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 4 || HUB == null || KEY == null) {
      System.err.println("usage: HUB_URL=… HUB_KEY=… java Push.java SYSTEM RECORD FILE CONTENT-TYPE");
      System.exit(64);
    }
    byte[] body = null;
    try {
      body = Files.readAllBytes(Path.of(arguments[2]));
    } catch (java.io.IOException error) {
      fail("cannot read " + arguments[2] + ": " + error);
    }
    HttpResponse<String> answer = push("/v1/systems/" + arguments[0] + "/records/" + arguments[1], body, arguments[3]);
    if (answer.statusCode() != 202) orRefused(answer);
    String receipt =
        answer.statusCode() == 202 ? finished(answer.headers().firstValue("location").orElseThrow()) : answer.body();
    System.out.printf(
        "receipt %s: %s received, %s accepted, %s unchanged, %s rejected%n",
        member(receipt, "receipt"), member(receipt, "received"), member(receipt, "accepted"),
        member(receipt, "unchanged"), member(receipt, "rejected"));
    Matcher rejected = Pattern.compile("\"result\":\"rejected\".*?\"issues\":\\[\\{(.*?)\\}").matcher(receipt);
    while (rejected.find()) {
      String issue = "{" + rejected.group(1) + "}";
      System.out.printf("  %s %s: %s. %s%n", member(issue, "code"), member(issue, "path"), member(issue, "reason"), member(issue, "fix"));
    }
    if ("refused".equals(member(receipt, "state"))) System.exit(1);
    System.exit("0".equals(member(receipt, "rejected")) ? 0 : 2);
  }

  private static void fail(String reason) {
    System.err.println(reason);
    System.exit(1);
  }

  private static void orRefused(HttpResponse<String> answer) {
    if (answer.statusCode() != 200) fail("refused with " + answer.statusCode() + ":\n" + answer.body());
  }

  /** The answer to the push. */
  private static HttpResponse<String> push(String path, byte[] body, String contentType) throws Exception {
    // The same file has the same key: sent twice, it is stored once.
    String key = String.format("%064x", new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(body)));
    HttpRequest request =
        request(path).header("Content-Type", contentType).header("Idempotency-Key", key)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)).build();
    return persist(request);
  }

  /** An answer: asked for again while the hub is busy or cannot be reached. */
  private static HttpResponse<String> persist(HttpRequest request) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      long seconds = 1L << (attempt - 1);
      String failure;
      try {
        HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 429 && answer.statusCode() != 503) return answer;
        failure = "status " + answer.statusCode();
        seconds = answer.headers().firstValueAsLong("retry-after").orElse(seconds);
      } catch (java.io.IOException error) {
        failure = error.toString();
      }
      if (attempt == TRIES) fail("gave up: " + failure);
      Thread.sleep(seconds * 1000);
    }
  }

  /** The receipt of a large file, when it is done. */
  private static String finished(String location) throws Exception {
    for (;;) {
      Thread.sleep(1000);
      HttpResponse<String> answer = persist(request(location).GET().build());
      orRefused(answer);
      String state = member(answer.body(), "state");
      if (state.equals("done") || state.equals("refused")) return answer.body();
    }
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(HUB).resolve(path)).timeout(Duration.ofSeconds(60)).header("Authorization", "Bearer " + KEY);
  }

  /** A member of flat JSON. In a program of your own use a JSON library. */
  private static String member(String json, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\"?((?:[^\",}\\\\]|\\\\.)*)").matcher(json);
    return found.find() ? found.group(1) : "";
  }
}
