/* The composer: what somebody in the hall says, sent at once or kept until the line is back; who speaks may stay unknown. */

export class Composer {
  constructor(form, chips, names, send, read) {
    this.form = form;
    this.chips = chips;
    this.names = names;
    this.send = send;
    this.read = read;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.submit();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.submit();
      }
    });
    form.elements.text.addEventListener("input", () => this.lookLater());
    form.elements.name.addEventListener("input", () => this.choose(""));
    chips.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-speaker]");
      if (!chip) return;
      this.choose(chip.getAttribute("aria-pressed") === "true" ? "" : chip.dataset.speaker);
      form.elements.text.focus();
    });
  }

  choose(id) {
    this.form.elements.speaker.value = id;
    this.pressed();
    if (id) {
      this.form.elements.name.value = "";
      this.form.elements.capacity.value = "";
    }
  }

  pressed() {
    for (const chip of this.chips.querySelectorAll("[data-speaker]")) {
      chip.setAttribute("aria-pressed", String(chip.dataset.speaker === this.form.elements.speaker.value));
    }
  }

  speaker() {
    const form = this.form;
    const typed = form.elements.name.value.trim();
    const known = [...this.names.options].find((option) => option.value === typed)?.dataset.id;
    const chosen = form.elements.speaker.value || known;
    if (chosen) return chosen;
    if (!typed && form.elements.kind.value === "spoken") return undefined;
    const capacity = form.elements.capacity.value.trim();
    return { name: typed || form.elements.name.dataset.anybody, ...(capacity && { capacity }) };
  }

  submit() {
    const form = this.form;
    const text = form.elements.text.value.trim();
    if (!text) {
      form.elements.text.focus();
      return;
    }
    const who = this.speaker();
    const chip = this.chips.querySelector("[aria-pressed=true]");
    const author = chip?.dataset.says ?? (form.elements.name.value.trim() || (who ? form.elements.name.dataset.anybody : ""));
    const kind = form.elements.kind.value;
    const answers = kind === "response" ? form.elements.answers.value.trim() : "";
    this.send({ kind, text, ...(who && { for: who }), ...(answers && { fields: { proposal: answers } }) }, author);
    form.elements.answers.value = "";
    form.elements.text.value = "";
    form.elements.name.value = "";
    form.elements.capacity.value = "";
    this.choose("");
    this.read("");
    form.elements.text.focus();
  }

  lookLater() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.read(this.form.elements.kind.value === "aspiration" ? this.form.elements.text.value.trim() : ""), 700);
  }
}
