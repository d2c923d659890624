#!/usr/bin/env python3
"""Pushes a file to Trace Hub and prints what became of it. Python 3.8 or later, no packages."""
import hashlib
import http.client
import json
import os
import sys
import time
import urllib.request

TRIES = 8


class KeepStatus(urllib.request.HTTPErrorProcessor):
    """Gives every answer back, whatever its status; nothing is redirected."""

    def http_response(self, request, response):
        return response

    https_response = http_response


OPENER = urllib.request.build_opener(KeepStatus)


def ask(hub, key, path, body=None, headers=None):
    """Status, headers and bytes of an answer."""
    request = urllib.request.Request(hub + path, data=body, headers={"Authorization": "Bearer " + key, **(headers or {})})
    with OPENER.open(request, timeout=60) as response:
        return response.status, response.headers, response.read()


def persist(hub, key, path, body=None, headers=None):
    """The same, tried again while the hub is busy or cannot be reached."""
    for attempt in range(TRIES):
        pause = 2**attempt
        try:
            status, answer_headers, answer = ask(hub, key, path, body, headers)
            if status not in (429, 503):
                return status, answer_headers, answer
            pause = int(answer_headers.get("Retry-After") or pause)
        except (http.client.HTTPException, OSError) as error:
            status = error
        time.sleep(pause)
    sys.exit("gave up: %s" % status)


def push(hub, key, path, body, content_type):
    """The answer to the push."""
    # The same file has the same key: sent twice, it is stored once.
    headers = {"Content-Type": content_type, "Idempotency-Key": hashlib.sha256(body).hexdigest()}
    return persist(hub, key, path, body, headers)


def finished(hub, key, location):
    """The receipt of a large file, when it is done."""
    while True:
        time.sleep(1)
        status, _, answer = persist(hub, key, location)
        if status != 200:
            refused(status, answer)
        receipt = json.loads(answer)
        if receipt["state"] in ("done", "refused"):
            return receipt


def refused(status, answer):
    """Ends with 1; the problem says what to mend."""
    sys.exit("refused with %s:\n%s" % (status, answer.decode("utf-8", "replace")))


def main():
    if len(sys.argv) != 5 or "HUB_URL" not in os.environ or "HUB_KEY" not in os.environ:
        print("usage: HUB_URL=… HUB_KEY=… push.py SYSTEM RECORD FILE CONTENT-TYPE", file=sys.stderr)
        return 64
    system, record, file, content_type = sys.argv[1:]
    hub, key = os.environ["HUB_URL"], os.environ["HUB_KEY"]
    try:
        with open(file, "rb") as stream:
            body = stream.read()
    except OSError as error:
        sys.exit("cannot read %s: %s" % (file, error.strerror))
    status, headers, answer = push(hub, key, "/v1/systems/%s/records/%s" % (system, record), body, content_type)
    if status not in (200, 202):
        refused(status, answer)
    receipt = finished(hub, key, headers["Location"]) if status == 202 else json.loads(answer)
    print(
        "receipt {receipt}: {received} received, {accepted} accepted, {unchanged} unchanged, {rejected} rejected".format(
            **{name: receipt[name] for name in ("receipt", "received", "accepted", "unchanged", "rejected")}
        )
    )
    for result in receipt["results"]:
        if result["result"] == "rejected":
            issue = result["issues"][0]
            print("  %s %s: %s. %s" % (issue["code"], issue["path"], issue["reason"], issue.get("fix", "")))
    if receipt["state"] == "refused":
        return 1
    return 2 if receipt["rejected"] else 0


if __name__ == "__main__":
    sys.exit(main())
