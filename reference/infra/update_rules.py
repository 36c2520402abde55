"""Asks the project's own rules how a stack changes, over HTTP: test/infra/support/update-rules-server.ts answers.

The rules stand once, in lib/sagemaker; nothing of them is repeated here.
"""

import json
import os
import urllib.request

URL = os.environ.get("UPDATE_RULES_URL")


def present():
    """Whether somebody answers. Without, moto's own update is used, which refuses nothing."""
    return URL is not None


def ask(question, body):
    """`question` is `changes` or `refusals`; an error of the server is an error of the deployment."""
    request = urllib.request.Request(
        f"{URL}/{question}",
        data=json.dumps(body, default=str).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)
