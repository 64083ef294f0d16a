/** Letters open in a tab of their own; whoever comes back to the list sees it as it now is. */
addEventListener("submit", (event) => {
  if (event.target.matches("[data-leaves]")) addEventListener("focus", () => location.reload(), { once: true });
});
