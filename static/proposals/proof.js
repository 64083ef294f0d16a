/* A small piece of work for the browser of whoever fills in the public form, begun when they begin to write: find a number that, behind the
   form's stamp, hashes to enough zero bits. Without it (no script, no secure page) the form is taken all the same and looked at more closely. */

const form = document.querySelector("form[data-proof]");
const AT_ONCE = 64;

async function work(stamp, bits) {
  const encoder = new TextEncoder();
  for (let start = 0; ; start += AT_ONCE) {
    const tries = Array.from({ length: AT_ONCE }, (_, n) => start + n);
    const digests = await Promise.all(tries.map((n) => crypto.subtle.digest("SHA-256", encoder.encode(`${stamp}:${n}`))));
    const found = digests.findIndex((digest) => new DataView(digest).getUint32(0) >>> (32 - bits) === 0);
    if (found >= 0) return tries[found];
  }
}

if (form && globalThis.crypto?.subtle) {
  form.addEventListener("input", async () => {
    form.elements.bukti.value = await work(form.elements.stempel.value, Number(form.dataset.proof));
  }, { once: true });
}
