// Live preview and pictures for Markdown fields of the admin. Without it each of them is a plain text box.
"use strict";
{
  const PAUSE = 400; // milliseconds without a key before the preview is asked for

  // The answer of one of our two addresses, or an error whose message is for people.
  async function post(editor, address, fields, signal) {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const headers = { "X-CSRFToken": editor.form.elements.csrfmiddlewaretoken.value };
    const response = await fetch(address, { method: "POST", body, headers, signal });
    if (response.ok && !response.redirected) return response;
    const { reasons } = await response.json();
    throw new Error(reasons.join(" "));
  }

  function make(element, attributes, text = "") {
    const made = document.createElement(element);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
  }

  // What was said to people; anything else that went wrong gets the one sentence for it.
  function sentence(error, words) {
    return error.constructor === Error && error.message ? error.message : words.failed;
  }

  function addPreview(editor, label, words) {
    const preview = make("div", {
      class: "markdownx-preview", role: "group", "aria-label": `${words.preview}: ${label}`, "aria-live": "off", tabindex: "0",
    });
    let timer, asking;

    async function show() {
      clearTimeout(timer);
      asking?.abort();
      asking = new AbortController();
      if (!editor.value.trim()) return preview.replaceChildren(make("p", { class: "markdownx-empty" }, words.empty));
      try {
        const fields = { content: editor.value };
        preview.innerHTML = await (await post(editor, editor.dataset.markdownxUrlsPath, fields, asking.signal)).text();
      } catch (error) {
        if (error.name !== "AbortError") preview.replaceChildren(make("p", { class: "errornote" }, sentence(error, words)));
      }
    }

    editor.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(show, PAUSE);
    });
    // A link followed here would take an unsaved text with it.
    preview.addEventListener("click", ({ target }) => {
      const link = target.closest("a[href]:not([href^='#'])");
      if (link) link.target = "_blank";
    });
    // A field that nobody has scrolled to or unfolded asks for nothing.
    new IntersectionObserver(([entry], observer) => {
      if (!entry.isIntersecting) return;
      observer.disconnect();
      show();
    }).observe(preview);
    return preview;
  }

  function insert(editor, code) {
    const start = editor.selectionStart;
    const before = editor.value.slice(0, start), after = editor.value.slice(editor.selectionEnd);
    // At the end of a line a picture becomes a paragraph of its own, not a part of that line.
    const isAtEnd = /[^\n]$/.test(before) && /^(\n|$)/.test(after);
    if (isAtEnd) code = `\n\n${code}`;
    editor.setRangeText(code, start, editor.selectionEnd);
    editor.focus();
    editor.setSelectionRange(start + code.indexOf("[") + 1, start + code.indexOf("]")); // the words to replace
    editor.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function addPictures(editor, words) {
    const bar = make("div", { class: "markdownx-bar" });
    const button = make("button", { type: "button", class: "button" }, words.add);
    const chooser = make("input", { type: "file", accept: "image/jpeg,image/png,image/webp,image/gif", hidden: "" });
    const status = make("span", { role: "status" });

    async function send(files) {
      for (const image of files) {
        status.textContent = words.sending;
        try {
          const answer = await post(editor, editor.dataset.markdownxUploadUrlsPath, { image });
          insert(editor, (await answer.json()).image_code);
          status.textContent = words.added;
        } catch (error) {
          status.textContent = sentence(error, words);
        }
      }
    }

    button.addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", async () => {
      await send([...chooser.files]);
      chooser.value = "";
    });
    editor.addEventListener("dragover", (event) => {
      if (event.dataTransfer.types.includes("Files")) event.preventDefault();
    });
    editor.addEventListener("drop", (event) => take(event, event.dataTransfer));
    editor.addEventListener("paste", (event) => take(event, event.clipboardData));
    function take(event, { files, types }) {
      // Office programs put a picture of a copied text beside the text.
      if (!files.length || types.includes("text/plain")) return;
      event.preventDefault();
      send([...files]);
    }
    bar.append(button, chooser, status);
    return bar;
  }

  function enhance(root) {
    for (const editor of root.querySelectorAll("textarea.markdownx-editor:not([data-markdownx-init])")) {
      if (editor.name.includes("__prefix__")) continue; // the pattern of rows to add
      editor.dataset.markdownxInit = "";
      const words = JSON.parse(editor.dataset.markdownxWords);
      const label = editor.labels.length ? editor.labels[0].textContent.trim().replace(/:$/, "") : editor.name;
      const place = make("div", { class: "markdownx" });
      editor.replaceWith(place);
      place.append(editor);
      if (editor.dataset.markdownxUploadUrlsPath) place.append(addPictures(editor, words));
      place.append(addPreview(editor, label, words));
    }
  }

  document.addEventListener("DOMContentLoaded", () => enhance(document));
  document.addEventListener("formset:added", (event) => enhance(event.target));
}
