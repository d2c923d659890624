using System;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

/// <summary>Pushes a file to Trace Hub and prints what became of it. .NET or Mono, no packages.</summary>
public static class Push
{
    private const int Tries = 8;
    private static readonly string Hub = Environment.GetEnvironmentVariable("HUB_URL");
    private static readonly string Key = Environment.GetEnvironmentVariable("HUB_KEY");
    private static readonly HttpClient Http =
        new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };

    public static int Main(string[] arguments)
    {
        if (arguments.Length != 4 || Hub == null || Key == null)
        {
            Console.Error.WriteLine("usage: HUB_URL=… HUB_KEY=… Push SYSTEM RECORD FILE CONTENT-TYPE");
            return 64;
        }
        return Run(arguments[0], arguments[1], arguments[2], arguments[3]).GetAwaiter().GetResult();
    }

    private static async Task<int> Run(string system, string record, string file, string contentType)
    {
        byte[] body = null;
        try { body = File.ReadAllBytes(file); }
        catch (Exception error) when (error is IOException || error is UnauthorizedAccessException)
        {
            Fail("cannot read " + file + ": " + error.Message);
        }
        var answer = await Send("/v1/systems/" + system + "/records/" + record, body, contentType);
        var text = await answer.Content.ReadAsStringAsync();
        var status = (int)answer.StatusCode;
        if (status != 202) OrRefused(status, text);
        var receipt = status == 202 ? await Finished(answer.Headers.Location.ToString()) : text;
        Console.WriteLine("receipt {0}: {1} received, {2} accepted, {3} unchanged, {4} rejected",
            Member(receipt, "receipt"), Member(receipt, "received"), Member(receipt, "accepted"),
            Member(receipt, "unchanged"), Member(receipt, "rejected"));
        foreach (Match rejected in Regex.Matches(receipt, "\"result\":\"rejected\".*?\"issues\":\\[\\{(.*?)\\}"))
        {
            var issue = "{" + rejected.Groups[1].Value + "}";
            Console.WriteLine("  {0} {1}: {2}. {3}", Member(issue, "code"), Member(issue, "path"),
                Member(issue, "reason"), Member(issue, "fix"));
        }
        if (Member(receipt, "state") == "refused") return 1;
        return Member(receipt, "rejected") == "0" ? 0 : 2;
    }

    private static void Fail(string reason)
    {
        Console.Error.WriteLine(reason);
        Environment.Exit(1);
    }

    private static void OrRefused(int status, string text)
    {
        if (status != 200) Fail("refused with " + status + ":\n" + text);
    }

    /// <summary>The answer to the push.</summary>
    private static Task<HttpResponseMessage> Send(string path, byte[] body, string contentType)
    {
        // The same file has the same key: sent twice, it is stored once.
        string key;
        using (var sha = SHA256.Create()) key = string.Concat(sha.ComputeHash(body).Select(one => one.ToString("x2")));
        return Persist(() =>
        {
            var request = Request(HttpMethod.Post, path);
            request.Headers.Add("Idempotency-Key", key);
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
            return request;
        });
    }

    /// <summary>An answer: asked for again while the hub is busy or cannot be reached.</summary>
    private static async Task<HttpResponseMessage> Persist(Func<HttpRequestMessage> request)
    {
        for (var attempt = 1; ; attempt++)
        {
            var seconds = 1 << (attempt - 1);
            string failure;
            try
            {
                var answer = await Http.SendAsync(request());
                if ((int)answer.StatusCode != 429 && (int)answer.StatusCode != 503) return answer;
                failure = "status " + (int)answer.StatusCode;
                var asked = answer.Headers.RetryAfter;
                if (asked != null && asked.Delta.HasValue) seconds = (int)asked.Delta.Value.TotalSeconds;
            }
            catch (Exception error) when (error is HttpRequestException || error is TaskCanceledException)
            {
                failure = error.Message;
            }
            if (attempt == Tries) Fail("gave up: " + failure);
            await Task.Delay(TimeSpan.FromSeconds(seconds));
        }
    }

    /// <summary>The receipt of a large file, when it is done.</summary>
    private static async Task<string> Finished(string location)
    {
        for (;;)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            var answer = await Persist(() => Request(HttpMethod.Get, location));
            var text = await answer.Content.ReadAsStringAsync();
            OrRefused((int)answer.StatusCode, text);
            var state = Member(text, "state");
            if (state == "done" || state == "refused") return text;
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(new Uri(Hub), path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        return request;
    }

    /// <summary>A member of flat JSON. In a program of your own use a JSON library.</summary>
    private static string Member(string json, string name)
    {
        var found = Regex.Match(json, "\"" + name + "\":\"?((?:[^\",}\\\\]|\\\\.)*)");
        return found.Success ? found.Groups[1].Value : "";
    }
}
