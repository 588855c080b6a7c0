// Asks before a form is left whose words were not saved.
"use strict";
{
  const form = document.querySelector("#content-main > form");
  const say = () => new URLSearchParams(new FormData(form)).toString();
  // What was refused and is shown again is not saved either.
  const wasRefused = document.querySelector(".errornote") !== null;
  let saved = say(), isSending = false;

  // Scripts of the page fill in some fields while it loads.
  window.addEventListener("load", () => { saved = say(); });
  form.addEventListener("submit", () => { isSending = true; });
  window.addEventListener("pageshow", () => { isSending = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!isSending && (wasRefused || say() !== saved)) event.preventDefault();
  });
}
