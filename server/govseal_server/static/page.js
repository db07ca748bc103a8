// The page works without this file: it shows what was chosen, and that something is happening.
"use strict";

document.documentElement.classList.add("js");

const form = document.querySelector("form.upload");

function sizeText(count) {
  return count >= 1048576 ? `${(count / 1048576).toFixed(1)} MB` : `${Math.ceil(count / 1024)} kB`;
}

function complain(text) {
  const complaint = form.querySelector(".complaint");
  complaint.textContent = text;
  complaint.hidden = !text;
}

function totalSize() {
  const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  return files.reduce((sum, file) => sum + file.size, 0);
}

function showChoice() {
  const input = form.querySelector("#file");
  const chosen = form.querySelector(".chosen");
  const file = input.files[0];
  chosen.textContent = file ? `${file.name} · ${sizeText(file.size)}` : "";
  chosen.hidden = !file;
  form.querySelector(".drop").classList.toggle("filled", Boolean(file));
  complain(totalSize() > Number(form.dataset.max) ? form.dataset.tooLarge : "");
}

function ready() {
  const button = form.querySelector("button");
  button.disabled = false;
  button.textContent = button.dataset.text || button.textContent;
}

function submit(event) {
  if (totalSize() > Number(form.dataset.max)) {
    event.preventDefault();
    complain(form.dataset.tooLarge);
    return;
  }
  const button = form.querySelector("button");
  button.dataset.text = button.textContent;
  button.textContent = form.dataset.working;
  button.disabled = true;
}

if (form) {
  const drop = form.querySelector(".drop");
  for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
    drop.addEventListener(name, () => drop.classList.toggle("over", over));
  }
  form.addEventListener("change", showChoice);
  form.addEventListener("submit", submit);
  // Coming back with the browser's own button brings the page as it was left.
  window.addEventListener("pageshow", () => { ready(); showChoice(); });
}
