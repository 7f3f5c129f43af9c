// Starts GraphiQL on this server's own API: chosen token and tenant with every request, subscriptions as events.
"use strict";
(function () {
  const setup = JSON.parse(document.getElementById("setup").textContent);
  const who = document.getElementById("who");
  const welcome =
    "# Welcome to Touchstone. Ctrl-Enter runs the query, Ctrl-Space completes.\n" +
    "# Choose above as whom you act, or send headers of your own below.\n\n" +
    "{\n  me {\n    kind\n    tenant {\n      key\n      name\n    }\n    roles {\n      name\n      description\n    }\n  }\n}\n";

  function option(label, value) {
    const made = document.createElement("option");
    made.textContent = label;
    made.value = value;
    who.append(made);
  }
  setup.tokens.forEach((token, index) => option(token.label, String(index)));
  option(setup.tokens.length ? "nobody (own headers)" : "own headers, below", "");

  function chosen() {
    return who.value === "" ? null : setup.tokens[Number(who.value)];
  }

  function headersFor(typed) {
    const headers = { "Content-Type": "application/json" };
    headers.Accept = "application/graphql-response+json, application/json, text/event-stream";
    const token = chosen();
    if (token) {
      headers.Authorization = "Bearer " + token.token;
      if (token.tenant) headers["Touchstone-Tenant"] = token.tenant;
    }
    return Object.assign(headers, typed || {});
  }

  async function* events(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let buffer = "";
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        buffer += value;
        for (let end = buffer.indexOf("\n\n"); end >= 0; end = buffer.indexOf("\n\n")) {
          const lines = buffer.slice(0, end).split("\n");
          buffer = buffer.slice(end + 2);
          if (lines.includes("event: complete")) return;
          const data = lines.find((line) => line.startsWith("data: "));
          if (data) yield JSON.parse(data.slice(6));
        }
      }
    } finally {
      reader.cancel();
    }
  }

  async function fetcher(params, options) {
    const response = await fetch(window.location.pathname, {
      method: "POST",
      credentials: "omit",
      headers: headersFor(options && options.headers),
      body: JSON.stringify(params),
    });
    const isStream = (response.headers.get("Content-Type") || "").startsWith("text/event-stream");
    return isStream ? events(response) : response.json();
  }

  // What GraphiQL keeps in the browser stays per person acted as; tokens are never kept.
  const first = chosen();
  const element = React.createElement(GraphiQL, {
    fetcher: fetcher,
    defaultQuery: (first && first.query) || welcome,
    defaultEditorToolsVisibility: true,
    isHeadersEditorEnabled: true,
    shouldPersistHeaders: false,
    inputValueDeprecation: true,
  });
  ReactDOM.createRoot(document.getElementById("graphiql")).render(element);
})();
