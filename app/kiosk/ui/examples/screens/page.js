"use strict";
const form = document.querySelector("form");
const figures = [...document.querySelectorAll("article figure")];
const big = document.querySelector("dialog");
let shown = [];
let open = 0;

// The codes of languages are said as people say them.
const names = new Intl.DisplayNames(["ja"], { type: "language" });
for (const option of form.elements.language.options) {
  if (option.value) option.label = `${names.of(option.value)} (${option.value})`;
}

function choose() {
  const chosen = Object.fromEntries(new FormData(form));
  const words = chosen.words.trim().toLowerCase();
  delete chosen.words;
  shown = figures.filter((figure) => {
    const fits = Object.entries(chosen).every(([name, value]) => !value || figure.dataset[name] === value);
    const said = `${figure.parentElement.id} ${figure.querySelector("img").alt}`.toLowerCase();
    figure.hidden = !(fits && said.includes(words));
    return !figure.hidden;
  });
  // What is empty is not headed.
  for (const part of document.querySelectorAll("article, section")) {
    part.hidden = !part.querySelector("figure:not([hidden])");
  }
  for (const link of document.querySelectorAll("nav a")) {
    link.hidden = document.querySelector(link.hash).hidden;
  }
  form.querySelector("output").value = `${shown.length} 枚`;
}

function look(at) {
  open = (at + shown.length) % shown.length;
  const figure = shown[open];
  const [from, to] = [figure.querySelector("img"), big.querySelector("img")];
  to.src = from.src;
  to.alt = from.alt;
  big.querySelector("figcaption").textContent =
    `${figure.parentElement.id} · ${figure.querySelector("figcaption").textContent} · ${open + 1} / ${shown.length}　（← → で めくる、Esc で もどる）`;
  if (!big.open) big.showModal();
}

form.addEventListener("input", choose);
form.addEventListener("submit", (event) => event.preventDefault());
document.querySelector("main").addEventListener("click", (event) => {
  const figure = event.target.closest("figure");
  // With another key held the browser opens the picture itself.
  if (!figure || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  look(shown.indexOf(figure));
});
big.addEventListener("click", () => big.close());
big.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, " ": 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  look(open + step);
});
choose();
