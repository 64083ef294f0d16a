/* Asks the server for parts of the page. An answer that is no such part (no line, a busy server, a page to sign in) is never drawn: it gets words. */

const LATE = 8000;

/** `{part: "board" | "form", html, etag, ok, status}`, or what is the matter: `{problem: "offline" | "busy" | "out", sentence, status}`. Never throws. */
export async function ask(address, options = {}) {
  try {
    const answer = await fetch(address, {
      ...options,
      headers: { Accept: "*/*", "X-Part": "1", ...options.headers },
      cache: "no-store",
      signal: AbortSignal.timeout?.(LATE),
    });
    const text = await answer.text();
    const { status, ok, redirected, headers } = answer;
    const part = redirected ? null : headers.get("X-Part");
    if (part || status === 304) return { part, html: text, etag: headers.get("ETag"), ok, status };
    const told = headers.get("Content-Type")?.includes("problem+json");
    const problem = status === 401 || redirected ? "out" : "busy";
    return { problem, sentence: told && problem === "busy" ? JSON.parse(text).title : "", status };
  } catch {
    return { problem: "offline", sentence: "", status: 0 };
  }
}

/** Say in `place` what is the matter; `where` is `-form`, `-open`, `-look` or nothing: each has words of its own on the page. */
export function tell(place, { problem, sentence }, where = "") {
  const words = document.querySelector(`[data-word="${problem}${where}"]`) ?? document.querySelector(`[data-word="${problem}"]`);
  place.replaceChildren(words.content.cloneNode(true));
  if (sentence) place.querySelector("[data-sentence]").textContent = sentence;
  place.dataset.line = problem + where;
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}
