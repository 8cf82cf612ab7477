"""What the preview gives to a browser beside the site: its script, its style, pages of its own."""

from __future__ import annotations

import re

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)

CLIENT = """"use strict";
(() => {
  const build = document.currentScript.dataset.build;
  let panel = null;

  const hide = () => {
    panel?.remove();
    panel = null;
  };

  const make = (name, textContent) =>
    Object.assign(document.createElement(name), { textContent });

  // A shadow tree keeps the site's own styles out of the panel, and the panel's out of the site.
  function show(report) {
    hide();
    panel = document.createElement("div");
    const style = make("link", "");
    style.rel = "stylesheet";
    style.href = "/livereload.css";
    const region = make("section", "");
    region.lang = "en";
    region.dir = "ltr";
    region.setAttribute("role", "alert");
    const close = make("button", "Close");
    close.type = "button";
    close.addEventListener("click", hide);
    const heading = make("h2", "The last build has errors");
    region.append(close, heading, make("pre", report));
    panel.attachShadow({ mode: "open" }).append(style, region);
    document.body.append(panel);
  }

  function connect() {
    const socket = new WebSocket(`ws://${location.host}/livereload`);
    const send = (message) => socket.send(JSON.stringify(message));
    const protocols = ["http://livereload.com/protocols/official-7"];
    socket.addEventListener("open", () => send({ command: "hello", protocols }));
    socket.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      if (message.command === "hello") {
        send({ command: "info", plugins: {}, url: location.href, build });
      } else if (message.command === "reload") {
        location.reload();
      } else if (message.command === "report") {
        show(message.report);
      }
    });
    socket.addEventListener("close", () => setTimeout(connect, 1000));
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  connect();
})();
"""

STYLE = """section {
  position: fixed; inset: auto 0 0 0; z-index: 2147483647; box-sizing: border-box;
  max-height: 60vh; overflow: auto; padding: 1rem 1.25rem;
  border-top: 4px solid #b3261e; background: #1d1b1a; color: #f5f0eb;
  font: 16px/1.5 system-ui, sans-serif; text-align: left;
}
h2 { margin: 0 0 .5rem; font-size: 1.125rem; }
pre {
  margin: 0; white-space: pre-wrap; overflow-wrap: anywhere;
  font: 14px/1.5 ui-monospace, "DejaVu Sans Mono", Consolas, monospace;
}
button {
  position: sticky; top: 0; float: right; padding: .25rem .75rem; cursor: pointer;
  border: 1px solid currentColor; border-radius: 4px; background: #1d1b1a; color: inherit;
  font: inherit;
}
main {
  max-width: 60rem; margin: 10vh auto; padding: 0 1.25rem;
  font: 16px/1.5 system-ui, sans-serif;
}
@media print { section { display: none; } }
"""

OWN_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{heading}</title>
<link rel="stylesheet" href="/livereload.css">
</head>
<body>
<main>
<h1>{heading}</h1>
<pre>{text}</pre>
</main>
</body>
</html>
"""


def inject(page: bytes, build: str) -> bytes:
    """An HTML page with the preview's script, which is told of which build the page is."""
    script = f'<script src="/livereload.js" data-build="{build}" defer></script>'.encode()
    end = re.search(rb"</head\s*>", page, re.IGNORECASE) or re.search(
        rb"</body\s*>", page, re.IGNORECASE
    )
    at = end.start() if end else len(page)
    return page[:at] + script + page[at:]
