/* The button that passes the page on: the phone's own sheet where there is one, else the address is copied. */
const button = document.querySelector("[data-share]");

async function share() {
  if (navigator.share) {
    await navigator.share({ title: document.title, url: location.href }).catch(() => {});
    return;
  }
  await navigator.clipboard.writeText(location.href);
  const label = button.querySelector("[data-label]");
  label.textContent = button.dataset.copied;
}

if (button && (navigator.share || navigator.clipboard)) {
  button.hidden = false;
  button.addEventListener("click", share);
}
