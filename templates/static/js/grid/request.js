// Asking the server: one JSON request, and what came of it in words that the rest of the grid understands.

const PATIENCE = 30_000;
const KEEPALIVE_LIMIT = 60_000;

function token(form) {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie);
  return cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
}

/**
 * Post a text of JSON. Resolves to {kind, status, told}; kind is "ok", "refused" (told.message may say why), "away"
 * (no network, no server, no answer in time) or "signed out" (told.message when it is somebody else who has signed in).
 */
export async function post(form, url, body) {
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token(form) },
      redirect: "manual",
      keepalive: body.length < KEEPALIVE_LIMIT,
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (response.type === "opaqueredirect") return { kind: "signed out", told: {} };
    if (response.status >= 500) return { kind: "away" };
    const json = (response.headers.get("Content-Type") ?? "").startsWith("application/json");
    const told = json ? await response.json() : {};
    if (response.status === 401) return { kind: "signed out", told };
    return { kind: response.ok ? "ok" : "refused", status: response.status, told };
  } catch {
    return { kind: "away" };
  }
}
